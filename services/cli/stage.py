"""The stage of the demo: one home on the driven clock, and what each party sees of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from schemas.envelope import Event
from schemas.topics import DOCK_MOVES, DOCK_PARCELS, SHOP_ANSWERS
from services.audit.owners import Owners
from services.audit.quiet import Quiet
from services.chassis.clock import Clock, set_clock
from services.chassis.settings import Deployment
from services.cli.overhearing import Overhearing
from services.standins.publishing import Publisher

E = TypeVar("E", bound=Event)

PUBLIC = (SHOP_ANSWERS, DOCK_MOVES, DOCK_PARCELS)
QUIET_SECONDS = 60.0
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
        self.overhearing = Overhearing(deployment, PUBLIC)

    async def __aenter__(self) -> Stage:
        await self.quiet.start()
        await self.publisher.start()
        await self.overhearing.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.overhearing.__aexit__()
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
        return await self.overhearing.all()


def of(events: Sequence[Event], kind: type[E]) -> list[E]:
    """The events of one type."""
    return [event for event in events if isinstance(event, kind)]
