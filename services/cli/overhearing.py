"""What is said to shops and to the dock, read from the log without taking it from anybody."""

from __future__ import annotations

from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.catalog import events_on
from schemas.envelope import Event, Topic
from services.chassis.settings import Deployment
from services.standins.listening import type_of

POLL_MS = 200


class Overhearing:
    """Reads public topics from where they end now, or a little earlier; commits nothing."""

    def __init__(self, deployment: Deployment, topics: Sequence[Topic], earlier: int = 0) -> None:
        """``earlier``: records of each partition, from before now, that are read as well."""
        self.consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
            bootstrap_servers=deployment.kafka, enable_auto_commit=False
        )
        self.types = {name: kind for topic in topics for name, kind in events_on(topic).items()}
        self.places = [
            TopicPartition(f"{deployment.namespace}{topic.name}", partition)
            for topic in topics
            for partition in range(topic.partitions)
        ]
        self.earlier = earlier

    async def __aenter__(self) -> Overhearing:
        await self.consumer.start()
        self.consumer.assign(self.places)
        first = await self.consumer.beginning_offsets(self.places)
        ends = await self.consumer.end_offsets(self.places)
        for place in self.places:
            self.consumer.seek(place, max(first[place], ends[place] - self.earlier))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.consumer.stop()

    async def some(self) -> list[Event]:
        """What has been said since, or nothing after a short wait."""
        found = await self.consumer.getmany(timeout_ms=POLL_MS)
        records = sorted(
            (record for records in found.values() for record in records),
            key=lambda record: record.timestamp,
        )
        return [
            kind.model_validate_json(record.value)
            for record in records
            if (kind := self.types.get(type_of(record))) and record.value is not None
        ]

    async def all(self) -> list[Event]:
        """Everything said up to now."""
        events: list[Event] = []
        ends = await self.consumer.end_offsets(self.places)
        while any([await self.consumer.position(place) < ends[place] for place in self.places]):
            events += await self.some()
        return events
