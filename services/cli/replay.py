"""Replays a retailer's months through the real pipeline on the driven clock.

For each hour that holds facts or a scheduled effect: the clock is set to its last microsecond, what
is due runs, the hour's facts are published, and the next hour waits until all is quiet.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from schemas.envelope import Event
from services.audit.owners import Owners
from services.audit.quiet import Quiet
from services.chassis.clock import Clock, ClockError, set_clock
from services.chassis.settings import Deployment
from services.cli.retailer_plan import Hour, Plan
from services.standins.publishing import Publisher

QUIET_TIMEOUT_SECONDS = 300.0
DRAIN_FOR = timedelta(days=60)
"""Business time after the last file hour within which everything scheduled should have run."""
HOUR = timedelta(hours=1)
FILES_FILE = "replay.json"
SOURCE = "/replay"

Told = Callable[[datetime, int, int], None]


@dataclass
class Course:
    """How a replay went."""

    hours: int = 0
    facts: int = 0
    waits: int = 0
    waited_seconds: float = 0
    seconds: float = 0
    left: dict[str, int] = field(default_factory=dict[str, int])
    again: bool = False


def files_digest(files: Iterable[Path], options: Sequence[object]) -> str:
    """What was replayed, so that the same files again are known as such."""
    digest = hashlib.sha256(repr(list(options)).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def begin(home: Path, digest: str, first: datetime) -> bool:
    """Set a home's clock for a replay; True when the same files were replayed here before.

    Raises ``ClockError`` when the home's clock is later for another reason.
    """
    place = home / FILES_FILE
    clock = Clock(home)
    if place.exists() and json.loads(place.read_text())["digest"] == digest:
        return clock.setting is not None and clock.now() > first
    if clock.setting is not None and clock.now() > first:
        raise ClockError(
            f"the clock of {home} already shows {clock.now():%Y-%m-%d %H:%M}, after the files' first "
            f"hour ({first:%Y-%m-%d %H:%M}): replay into another CROSSDOCK_HOME"
        )
    set_clock(home, first)
    place.write_text(json.dumps({"digest": digest}))
    return False


class Replay:
    """Drives one plan through a running home."""

    def __init__(self, home: Path, deployment: Deployment, owners: Owners, told: Told) -> None:
        self.home = home
        self.clock = Clock(home)
        self.quiet = Quiet(deployment, owners, self.clock, ["dock"])
        self.publisher = Publisher(deployment.kafka, deployment.namespace)
        self.course = Course()
        self.told = told

    async def run(self, plan: Plan, *, again: bool) -> Course:
        """Publish every fact in its hour, then go on from effect to effect until none is left."""
        started = monotonic()
        self.course.again = again
        await self.quiet.start()
        await self.publisher.start()
        try:
            await self._publish([*plan.products, *plan.opening])
            await self._wait()
            for hour in plan.hours:
                if not again:
                    await self._effects_before(hour.end)
                    await self._move(hour.end)
                await self._facts(hour)
            if not again:
                await self._drain(plan.hours[-1].end + DRAIN_FOR if plan.hours else None)
        finally:
            await self.publisher.stop()
            await self.quiet.stop()
        self.course.seconds = monotonic() - started
        return self.course

    async def _effects_before(self, end: datetime) -> None:
        """Visit each hour before ``end`` that holds a scheduled effect."""
        while (due := await self.quiet.next_due()) and end_of_hour(due) < end:
            await self._move(end_of_hour(due))

    async def _drain(self, limit: datetime | None) -> None:
        """Go on from scheduled effect to scheduled effect; what lies beyond the limit is told."""
        while due := await self.quiet.next_due():
            if limit is None or due > limit:
                break
            await self._move(end_of_hour(due))
        rows = await self.quiet.owners.of_all(
            "SELECT kind, count(*) AS n FROM effects GROUP BY kind"
        )
        self.course.left = {
            f"{service}: {row['kind']}": row["n"]
            for service, found in rows.items()
            for row in found
        }

    async def _move(self, moment: datetime) -> None:
        """Set the clock, and let what is due run before anything else happens."""
        set_clock(self.home, moment)
        self.course.hours += 1
        self.told(moment, self.course.facts, self.course.hours)
        await self._wait()

    async def _facts(self, hour: Hour) -> None:
        await self._publish([*hour.notices, *hour.orders, *hour.receipts])
        self.told(hour.end, self.course.facts, self.course.hours)
        await self._wait()
        if hour.cancels:
            await self._publish(hour.cancels)
            await self._wait()

    async def _publish(self, events: Sequence[Event]) -> None:
        if events:
            await self.publisher.publish(events, SOURCE, self.clock.now())
            self.course.facts += len(events)

    async def _wait(self) -> None:
        started = monotonic()
        await self.quiet.wait(QUIET_TIMEOUT_SECONDS)
        self.course.waits += 1
        self.course.waited_seconds += monotonic() - started


def end_of_hour(moment: datetime) -> datetime:
    """The last microsecond of the hour of a moment."""
    start = moment.replace(minute=0, second=0, microsecond=0)
    return start + HOUR - timedelta(microseconds=1)


async def drive(
    home: Path, deployment: Deployment, plan: Plan, told: Told, *, again: bool
) -> Course:
    """Replay a plan into a home whose workers run."""
    async with await Owners.open(deployment) as owners:
        return await Replay(home, deployment, owners, told).run(plan, again=again)
