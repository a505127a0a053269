"""Makes topics as they are declared, and asks the broker where they end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import stamina
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from schemas.envelope import Topic

if TYPE_CHECKING:
    from collections.abc import Iterable

ALREADY_EXISTS = 36
"""TOPIC_ALREADY_EXISTS in Kafka's protocol."""
BROKERS_FOR_REPLICATION = 3
REPLICAS = 3
IN_SYNC_REPLICAS = 2
DAY_MS = 24 * 60 * 60 * 1000
MAX_MESSAGE_BYTES = 1024 * 1024


COORDINATOR_WAIT_SECONDS = 60.0
"""A broker that has just started finds its group coordinator within this."""


def retriable(error: Exception) -> bool:
    """Whether Kafka itself says that the same request may succeed a little later."""
    return isinstance(error, KafkaError) and error.retriable


class TopicsNotMade(Exception):
    """The broker refused to make topics; the text says which and why."""


async def ensure_topics(kafka: str, namespace: str, topics: Sequence[Topic]) -> None:
    """Make the topics that do not exist yet. Raises ``TopicsNotMade``."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka, client_id="crossdock-topics")
    await admin.start()
    try:
        brokers = len((await admin.describe_cluster())["brokers"])
        replicas = REPLICAS if brokers >= BROKERS_FOR_REPLICATION else 1
        answer = await admin.create_topics(
            [new_topic(namespace, topic, replicas) for topic in topics]
        )
        answered: list[object] = answer.to_object()["topic_errors"]
        refused = [
            f"{error[0]} ({error[2] or error[1]})"
            for error in map(in_order, answered)
            if error[1] not in {0, ALREADY_EXISTS}
        ]
    finally:
        await admin.close()
    if refused:
        raise TopicsNotMade(f"Kafka did not make these topics: {', '.join(refused)}")


def in_order(error: object) -> Sequence[Any]:
    """Topic, code and message of one topic's answer, which aiokafka gives by name or by place."""
    if isinstance(error, dict):
        return tuple(cast("dict[str, Any]", error).values())
    return cast("Sequence[Any]", error)


def new_topic(namespace: str, topic: Topic, replicas: int) -> NewTopic:
    """The topic as it is declared in ``schemas.topics``."""
    settings = {
        "retention.ms": str(topic.retention_days * DAY_MS),
        "cleanup.policy": "compact" if topic.compacted else "delete",
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
        "min.insync.replicas": str(IN_SYNC_REPLICAS if replicas >= REPLICAS else 1),
    }
    return NewTopic(f"{namespace}{topic.name}", topic.partitions, replicas, topic_configs=settings)


@stamina.retry(on=retriable, attempts=None, timeout=COORDINATOR_WAIT_SECONDS, wait_max=1.0)
async def committed_offsets(
    kafka: str, groups: Iterable[str]
) -> dict[str, dict[tuple[str, int], int]]:
    """What each group has committed, by topic and partition."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka, client_id="crossdock-offsets")
    await admin.start()
    try:
        found: dict[str, dict[tuple[str, int], int]] = {}
        for group in groups:
            offsets = await admin.list_consumer_group_offsets(group)
            found[group] = {
                (place.topic, place.partition): meta.offset
                for place, meta in offsets.items()
                if meta.offset >= 0
            }
        return found
    finally:
        await admin.close()
