"""When a warehouse closes the day's parcels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

ENTRY = re.compile(
    r"(?:(?P<warehouse>[A-Za-z0-9_-]{1,32})=)?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?:@(?P<zone>\S+))?"
)
FORM = "write HH:MM, HH:MM@Zone or WAREHOUSE=HH:MM@Zone, several with commas"


@dataclass(frozen=True)
class CutOff:
    """A time of day in a zone."""

    at: time
    zone: tzinfo = UTC

    def next_after(self, moment: datetime) -> datetime:
        """The first cut-off strictly after a moment: units granted at the very instant wait."""
        day = moment.astimezone(self.zone).date()
        today = datetime.combine(day, self.at, self.zone).astimezone(UTC)
        if today > moment:
            return today
        return datetime.combine(day + timedelta(days=1), self.at, self.zone).astimezone(UTC)


@dataclass(frozen=True)
class CutOffs:
    """The cut-off of each warehouse, and the one of all others."""

    others: CutOff = CutOff(time(14, 0))
    by_warehouse: Mapping[str, CutOff] = field(default_factory=dict[str, CutOff])

    def next_after(self, warehouse: str, moment: datetime) -> datetime:
        """The first cut-off of a warehouse strictly after a moment, in UTC."""
        return self.by_warehouse.get(warehouse, self.others).next_after(moment)


def cut_offs(text: str) -> CutOffs:
    """Read ``14:00,MAIN=15:30@Europe/London``. Raises ``ValueError`` that names the wrong entry."""
    found: dict[str | None, CutOff] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        warehouse, cut_off = _entry(entry)
        if warehouse in found:
            raise ValueError(f"cut-off {entry!r}: {warehouse or 'the default'} is given twice")
        found[warehouse] = cut_off
    others = found.pop(None, CutOffs().others)
    return CutOffs(others, {name: one for name, one in found.items() if name is not None})


def _entry(entry: str) -> tuple[str | None, CutOff]:
    match = ENTRY.fullmatch(entry)
    if match is None:
        raise ValueError(f"cut-off {entry!r} cannot be read: {FORM}")
    hour, minute = int(match["hour"]), int(match["minute"])
    if hour > 23 or minute > 59:
        raise ValueError(f"cut-off {entry!r}: {hour}:{minute:02} is no time of day: {FORM}")
    return match["warehouse"], CutOff(time(hour, minute), _zone(entry, match["zone"]))


def _zone(entry: str, name: str | None) -> tzinfo:
    if name is None or name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(
            f"cut-off {entry!r}: {name!r} is no time zone: use a name like Europe/London"
        ) from error
