"""The log itself: every event said was taken by every reader."""

from __future__ import annotations

import importlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from time import monotonic
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.envelope import Topic
from schemas.topics import SERVICES, TOPICS
from services.audit.owners import Owners
from services.audit.report import Check, Evidence, NoEvidence

CHUNK_EVENTS = 5_000
POLL_MS = 1_000
READ_WITHIN_SECONDS = 600.0

KNOWN = """
    SELECT event_id FROM inbox WHERE event_id = ANY ($1)
    UNION SELECT event_id FROM dead_letters WHERE event_id = ANY ($1)
"""


async def every_event_taken(evidence: Evidence) -> list[str]:
    """Events in the log that a reader has neither in its inbox nor among its dead letters."""
    hears = {service: types_heard(service) for service in SERVICES}
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        bootstrap_servers=evidence.deployment.kafka, enable_auto_commit=False
    )
    await consumer.start()
    missing: Counter[tuple[str, str, str]] = Counter()
    try:
        for topic in TOPICS:
            readers = [reader for reader in topic.readers if reader in SERVICES]
            if not topic.inbound and readers:
                await _read(consumer, evidence, topic, hears, missing)
    finally:
        await consumer.stop()
    return [
        f"{reader} has not taken {count} × {name} of {topic}"
        for (reader, topic, name), count in sorted(missing.items())
    ]


async def _read(
    consumer: AIOKafkaConsumer[bytes, bytes],
    evidence: Evidence,
    topic: Topic,
    hears: Mapping[str, set[str]],
    missing: Counter[tuple[str, str, str]],
) -> None:
    """Read a topic to the end that it has now, chunk by chunk."""
    name = f"{evidence.deployment.namespace}{topic.name}"
    places = [TopicPartition(name, partition) for partition in range(topic.partitions)]
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    ends = await consumer.end_offsets(places)
    limit = monotonic() + READ_WITHIN_SECONDS
    by_type: dict[str, set[UUID]] = defaultdict(set)
    while any([await consumer.position(place) < ends[place] for place in places]):
        if monotonic() > limit:
            raise NoEvidence(f"{name} was not read to its end in {READ_WITHIN_SECONDS:.0f} s")
        found = await consumer.getmany(timeout_ms=POLL_MS, max_records=CHUNK_EVENTS)
        for records in found.values():
            for record in records:
                headers = dict(record.headers)
                by_type[headers["ce_type"].decode()].add(UUID(headers["ce_id"].decode()))
        if sum(map(len, by_type.values())) >= CHUNK_EVENTS:
            await _compare(evidence.owners, topic, by_type, hears, missing)
            by_type.clear()
    await _compare(evidence.owners, topic, by_type, hears, missing)


async def _compare(
    owners: Owners,
    topic: Topic,
    by_type: Mapping[str, set[UUID]],
    hears: Mapping[str, set[str]],
    missing: Counter[tuple[str, str, str]],
) -> None:
    for name, ids in by_type.items():
        for reader in topic.readers:
            if name in hears.get(reader, ()):
                known = {row["event_id"] for row in await owners.fetch(reader, KNOWN, list(ids))}
                if lost := len(ids - known):
                    missing[reader, topic.name, name] += lost


def types_heard(service: str) -> set[str]:
    """The types of our own events that a service hears, as its handlers declare."""
    handlers = importlib.import_module(f"services.{service}.handlers").HANDLERS
    return {handler.event.type_name() for handler in handlers if not handler.event.TOPIC.inbound}


CHECKS = (
    Check(
        "every-event-taken", "every event said was taken by every reader", False, every_event_taken
    ),
)
