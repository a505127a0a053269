"""Business time: the clock that promises, deadlines and cut-offs live by.

Machine time (leases, back-off, ids) is never taken from here. Three modes: real (no file),
fast (a rate above 0) and driven (rate 0: stands still until moved).
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from services.chassis.files import replace_file

LOOK_EVERY_SECONDS = 0.1
CLOCK_FILE = "clock.json"


class ClockError(Exception):
    """The clock file cannot be used; the text says what to do."""


@dataclass(frozen=True)
class Setting:
    """``business_0`` was the time at ``wall_0``; it runs ``rate`` times as fast as the wall."""

    business_0: datetime
    wall_0: datetime
    rate: float
    revision: int

    def at(self, wall: datetime) -> datetime:
        """Business time at a moment of machine time."""
        if self.rate == 0:
            return self.business_0
        return self.business_0 + timedelta(seconds=(wall - self.wall_0).total_seconds() * self.rate)


class Clock:
    """Business time as one process sees it. It never goes back."""

    def __init__(self, home: Path | None) -> None:
        self.path = None if home is None else home / CLOCK_FILE
        self.setting: Setting | None = None
        self._stamp: tuple[int, int] | None = None
        self._looked = 0.0
        self._latest = datetime.min.replace(tzinfo=UTC)
        self.look()

    def now(self) -> datetime:
        """Business time now, aware, in UTC."""
        if monotonic() - self._looked > LOOK_EVERY_SECONDS:
            self.look()
        wall = datetime.now(UTC)
        moment = wall if self.setting is None else self.setting.at(wall)
        self._latest = max(self._latest, moment)
        return self._latest

    @property
    def revision(self) -> int:
        """Counts the settings of the clock; 0 is real time."""
        return 0 if self.setting is None else self.setting.revision

    def look(self) -> bool:
        """Look at the file at once. True when the clock was set since the last look."""
        self._looked = monotonic()
        if self.path is None:
            return False
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return False
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        before, self.setting = self.revision, read_setting(self.path)
        return self.revision != before

    async def wait_for_setting(self, timeout_seconds: float) -> bool:
        """Wait until the clock is set anew, or the time-out (machine time) is over."""
        end = monotonic() + timeout_seconds
        while not self.look():
            if (left := end - monotonic()) <= 0:
                return False
            await asyncio.sleep(min(LOOK_EVERY_SECONDS, left))
        return True


def read_setting(path: Path) -> Setting:
    """The setting in a clock file. Raises ``ClockError`` when it is not one."""
    try:
        data = json.loads(path.read_text())
        return Setting(
            datetime.fromisoformat(data["business_0"]),
            datetime.fromisoformat(data["wall_0"]),
            float(data["rate"]),
            int(data["revision"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ClockError(
            f"{path} is not a clock file ({error}): remove it to use real time"
        ) from error


def set_clock(home: Path, business: datetime, rate: float = 0) -> Setting:
    """Set the business clock of a home, for every process that looks at it.

    Raises ``ClockError`` for a time before the one that the clock already shows.
    """
    path = home / CLOCK_FILE
    wall = datetime.now(UTC)
    before = read_setting(path) if path.exists() else None
    if before and business < before.at(wall):
        raise ClockError(
            f"the clock in {path} shows {before.at(wall):%Y-%m-%d %H:%M:%S} and cannot go back to "
            f"{business:%Y-%m-%d %H:%M:%S}: use another CROSSDOCK_HOME"
        )
    setting = Setting(business, wall, rate, before.revision + 1 if before else 1)
    replace_file(
        path,
        {
            "business_0": setting.business_0.isoformat(),
            "wall_0": setting.wall_0.isoformat(),
            "rate": setting.rate,
            "revision": setting.revision,
        },
    )
    return setting
