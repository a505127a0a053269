"""The log itself: every event said was taken by every reader."""

from __future__ import annotations

import importlib
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from itertools import chain
from time import monotonic
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from schemas.envelope import Topic
from schemas.topics import SERVICES, TOPICS
from services.audit.owners import Owners
from services.audit.report import Check, Evidence, NoEvidence

CHUNK_RECORDS = 5_000
POLL_MS = 1_000
READ_WITHIN_SECONDS = 600.0

KNOWN = """
    SELECT event_id FROM inbox WHERE event_id = ANY ($1)
    UNION SELECT event_id FROM dead_letters WHERE event_id = ANY ($1)
"""

Records = Sequence["ConsumerRecord[bytes, bytes]"]
Lost = Counter[tuple[str, str, str]]
"""Events that a reader has not taken: by reader, topic and type."""


async def records_of(evidence: Evidence, topic: Topic) -> AsyncGenerator[Records]:
    """Read a topic to the end that it has now, chunk by chunk. Raises ``NoEvidence``."""
    name = f"{evidence.deployment.namespace}{topic.name}"
    places = [TopicPartition(name, partition) for partition in range(topic.partitions)]
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        bootstrap_servers=evidence.deployment.kafka, enable_auto_commit=False
    )
    await consumer.start()
    try:
        begins = await consumer.beginning_offsets(places)
        ends = await consumer.end_offsets(places)
        filled = [place for place in places if begins[place] < ends[place]]
        consumer.assign(filled)
        for place in filled:
            consumer.seek(place, begins[place])
        limit = monotonic() + READ_WITHIN_SECONDS
        while any([await consumer.position(place) < ends[place] for place in filled]):
            if monotonic() > limit:
                raise NoEvidence(f"{name} was not read to its end in {READ_WITHIN_SECONDS:.0f} s")
            found = await consumer.getmany(timeout_ms=POLL_MS, max_records=CHUNK_RECORDS)
            yield list(chain.from_iterable(found.values()))
    finally:
        await consumer.stop()


async def every_event_taken(evidence: Evidence) -> list[str]:
    """Events in the log that a reader has neither in its inbox nor among its dead letters."""
    hears = {service: types_heard(service) for service in SERVICES}
    lost: Lost = Counter()
    foreign: list[str] = []
    for topic in TOPICS:
        readers = [reader for reader in topic.readers if reader in SERVICES]
        if not topic.inbound and readers:
            async for records in records_of(evidence, topic):
                ours = [record for record in records if is_event(record)]
                foreign += [
                    f"{record.topic}/{record.partition}/{record.offset} is no event of ours: "
                    "it has no ce_type or no ce_id"
                    for record in records
                    if not is_event(record) and not is_tombstone(record, topic)
                ]
                await _compare(evidence.owners, topic, ours, hears, lost)
    return foreign + [
        f"{reader} has not taken {count} × {name} of {topic}"
        for (reader, topic, name), count in sorted(lost.items())
    ]


def is_event(record: ConsumerRecord[bytes, bytes]) -> bool:
    """Whether a record has what every event of ours has."""
    headers = dict(record.headers)
    try:
        UUID(headers["ce_id"].decode())
    except (KeyError, ValueError):
        return False
    return "ce_type" in headers


def is_tombstone(record: ConsumerRecord[bytes, bytes], topic: Topic) -> bool:
    """Whether a record erases what was said under its key before."""
    return topic.compacted and record.value is None


async def _compare(
    owners: Owners, topic: Topic, records: Records, hears: Mapping[str, set[str]], lost: Lost
) -> None:
    """Count the events of these records that a reader should know and does not."""
    by_type: dict[str, set[UUID]] = defaultdict(set)
    for record in records:
        headers = dict(record.headers)
        by_type[headers["ce_type"].decode()].add(UUID(headers["ce_id"].decode()))
    for name, ids in by_type.items():
        for reader in topic.readers:
            if name in hears.get(reader, ()):
                known = {row["event_id"] for row in await owners.fetch(reader, KNOWN, list(ids))}
                if missing := len(ids - known):
                    lost[reader, topic.name, name] += missing


def types_heard(service: str) -> set[str]:
    """The types of our own events that a service hears, as its handlers declare."""
    handlers = importlib.import_module(f"services.{service}.handlers").HANDLERS
    return {handler.event.type_name() for handler in handlers if not handler.event.TOPIC.inbound}


CHECKS = (
    Check(
        "every-event-taken",
        "every event said was taken by every reader",
        False,
        every_event_taken,
    ),
)
