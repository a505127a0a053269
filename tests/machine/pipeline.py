"""The five services that decide, on one database, with a log that hands over in any order.

Handlers, inbox, waves, transactions, effects and stores are the real ones; the log, the clock and
the order of tasks are simulated. A reader gets the records of one topic and key in order, all else
as the draw falls, cut into any batches, some of it twice.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import count
from random import Random

import orjson

from schemas.envelope import Event
from schemas.topics import TOPICS
from services.chassis.decoding import Record
from tests.harness import Service, as_record

READERS = {topic.name: topic.readers for topic in TOPICS}
BATCHES = 2_000
"""More batches than any history needs: one that reaches this goes round in circles."""
TWICE = 0.15
"""How often a batch brings something that was heard before."""
RETRY_SECONDS = 0.01
PAUSES = 500
"""Pauses of ``RETRY_SECONDS`` that a call may take to be made again."""

OPEN = """
    SELECT count(*) FILTER (WHERE state IN ('started', 'unknown') OR due_at <= $1) AS open,
           min(due_at) FILTER (WHERE state = 'scheduled' AND due_at > $1) AS next
    FROM effects WHERE state NOT IN ('given_up')
"""

Lane = tuple[str, bytes | None]


class Pipeline:
    """Services, and what lies in the log for each reader."""

    def __init__(self, services: dict[str, Service]) -> None:
        self.services = services
        self.lanes: dict[str, dict[Lane, deque[Record]]] = defaultdict(dict)
        self.heard: dict[str, list[Record]] = defaultdict(list)
        self.offsets = count()
        self.draw = Random(0)  # noqa: S311  # order of events, not a secret
        self.no_effects_of: set[str] = set()
        """Services whose effects wait."""
        self.not_heard: set[tuple[str, str]] = set()
        """Reader and topic: what lies there waits."""

    @property
    def now(self) -> datetime:
        """Business time."""
        return self.services["payments"].clock.now()

    def move_clock(self, moment: datetime) -> None:
        """Move business time on, for every service."""
        for service in self.services.values():
            service.clock.set(moment)

    def publish(self, *events: Event) -> None:
        """Outsiders say something."""
        for event in events:
            record = as_record(event, self.now)
            self.append(record)

    def append(self, record: Record) -> None:
        """A record stands in the log for each of its topic's readers."""
        for reader in READERS[record.topic]:
            lane = self.lanes[reader].setdefault((record.topic, record.key), deque())
            lane.append(record)

    def take(self, reader: str) -> list[Record]:
        """What a reader gets next, as the draw falls."""
        lanes = self.readable(reader)
        self.draw.shuffle(lanes)
        taken: list[Record] = []
        for lane in lanes[: self.draw.randint(1, 8)]:
            taken += [lane.popleft() for _ in range(self.draw.randint(1, len(lane)))]
        heard = self.heard[reader]
        again = [self.draw.choice(heard)] if heard and self.draw.random() < TWICE else []
        heard += taken
        return again + taken

    def readable(self, reader: str) -> list[deque[Record]]:
        """Lanes that hold something for a reader."""
        return [
            lane
            for (topic, _), lane in self.lanes[reader].items()
            if lane and (reader, topic) not in self.not_heard
        ]

    async def hand_over(self, name: str) -> bool:
        """Give a service one batch; False when there is nothing for it."""
        if not self.readable(name):
            return False
        service = self.services[name]
        prefix = service.worker.settings.namespace
        batch = [
            Record(f"{prefix}{one.topic}", one.partition, next(self.offsets), one.key, one.value,
                   one.headers)
            for one in self.take(name)
        ]  # fmt: skip
        await service.batches.take(batch)
        await self.collect(service)
        return True

    async def fire(self, name: str) -> bool:
        """Run one round of a service's due effects; False when none was due."""
        if name in self.no_effects_of:
            return False
        service = self.services[name]
        ran = await service.runner.run_due()
        await self.collect(service)
        return ran > 0

    async def collect(self, service: Service) -> None:
        """Put what a service has said into the log."""
        rows = await service.pool.fetch(
            "DELETE FROM outbox RETURNING seq, topic, partition, key, headers, value"
        )
        prefix = service.worker.settings.namespace
        for row in sorted(rows, key=lambda row: row["seq"]):
            headers = tuple((n, v.encode()) for n, v in orjson.loads(row["headers"]))
            topic = str(row["topic"]).removeprefix(prefix)
            key = row["key"].encode()
            self.append(Record(topic, row["partition"], 0, key, row["value"], headers))

    async def some(self, steps: int) -> None:
        """A few batches and effects of services drawn at random."""
        names = list(self.services)
        for _ in range(steps):
            name = self.draw.choice(names)
            if not await self.hand_over(name):
                await self.fire(name)

    async def come_to_rest(self) -> None:
        """Go on until nothing is in the log for a service and no effect is open."""
        names = list(self.services)
        pauses = 0
        for _ in range(BATCHES):
            self.draw.shuffle(names)
            worked = [await self.hand_over(name) or await self.fire(name) for name in names]
            if any(worked):
                continue
            if not await self.open_effects():
                return
            pauses += 1
            assert pauses < PAUSES, "a call is open and is not made again"
            await asyncio.sleep(RETRY_SECONDS)
        raise AssertionError(f"does not come to rest within {BATCHES} rounds")

    async def open_effects(self) -> int:
        """Effects that are due, started, or not known."""
        return sum([open_now async for open_now, _ in self.effects()])

    async def next_due(self) -> datetime | None:
        """When the next scheduled effect is due."""
        return min([at async for _, at in self.effects() if at], default=None)

    async def effects(self):
        """Open effects and the next scheduled one, by service."""
        for name, service in self.services.items():
            if name in self.no_effects_of:
                continue
            [row] = await service.pool.fetch(OPEN, self.now)
            yield int(row["open"]), row["next"]

    def read(self, reader: str) -> Iterator[Record]:
        """What an outsider finds in the log, all of it, in the order of each key."""
        for lane in self.lanes[reader].values():
            while lane:
                yield lane.popleft()

    def forget(self) -> None:
        """A new history: nothing of the former is handed over again."""
        self.heard.clear()
        self.lanes.clear()
        self.no_effects_of.clear()
        self.not_heard.clear()


def events_of(records: Iterable[Record]) -> Iterator[tuple[str, dict[str, object]]]:
    """Type and data of records."""
    for record in records:
        names = {name: value.decode() for name, value in record.headers}
        yield names["ce_type"], orjson.loads(record.value or b"{}")
