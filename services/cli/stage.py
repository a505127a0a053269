"""The stage of the demo: one home on the driven clock, and what each party sees of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.catalog import events_on
from schemas.envelope import Event
from schemas.topics import DOCK_MOVES, DOCK_PARCELS, SHOP_ANSWERS
from services.audit.owners import Owners
from services.audit.quiet import Quiet
from services.chassis.clock import Clock, set_clock
from services.chassis.settings import Deployment
from services.standins.publishing import Publisher

E = TypeVar("E", bound=Event)

PUBLIC = (SHOP_ANSWERS, DOCK_MOVES, DOCK_PARCELS)
QUIET_SECONDS = 60.0
POLL_MS = 200
SOURCE = "/crossdock/demo"


class Stage:
    """Moves the clock, publishes facts, and reads what is said to the outside."""

    def __init__(self, home: Path, deployment: Deployment, owners: Owners) -> None:
        self.home = home
        self.deployment = deployment
        self.owners = owners
        self.clock = Clock(home)
        self.quiet = Quiet(deployment, owners, self.clock, ["dock"])
        self.publisher = Publisher(deployment.kafka, deployment.namespace, "crossdock-demo")
        self.reader: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
            bootstrap_servers=deployment.kafka, enable_auto_commit=False
        )
        self.types = {name: kind for topic in PUBLIC for name, kind in events_on(topic).items()}
        self.places: list[TopicPartition] = []

    async def __aenter__(self) -> Stage:
        await self.quiet.start()
        await self.publisher.start()
        await self.reader.start()
        namespace = self.deployment.namespace
        self.places = [
            TopicPartition(f"{namespace}{topic.name}", partition)
            for topic in PUBLIC
            for partition in range(topic.partitions)
        ]
        self.reader.assign(self.places)
        await self.reader.seek_to_end(*self.places)
        for place in self.places:
            await self.reader.position(place)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.reader.stop()
        await self.publisher.stop()
        await self.quiet.stop()

    async def at(self, moment: datetime) -> None:
        """Move business time on, and let what is due run."""
        set_clock(self.home, moment)
        await self.rest()

    async def tell(self, *facts: Event) -> None:
        """Publish facts as outsiders do, and let the pipeline come to rest."""
        await self.publisher.publish(facts, SOURCE, self.clock.now())
        await self.rest()

    async def rest(self) -> None:
        """Wait until nothing is in flight."""
        await self.quiet.wait(QUIET_SECONDS)

    async def seen(self) -> list[Event]:
        """What was said to shops and to the dock since the last look."""
        events: list[Event] = []
        ends = await self.reader.end_offsets(self.places)
        while any([await self.reader.position(place) < ends[place] for place in self.places]):
            found = await self.reader.getmany(timeout_ms=POLL_MS)
            for records in found.values():
                for record in records:
                    kind = self.types.get(dict(record.headers)["ce_type"].decode())
                    if kind is not None and record.value is not None:
                        events.append(kind.model_validate_json(record.value))
        return events


def of(events: Sequence[Event], kind: type[E]) -> list[E]:
    """The events of one type."""
    return [event for event in events if isinstance(event, kind)]
