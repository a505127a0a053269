"""Quiet: nothing is in flight. Every partition is read to its end, nothing waits to be said or done.

Judged for the six services by their own position rows, and for running stand-ins by what they have
committed; a second look must find the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from schemas.topics import SERVICES, heard_by
from services.audit.owners import Owners
from services.audit.stuck import MONEY_CALLS
from services.chassis.clock import Clock
from services.chassis.settings import Deployment

LOOK_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.08
PAUSE_GROWTH = 1.4
"""A long wait is looked at seldom: each look costs what the workers could use."""
NAMED_AT_MOST = 8

Places = dict[tuple[str, int], int]

IN_HAND = """
    SELECT 'outbox' AS what, count(*) AS rows FROM (SELECT FROM outbox LIMIT 1000) AS o
    UNION ALL
    SELECT 'redriven dead letters', count(*) FROM dead_letters WHERE state = 'redriven'
    UNION ALL
    SELECT kind, count(*) FROM effects e
    WHERE (state = 'scheduled' AND due_at <= $1
           -- What stands behind money that was given up will not move by itself.
           AND NOT (kind = ANY ($2) AND EXISTS (
               SELECT FROM effects g
               WHERE g.subject = e.subject AND g.state = 'given_up' AND g.kind = ANY ($2))))
       OR state = 'started'
       OR (state = 'unknown' AND retry_at IS NOT NULL)
    GROUP BY kind
"""
POSITIONS = "SELECT topic, partition, next_offset FROM positions"
NEXT_DUE = "SELECT min(due_at) AS due_at FROM effects WHERE state = 'scheduled' AND due_at > $1"


@dataclass(frozen=True)
class Look:
    """What one look found: what is in hand by name, and how far everybody has read."""

    in_hand: tuple[str, ...]
    positions: tuple[tuple[str, Places], ...]
    ends: Places

    @property
    def is_quiet(self) -> bool:
        """Nothing in hand, everything read."""
        return not self.in_hand


class NotQuiet(Exception):
    """It did not come to rest in time; the text names what is still in flight."""


class Quiet:
    """Looks whether anything is in flight."""

    def __init__(
        self,
        deployment: Deployment,
        owners: Owners,
        clock: Clock,
        standins: Sequence[str] = (),
    ) -> None:
        self.deployment = deployment
        self.owners = owners
        self.clock = clock
        self.standins = standins
        self.consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
            bootstrap_servers=deployment.kafka
        )
        self.admin = AIOKafkaAdminClient(bootstrap_servers=deployment.kafka)
        self.places: list[TopicPartition] = []

    async def start(self) -> None:
        """Connect to the broker."""
        await self.consumer.start()
        await self.admin.start()
        namespace = self.deployment.namespace
        readers = [*SERVICES, *(reader_name(standin) for standin in self.standins)]
        topics = {topic for reader in readers for topic in heard_by(reader)}
        self.places = [
            TopicPartition(f"{namespace}{topic.name}", partition)
            for topic in sorted(topics, key=lambda topic: topic.name)
            for partition in range(topic.partitions)
        ]

    async def stop(self) -> None:
        """Let go of the broker."""
        for close in (self.consumer.stop, self.admin.close):
            with suppress(Exception):
                await close()

    async def look(self) -> Look:
        """One look. What is in hand is read before where the log ends, so that nothing hides."""
        self.clock.look()
        now = self.clock.now()
        rows = await self.owners.of_all(IN_HAND, now, MONEY_CALLS)
        in_hand = [
            f"{service}: {row['rows']} × {row['what']}"
            for service, found in rows.items()
            for row in found
            if row["rows"]
        ]
        if in_hand:
            return Look(tuple(in_hand), (), {})
        positions = await self._positions()
        found = await self.consumer.end_offsets(self.places)
        ends = {(place.topic, place.partition): offset for place, offset in found.items()}
        for reader, places in positions:
            behind = self._behind(reader, places, ends)
            if behind:
                in_hand.append(f"{reader}: {behind} messages to read")
        return Look(tuple(in_hand), tuple(positions), ends)

    async def _positions(self) -> list[tuple[str, Places]]:
        """How far each service and each running stand-in has read."""
        rows = await self.owners.of_all(POSITIONS)
        positions = [
            (service, {(row["topic"], row["partition"]): row["next_offset"] for row in found})
            for service, found in rows.items()
        ]
        for standin in self.standins:
            offsets = await self.admin.list_consumer_group_offsets(
                f"{self.deployment.namespace}{standin}"
            )
            read = {(p.topic, p.partition): meta.offset for p, meta in offsets.items()}
            positions.append((standin, read))
        return positions

    def _behind(self, reader: str, places: Places, ends: Places) -> int:
        namespace = self.deployment.namespace
        return sum(
            max(0, ends[place] - places.get(place, 0))
            for topic in heard_by(reader_name(reader))
            for partition in range(topic.partitions)
            for place in [(f"{namespace}{topic.name}", partition)]
        )

    async def wait(
        self, timeout_seconds: float, told: Callable[[Look], None] = lambda _: None
    ) -> None:
        """Wait until two looks in a row are quiet and equal. Raises ``NotQuiet``."""
        end = monotonic() + timeout_seconds
        pause = LOOK_PAUSE_SECONDS
        before: Look | None = None
        while True:
            found = await self.look()
            if found.is_quiet and before == found:
                return
            told(found)
            if monotonic() > end:
                named = "; ".join(found.in_hand[:NAMED_AT_MOST]) or "it keeps moving"
                raise NotQuiet(f"not quiet after {timeout_seconds:.0f} s: {named}")
            if found.is_quiet:
                before = found
                continue
            before = None
            await asyncio.sleep(pause)
            pause = min(pause * PAUSE_GROWTH, LONGEST_PAUSE_SECONDS)

    async def next_due(self) -> Any:
        """Business time of the next scheduled effect of any service; None: nothing is scheduled."""
        self.clock.look()
        rows = await self.owners.of_all(NEXT_DUE, self.clock.now())
        moments = [row["due_at"] for found in rows.values() for row in found if row["due_at"]]
        return min(moments, default=None)


READERS = {"dock": "scanners", "shop": "shops"}
"""Whose part a stand-in plays in the list of topics."""


def reader_name(name: str) -> str:
    """The reader that a stand-in stands for; a service is itself."""
    return READERS.get(name, name)
