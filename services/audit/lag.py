"""How far each service has read, partition by partition, also where nobody consumes now.

What counts as read is the position row in the service's own database, not Kafka's commit: the
commit follows it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic, time

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.topics import SERVICES, heard_by
from services.audit.owners import Owners
from services.audit.quiet import POSITIONS
from services.chassis.settings import Deployment

AGES_WITHIN_SECONDS = 1.5
"""How long the oldest unread records of a service are waited for; what did not come has no age."""
POLL_MS = 200
FETCHED_BYTES = 16 * 1024
"""Of each partition one record is looked at: what comes with it is thrown away."""


@dataclass(frozen=True)
class PartitionLag:
    """One partition for one service; ``seconds`` is the age of its oldest unread record."""

    service: str
    topic: str
    """Without its namespace."""
    partition: int
    position: int
    end: int
    first: int = 0
    """The oldest record that is still kept: what was to be read before it is gone."""
    seconds: float | None = None

    @property
    def messages(self) -> int:
        """Records that are still to be read."""
        return max(0, self.end - self.position)


@dataclass(frozen=True)
class TopicLag:
    """One topic for one service; ``seconds`` is the age of its oldest unread record."""

    service: str
    topic: str
    messages: int
    position: int
    """Summed over its partitions, as is ``end``: what rates are computed from."""
    end: int
    seconds: float | None


def by_topic(lags: Iterable[PartitionLag]) -> list[TopicLag]:
    """The partitions of each topic taken together, in the order that they come in."""
    found: dict[tuple[str, str], list[PartitionLag]] = defaultdict(list)
    for one in lags:
        found[one.service, one.topic].append(one)
    return [
        TopicLag(
            *name,
            sum(one.messages for one in its),
            sum(one.position for one in its),
            sum(one.end for one in its),
            max((one.seconds for one in its if one.seconds is not None), default=None),
        )
        for name, its in found.items()
    ]


class Lag:
    """Looks at the end of each partition and at how far each service has come."""

    def __init__(self, deployment: Deployment, owners: Owners) -> None:
        self.namespace = deployment.namespace
        self.owners = owners
        self.consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
            bootstrap_servers=deployment.kafka,
            enable_auto_commit=False,
            max_partition_fetch_bytes=FETCHED_BYTES,
        )

    async def __aenter__(self) -> Lag:
        await self.consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.consumer.stop()

    async def look(self, *, ages: bool = True) -> list[PartitionLag]:
        """Every partition of every service, by service and topic."""
        positions = await self._positions()
        places = sorted({self._place(topic, partition) for _, topic, partition in all_places()})
        ends = await self.consumer.end_offsets(places)
        first = await self.consumer.beginning_offsets(places)
        found: list[PartitionLag] = []
        for service in SERVICES:
            its = [
                PartitionLag(
                    service, topic, partition,
                    positions.get((service, place.topic, partition), first[place]), ends[place],
                    first[place],
                )
                for of_service, topic, partition in all_places() if of_service == service
                for place in [self._place(topic, partition)]
            ]  # fmt: skip
            found += await self._with_ages(its) if ages else its
        return found

    async def _positions(self) -> Mapping[tuple[str, str, int], int]:
        rows = await self.owners.of_all(POSITIONS)
        return {
            (service, row["topic"], row["partition"]): row["next_offset"]
            for service, found in rows.items()
            for row in found
        }

    async def _with_ages(self, lags: Sequence[PartitionLag]) -> list[PartitionLag]:
        """With the age of the first unread record, by reading that record."""
        behind = {self._place(one.topic, one.partition): one for one in lags if one.messages}
        if not behind:
            return list(lags)
        self.consumer.assign(list(behind))
        for place, one in behind.items():
            self.consumer.seek(place, max(one.position, one.first))
        ages: dict[TopicPartition, float] = {}
        limit = monotonic() + AGES_WITHIN_SECONDS
        while len(ages) < len(behind) and monotonic() < limit:
            waited_for = [place for place in behind if place not in ages]
            found = await self.consumer.getmany(*waited_for, timeout_ms=POLL_MS)
            for place, records in found.items():
                ages.setdefault(place, max(0.0, time() - records[0].timestamp / 1000))
        return [
            replace(one, seconds=ages.get(self._place(one.topic, one.partition))) for one in lags
        ]

    def _place(self, topic: str, partition: int) -> TopicPartition:
        return TopicPartition(f"{self.namespace}{topic}", partition)


def all_places() -> list[tuple[str, str, int]]:
    """Each partition that each service hears: service, topic, partition."""
    return [
        (service, topic.name, partition)
        for service in SERVICES
        for topic in heard_by(service)
        for partition in range(topic.partitions)
    ]
