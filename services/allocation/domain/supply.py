"""What stands where: the units of one SKU in one warehouse, place by place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Source = Literal["dock", "shelf"]


@dataclass(frozen=True, slots=True)
class Supply:
    """Units of a SKU in a warehouse.

    ``in_lane``: ever sent to the lane for an order; what has left it since is shipping's.
    ``shortfall``: units given out that turned out not to exist; the next good ones pay it.
    ``waiting_units``: units of the waiting lines that list this warehouse.
    """

    warehouse: str
    on_shelf: int = 0
    at_dock: int = 0
    in_lane: int = 0
    shortfall: int = 0
    waiting_units: int = 0

    def arrived(self, units: int, source: Source) -> Supply:
        """Units have come up, at the dock or on the shelf."""
        if source == "dock":
            return replace(self, at_dock=self.at_dock + units)
        return replace(self, on_shelf=self.on_shelf + units)

    def paid(self, units: int, source: Source) -> Supply:
        """Units that came up stand in for units that never existed."""
        return replace(self.arrived(-units, source), shortfall=self.shortfall - units)

    def sent_to_lane(self, units: int, source: Source) -> Supply:
        """Units have gone to the shipping lane: cross-dock, or pick."""
        return replace(self.arrived(-units, source), in_lane=self.in_lane + units)

    def put_away(self, units: int) -> Supply:
        """Units have gone from the dock to the shelf."""
        return replace(self, at_dock=self.at_dock - units, on_shelf=self.on_shelf + units)

    def taken(self, units: int) -> Supply:
        """Others took units; what the shelf does not hold is the warehouse's shortfall."""
        there = min(units, self.on_shelf)
        return replace(
            self, on_shelf=self.on_shelf - there, shortfall=self.shortfall + units - there
        )

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
