"""What stands where: the units of one SKU in one warehouse, place by place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Source = Literal["dock", "shelf", "lane"]


@dataclass(frozen=True, slots=True)
class Supply:
    """Units of a SKU in a warehouse.

    ``in_lane``: sent to the lane for an order and not given back; what was dispatched of them is
    shipping's to tell. ``shortfall``: units given out that turned out not to exist; the next good
    ones pay it. ``missing``: not found at the pack, and written off by nobody. ``written_off``:
    written off and not found missing since; no place, only the memory that lets one hole be
    counted once. ``waiting_units``: units of the waiting lines that list this warehouse.
    """

    warehouse: str
    on_shelf: int = 0
    at_dock: int = 0
    in_lane: int = 0
    shortfall: int = 0
    waiting_units: int = 0
    lost: int = 0
    missing: int = 0
    written_off: int = 0

    def arrived(self, units: int, source: Source) -> Supply:
        """Units have come up, at the dock, on the shelf or in the lane."""
        match source:
            case "dock":
                return replace(self, at_dock=self.at_dock + units)
            case "shelf":
                return replace(self, on_shelf=self.on_shelf + units)
            case "lane":
                return replace(self, in_lane=self.in_lane + units)

    def paid(self, units: int, source: Source) -> Supply:
        """Units that came up stand in for units that never existed."""
        return replace(self.arrived(-units, source), shortfall=self.shortfall - units)

    def sent_to_lane(self, units: int, source: Source) -> Supply:
        """Units have gone to an order: cross-dock, pick, or a new label in the lane."""
        return self.arrived(-units, source).arrived(units, "lane")

    def put_away(self, units: int, source: Source = "dock") -> Supply:
        """Units have gone from the dock, or back from the lane, to the shelf."""
        return self.arrived(-units, source).arrived(units, "shelf")

    def wrote_off(self, units: int) -> Supply:
        """Units do not exist, or others took them.

        Those known to be missing are explained by it; the shelf gives up the rest, and what it
        does not hold is the warehouse's shortfall.
        """
        explained = min(units, self.missing)
        rest = units - explained
        there = min(rest, self.on_shelf)
        return replace(
            self,
            missing=self.missing - explained,
            on_shelf=self.on_shelf - there,
            shortfall=self.shortfall + rest - there,
            written_off=self.written_off + rest,
        )

    def wrote_back(self, units: int) -> Supply:
        """What was written off by mistake explains no missing unit any more."""
        return replace(self, written_off=max(0, self.written_off - units))

    def missed(self, units: int) -> Supply:
        """Units were not found: written off before, they stand on the shelf; else missing."""
        explained = self.explains(units)
        return replace(
            self,
            written_off=self.written_off - explained,
            missing=self.missing + units - explained,
        )

    def explains(self, units: int) -> int:
        """How many missing units were written off before."""
        return min(units, self.written_off)

    def counted(self, difference: int) -> Supply:
        """The shelf is known: what was written off before is settled by it."""
        return replace(self, on_shelf=self.on_shelf + min(0, difference), written_off=0)

    def left_the_lane(self, units: int, lost: int) -> Supply:
        """Units were given back; some of them are gone for good."""
        return replace(self, in_lane=self.in_lane - units, lost=self.lost + lost)

    def with_waiting(self, units: int) -> Supply:
        """More, or fewer, units wait for this warehouse."""
        return replace(self, waiting_units=self.waiting_units + units)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Units that came up at one place, how, and the words for it."""

    warehouse: str
    units: int
    source: Source
    by: str
    """The reason's code for who is served by it."""
    came: str
    """Completes "12 units …"."""
    parameters: tuple[tuple[str, str | int], ...] = ()
    dock: str | None = None
    scan_id: str | None = None
    delivery: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Free units on the shelf as somebody counted them; an opening balance adds them."""

    count_id: str
    warehouse: str
    quantity: int
    opening: bool

    def difference(self, on_shelf: int) -> int:
        """How far the shelf figure is off; an opening balance is no comparison."""
        return self.quantity if self.opening else self.quantity - on_shelf


@dataclass(frozen=True, slots=True)
class TakenCount:
    """A count beside the shelf figure it met."""

    count: Count
    on_shelf: int
    difference: int
