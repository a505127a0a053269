"""A parcel as it stands, and what becomes of it when units leave it (flow §4, §5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from services.shipping.domain.planning import ParcelLine

State = Literal[
    "collecting", "planned", "authorized", "packed", "released", "dispatched", "withdrawn"
]
Cause = Literal["cancelled", "damaged", "missing", "payment_deadline"]
"""Why units leave a shipment."""

Units = Mapping[str, int]
"""Quantity by line."""

AFTER_A_CHANGE: Mapping[State, State] = {
    "collecting": "collecting",
    "planned": "planned",
    "authorized": "authorized",
    "packed": "authorized",
    "released": "authorized",
}
"""Where a parcel stands when some of its units have left: what was packed is packed again."""


@dataclass(frozen=True)
class Parcel:
    """A shipment as it stands, with what it must hold."""

    shipment_id: str
    order_id: str
    n: int
    warehouse: str
    currency: str
    state: State
    version: int
    amount_minor: int
    freight_minor: int
    captured_minor: int | None
    """None: nothing was taken for it."""
    planned: bool
    """Whether its units and its amount were ever fixed."""
    told: bool
    """Whether the dock was ever asked to pack it."""
    lines: tuple[ParcelLine, ...]

    @property
    def captured(self) -> bool:
        """Whether money was taken for it, of whatever version."""
        return self.captured_minor is not None

    @property
    def units(self) -> dict[str, int]:
        """Quantity by line."""
        return {line.line_id: line.quantity for line in self.lines}


@dataclass(frozen=True)
class Change:
    """Units leave a parcel: the parcel before and after, and exactly what left."""

    before: Parcel
    after: Parcel
    left: tuple[ParcelLine, ...]

    @property
    def withdrawn(self) -> bool:
        """Whether nothing is left of the parcel."""
        return self.after.state == "withdrawn"

    @property
    def frees_the_freight(self) -> bool:
        """Whether the freight it may carry goes to the shipment planned next: nobody paid it yet."""
        return self.withdrawn and self.before.planned and not self.before.captured

    @property
    def keeps_the_freight(self) -> bool:
        """Whether freight that was captured stays paid though the parcel will not leave."""
        return self.withdrawn and self.after.freight_minor > 0


def without(parcel: Parcel, units: Units, packed: bool = False) -> Change:
    """Take units out of a parcel, in its next version; ``packed``: it is packed as it is then.

    Of each line the highest numbers leave. Freight leaves with the last unit, unless it was paid.
    """
    kept: list[ParcelLine] = []
    left: list[ParcelLine] = []
    for line in parcel.lines:
        stays, leaves = line.split(min(line.quantity, units.get(line.line_id, 0)))
        kept += [stays] if stays.quantity else []
        left += [leaves] if leaves.quantity else []
    freight = parcel.freight_minor if kept or parcel.captured else 0
    after = replace(
        parcel,
        state=_state_after(parcel, bool(kept), packed),
        version=parcel.version + parcel.planned,
        freight_minor=freight,
        amount_minor=freight + sum(line.amount_minor for line in kept),
        lines=tuple(kept),
    )
    return Change(parcel, after, tuple(left))


def _state_after(parcel: Parcel, holds_something: bool, packed: bool) -> State:
    if not holds_something:
        return "withdrawn"
    return "packed" if packed else AFTER_A_CHANGE[parcel.state]


def changes(parcels: Mapping[str, Parcel], leaving: Mapping[str, Units]) -> list[Change]:
    """Take units out of several parcels, in key order; ``leaving`` is by shipment."""
    return [without(parcels[name], units) for name, units in sorted(leaving.items()) if units]


LineState = Literal["eligible", "suspended", "closed"]


@dataclass(frozen=True)
class GiveBack:
    """Units that leave a shipment, and what allocation is to do with them and their line."""

    change: Change
    line: ParcelLine
    cause: Cause
    returned: int
    """Good units: supply again."""
    requeue: int
    """Units that the line still wants."""
    line_state: LineState
    episode: int
    """The payment trouble that suspends the line; 0: none."""

    @property
    def withdrawn(self) -> int:
        """Units that nobody wants any more."""
        return self.line.quantity - self.requeue


def give_backs(
    found: Iterable[Change], cause: Cause, suspended: Mapping[str, int]
) -> list[GiveBack]:
    """All units that leave (flow §5, table); ``suspended`` is the episode by suspended order."""
    return [
        GiveBack(
            change,
            line,
            cause,
            returned=0 if cause in ("damaged", "missing") else line.quantity,
            requeue=0 if cause == "cancelled" else line.quantity,
            line_state=_line_state(cause, change.before.order_id in suspended),
            episode=0 if cause == "cancelled" else suspended.get(change.before.order_id, 0),
        )
        for change in found
        for line in change.left
    ]


def _line_state(cause: Cause, suspended: bool) -> LineState:
    if cause == "cancelled":
        return "closed"
    return "suspended" if suspended else "eligible"


def no_such(shipment_id: str) -> str:
    """The sentence for a label that shipping never made."""
    return (
        f"there is no shipment {shipment_id}: scan the id that parcel.pack_requested gave, and set "
        "the parcel aside"
    )
