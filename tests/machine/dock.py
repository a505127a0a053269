"""The dock of a history: does what it is told, sometimes short, sometimes with broken goods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random
from typing import Any

from schemas.envelope import Event
from schemas.warehouses import PackedLine, ParcelDamaged, ParcelDispatched, ParcelPacked

Units = Mapping[str, int]
WAREHOUSE = "MAIN"


@dataclass
class Parcel:
    """A parcel as it stands at the dock."""

    shipment_id: str
    asked: Units
    version: int
    packed: int | None = None
    """The version that was packed last and scanned; None: nothing, or it must be packed again."""
    holds: Units = field(default_factory=dict[str, int])
    released: int | None = None
    left: bool = False


class Dock:
    """What is to be packed, and what left."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parcels: dict[str, Parcel] = {}
        self.dispatched: Counter[str] = Counter()
        self.numbers = count(1)

    def hear(self, events: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Take what shipping says on ``dock.parcels``."""
        for kind, data in events:
            shipment_id = data["shipment_id"]
            match kind.removeprefix("crossdock."):
                case "parcel.pack_requested.v1":
                    asked = {line["line_id"]: line["quantity"] for line in data["lines"]}
                    self.parcels[shipment_id] = Parcel(shipment_id, asked, data["version"])
                case "parcel.released.v1":
                    self.parcels[shipment_id].released = data["version"]
                case "parcel.withdrawn.v1":
                    self.parcels.pop(shipment_id, None)
                case "parcel.pack_refused.v1":
                    if shipment_id in self.parcels:
                        self.parcels[shipment_id].packed = None
                case other:
                    raise AssertionError(f"the dock was told {other}")

    def to_pack(self) -> list[Parcel]:
        """Parcels asked for and not packed yet."""
        return [one for one in self.parcels.values() if one.packed is None]

    def to_send(self) -> list[Parcel]:
        """Parcels that may leave and have not."""
        return [
            one for one in self.parcels.values()
            if not one.left and one.packed is not None and one.released is not None
        ]  # fmt: skip

    def pack(self, parcel: Parcel, at: datetime, missing: int = 0) -> Event:
        """Pack what is asked for, without so many units of its first line."""
        units = dict(parcel.asked)
        first = min(units)
        if missing and sum(units.values()) > 1:
            units[first] -= min(missing, units[first] if len(units) > 1 else units[first] - 1)
        parcel.packed, parcel.holds = parcel.version, {k: n for k, n in units.items() if n}
        return ParcelPacked(
            warehouse=WAREHOUSE, scan_id=self.scan(), shipment_id=parcel.shipment_id,
            version=parcel.version, lines=lines_of(parcel.holds), packed_at=at,
        )  # fmt: skip

    def damage(self, parcel: Parcel, draw: Random, at: datetime) -> Event:
        """Break one unit of a parcel; it is not sent before it is asked for again."""
        line_id = draw.choice(sorted(parcel.holds or parcel.asked))
        if parcel.packed is not None:
            del self.parcels[parcel.shipment_id]
        return ParcelDamaged(
            warehouse=WAREHOUSE, scan_id=self.scan(), shipment_id=parcel.shipment_id,
            lines=lines_of({line_id: 1}), damaged_at=at,
        )  # fmt: skip

    def send(self, parcel: Parcel, at: datetime) -> Event:
        """Let a released parcel leave."""
        parcel.left = True
        self.dispatched.update(parcel.holds)
        return ParcelDispatched(
            warehouse=WAREHOUSE, scan_id=self.scan(), shipment_id=parcel.shipment_id,
            carrier="Post", tracking="T1", dispatched_at=at,
        )  # fmt: skip

    def scan(self) -> str:
        """The id of the next scan."""
        return f"{self.name}-{next(self.numbers)}"


def lines_of(units: Units) -> tuple[PackedLine, ...]:
    """Units by line, as a scan names them."""
    return tuple(PackedLine(line_id=k, quantity=n) for k, n in sorted(units.items()))
