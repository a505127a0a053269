"""How the pipeline stands: lag, waiting lines and facts, dead letters, outbox age, effects."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import time

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.topics import SERVICES, heard_by
from services.audit.owners import Owners
from services.audit.premises import Waiting, waiting_facts
from services.audit.quiet import POSITIONS
from services.chassis.clock import Clock
from services.chassis.settings import Deployment

AGE_WAIT_MS = 1_500
AGES_READ_AT_MOST = 24
"""Partitions whose oldest unread record is looked at, worst first."""

BACKLOG = """
    SELECT (SELECT count(*) FROM outbox) AS outbox,
           (SELECT extract(epoch FROM clock_timestamp() - min(said_at))::float8 FROM outbox)
               AS outbox_seconds,
           (SELECT count(*) FROM dead_letters) AS dead_letters
"""
EFFECTS = """
    SELECT kind,
           count(*) FILTER (WHERE state = 'scheduled' AND due_at > $1) AS later,
           count(*) FILTER (WHERE state = 'scheduled' AND due_at <= $1) AS due,
           count(*) FILTER (WHERE state = 'started') AS started,
           count(*) FILTER (WHERE state = 'unknown') AS unknown,
           count(*) FILTER (WHERE state = 'given_up') AS given_up,
           min(due_at) FILTER (WHERE state = 'scheduled') AS next_due_at
    FROM effects GROUP BY kind ORDER BY kind
"""
LETTERS = """
    SELECT id, topic, partition, "offset", key, headers, value, type_name, aggregate, code, reason,
           detail, at_the_door, arrived_at
    FROM dead_letters WHERE $1::bigint IS NULL OR id = $1 ORDER BY id DESC LIMIT $2
"""


@dataclass(frozen=True)
class TopicLag:
    """How far a service is behind on a topic; ``seconds`` is the age of its oldest unread record."""

    service: str
    topic: str
    messages: int
    seconds: float | None


@dataclass(frozen=True)
class ServiceStatus:
    """What one service has in hand."""

    service: str
    outbox: int
    outbox_seconds: float | None
    dead_letters: int
    effects: Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Status:
    """Everything at one look."""

    now: datetime
    lags: Sequence[TopicLag]
    services: Sequence[ServiceStatus]
    waiting_lines: int
    waiting_units: int
    oldest_wait_at: datetime | None
    premises: Sequence[Waiting] = ()
    """Facts that wait for another fact."""


async def status(deployment: Deployment, owners: Owners, clock: Clock) -> Status:
    """Look at every owner and at the broker."""
    now = clock.now()
    backlog, effects, lags, waiting, premises = await asyncio.gather(
        owners.of_all(BACKLOG),
        owners.of_all(EFFECTS, now),
        lag(deployment, owners),
        _waiting(owners),
        waiting_facts(owners),
    )
    services = [
        ServiceStatus(
            name,
            backlog[name][0]["outbox"],
            backlog[name][0]["outbox_seconds"],
            backlog[name][0]["dead_letters"],
            [dict(row) for row in effects[name]],
        )
        for name in SERVICES
    ]
    lines, units, oldest = waiting
    return Status(now, lags, services, lines, units, oldest, premises)


async def _waiting(owners: Owners) -> tuple[int, int, datetime | None]:
    [row] = await owners.fetch(
        "allocation",
        """SELECT count(*) AS lines, coalesce(sum(waiting), 0)::bigint AS units,
                  min(placed_at) AS oldest
           FROM lines WHERE waiting > 0""",
    )
    return row["lines"], row["units"], row["oldest"]


async def lag(deployment: Deployment, owners: Owners) -> list[TopicLag]:
    """Lag of each service on each topic it hears, also where nobody consumes now."""
    found = await owners.of_all(POSITIONS)
    read = {
        (service, row["topic"], row["partition"]): row["next_offset"]
        for service, rows in found.items()
        for row in rows
    }
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        bootstrap_servers=deployment.kafka, enable_auto_commit=False
    )
    await consumer.start()
    try:
        return await _lags(consumer, deployment.namespace, read)
    finally:
        await consumer.stop()


async def _lags(
    consumer: AIOKafkaConsumer[bytes, bytes],
    namespace: str,
    read: Mapping[tuple[str, str, int], int],
) -> list[TopicLag]:
    places = {
        (service, topic.name): [
            TopicPartition(f"{namespace}{topic.name}", partition)
            for partition in range(topic.partitions)
        ]
        for service in SERVICES
        for topic in heard_by(service)
    }
    every = sorted({place for group in places.values() for place in group})
    ends = await consumer.end_offsets(every)
    behind = {
        (service, place): ends[place] - read.get((service, place.topic, place.partition), 0)
        for (service, _), group in places.items()
        for place in group
    }
    starts = {
        (service, place): read.get((service, place.topic, place.partition), 0)
        for (service, place), messages in behind.items()
        if messages > 0
    }
    ages = await _ages(consumer, starts)
    return [
        TopicLag(
            service,
            topic,
            sum(max(0, behind[service, place]) for place in group),
            max(
                (ages[service, place] for place in group if (service, place) in ages), default=None
            ),
        )
        for (service, topic), group in places.items()
    ]


async def _ages(
    consumer: AIOKafkaConsumer[bytes, bytes], starts: Mapping[tuple[str, TopicPartition], int]
) -> dict[tuple[str, TopicPartition], float]:
    """Age of the first unread record of each place, by reading that one record."""
    ages: dict[tuple[str, TopicPartition], float] = {}
    for (service, place), offset in list(starts.items())[:AGES_READ_AT_MOST]:
        consumer.assign([place])
        consumer.seek(place, offset)
        found = await consumer.getmany(place, timeout_ms=AGE_WAIT_MS, max_records=1)
        for records in found.values():
            ages[service, place] = max(0.0, time() - records[0].timestamp / 1000)
    return ages


@dataclass(frozen=True)
class Letter:
    """A dead letter and whose it is; its id is unique with the service's name."""

    service: str
    row: Mapping[str, object]

    @property
    def id(self) -> str:
        """How people name it: ``allocation-12``."""
        return f"{self.service}-{self.row['id']}"


async def dead_letters(owners: Owners, limit: int) -> list[Letter]:
    """The newest dead letters of all services."""
    found = await owners.of_all(LETTERS, None, limit)
    letters = [Letter(service, dict(row)) for service, rows in found.items() for row in rows]
    return sorted(letters, key=lambda one: str(one.row["arrived_at"]), reverse=True)[:limit]


async def dead_letter(owners: Owners, name: str) -> Letter | None:
    """One dead letter by its name, such as ``allocation-12``."""
    service, _, number = name.rpartition("-")
    if service not in SERVICES or not number.isdigit():
        return None
    rows = await owners.fetch(service, LETTERS, int(number), 1)
    return Letter(service, dict(rows[0])) if rows else None
