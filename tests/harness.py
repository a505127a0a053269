"""A service under test: its real handlers and effects on real Postgres, without Kafka.

Events go in as the records that Kafka would bring, in one batch; what is said is read from the
outbox. So inbox, waves, transaction, positions and dead letters are the real ones.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from schemas.catalog import EVENTS
from schemas.envelope import Event, InboundEvent
from services.chassis.batch import Batches, Recorder
from services.chassis.clock import Clock, set_clock
from services.chassis.decoding import Record
from services.chassis.identifiers import partition_of, uuid7
from services.chassis.outbox import Outbox
from services.chassis.worker import Worker

if TYPE_CHECKING:
    from asyncpg import Record as Row
    from asyncpg.pool import Pool

E = TypeVar("E", bound=Event)

ROUNDS = 200
"""More rounds of effects than any test needs: a test that reaches this has a loop."""
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning."""


class DrivenClock:
    """The clock of a test: it stands still until it is set."""

    def __init__(self, home: Path, clock: Clock) -> None:
        self.home = home
        self.clock = clock
        self.set(START)

    def set(self, moment: datetime) -> None:
        """Move business time on."""
        set_clock(self.home, moment)
        self.clock.look()

    def now(self) -> datetime:
        """Business time."""
        return self.clock.now()


class Service:
    """One service: hear events, fire effects, look at rows."""

    def __init__(self, worker: Worker, pool: Pool[Row], clock: DrivenClock) -> None:
        self.worker = worker
        self.pool = pool
        self.clock = clock
        recorder = Recorder(Outbox(worker.name, worker.settings.namespace), lambda _: (), "none")
        self.batches: Batches = worker.batches(pool, recorder, lambda _: None)
        self.runner = worker.runner(pool, recorder, lambda _: None)
        self.records: dict[int, Record] = {}
        self.offsets = count()

    async def hear(self, *events: Event) -> list[Event]:
        """Take events as one batch; the events said. The same object again is the same event."""
        await self.batches.take([self.record_of(event) for event in events])
        return await self.said()

    async def hear_records(self, *records: Record) -> list[Event]:
        """Take raw records as one batch."""
        await self.batches.take(records)
        return await self.said()

    async def fire(self) -> list[Event]:
        """Run effects until none is due; the events said."""
        for _ in range(ROUNDS):
            if not await self.runner.run_due():
                return await self.said()
        raise AssertionError(f"effects are still due after {ROUNDS} rounds")

    async def said(self) -> list[Event]:
        """Take the outbox's events, in their order."""
        rows = await self.pool.fetch("DELETE FROM outbox RETURNING seq, topic, headers, value")
        namespace = self.worker.settings.namespace
        return [decoded(row, namespace) for row in sorted(rows, key=lambda row: row["seq"])]

    async def rows(self, sql: str, *arguments: object) -> list[Row]:
        """Look at the service's own tables."""
        return await self.pool.fetch(sql, *arguments)

    async def dead_letters(self) -> list[Row]:
        """Its dead letters, oldest first."""
        return await self.pool.fetch("SELECT * FROM dead_letters ORDER BY id")

    def record_of(self, event: Event) -> Record:
        """The record that Kafka brings for an event; a new offset each time, the same id."""
        if id(event) not in self.records:
            self.records[id(event)] = as_record(event, self.clock.now())
            self._keep = [*getattr(self, "_keep", []), event]  # so that no id is used again
        record = self.records[id(event)]
        topic = f"{self.worker.settings.namespace}{record.topic}"
        return Record(
            topic, record.partition, next(self.offsets), record.key, record.value, record.headers
        )


def as_record(event: Event, at: datetime) -> Record:
    """An event in CloudEvents binary mode."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid7()),
        "ce_source": "/tests",
        "ce_type": event.type_name(),
        "ce_time": at.isoformat(),
        "content-type": "application/json",
    }
    exclude_unset = isinstance(event, InboundEvent)
    return Record(
        event.TOPIC.name,
        partition_of(event.key, event.TOPIC.partitions),
        0,
        event.key.encode(),
        event.model_dump_json(exclude_unset=exclude_unset).encode(),
        tuple((name, value.encode()) for name, value in headers.items()),
    )


BY_TYPE_AND_TOPIC = {(event.type_name(), event.TOPIC.name): event for event in EVENTS}


def decoded(row: Row, namespace: str) -> Event:
    """The event in an outbox row."""
    headers: dict[str, str] = dict(orjson.loads(row["headers"]))
    topic = str(row["topic"]).removeprefix(namespace)
    return BY_TYPE_AND_TOPIC[headers["ce_type"], topic].model_validate_json(row["value"])


async def service(name: str, postgres: str, passfile: Path, home: Path, **settings: Any) -> Service:
    """Build a service's worker on a database of its own."""
    app = importlib.import_module(f"services.{name}.app")
    settings_class = importlib.import_module(f"services.{name}.settings").Settings
    found = settings_class(
        kafka="127.0.0.1:1", postgres=postgres, passfile=passfile, home=home, **settings
    )
    worker: Worker = app.build(found)
    clock = DrivenClock(home, worker.clock)
    return Service(worker, await worker.open_pool(), clock)


def only(events: Sequence[Event], kind: type[E]) -> list[E]:
    """The events of one type."""
    return [event for event in events if isinstance(event, kind)]
