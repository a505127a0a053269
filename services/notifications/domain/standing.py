"""An order with all that is known of it, as a message looks at it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.notifications.domain.facts import Row
from services.notifications.domain.lines import Line
from services.notifications.domain.orders import Cancel, Order
from services.notifications.domain.parcels import Parcel
from services.notifications.domain.told import Told


@dataclass(frozen=True)
class Standing:
    """An order with its lines, parcels and cancels, as they stand."""

    order: Order
    lines: Sequence[Line]
    parcels: Sequence[Parcel]
    cancels: Sequence[Cancel] = ()

    @cached_property
    def planned(self) -> Mapping[str, int]:
        """Units by line that are in parcels, or left in one."""
        return units_in(self.parcels)

    @cached_property
    def shipped(self) -> Mapping[str, int]:
        """Units by line that left."""
        return units_in(parcel for parcel in self.parcels if parcel.dispatched_at is not None)

    def waiting(self, line: Line) -> int:
        """Units of a line that wait: none that is in a parcel does."""
        return line.waiting_beside(self.planned.get(line.line_id, 0))

    def parcel(self, shipment_id: str | None) -> Parcel:
        """One of its parcels. Raises ``LookupError`` for a message without its parcel."""
        for parcel in self.parcels:
            if parcel.shipment_id == shipment_id:
                return parcel
        raise LookupError(f"shipment {shipment_id} of order {self.order.order_id} is not here")

    def cancel(self, cancel_id: str | None) -> Cancel:
        """One of its cancels. Raises ``LookupError`` for a message without its cancel."""
        for cancel in self.cancels:
            if cancel.cancel_id == cancel_id:
                return cancel
        raise LookupError(f"cancel {cancel_id} of order {self.order.order_id} is not here")

    def told_lines(self) -> Iterable[tuple[Line, Told]]:
        """The lines that were confirmed, and what was told of them."""
        return ((line, line.told) for line in self.lines if line.told is not None)

    def lags(self, parcel: Parcel) -> bool:
        """Whether what we know of a parcel's content cannot be the newest.

        Only where a payment deadline passed are units given back that were in no planned parcel.
        """
        overdue = self.order.overdue > 0
        held = parcel.units()
        return any(
            line.lags(self.planned[line.line_id], gives_back_unseen=overdue)
            for line in self.lines
            if line.line_id in held
        )

    def to_come(self) -> tuple[Row, ...]:
        """What has not left yet. The dock's last word that nothing is to come holds."""
        if any(parcel.complete for parcel in self.parcels if parcel.dispatched_at is not None):
            return ()
        return tuple(
            self.row(line, left)
            for line in self.lines
            if (left := line.wanted - self.shipped.get(line.line_id, 0)) > 0
        )

    def row(self, line: Line, quantity: int, cause: str = "") -> Row:
        """Units of a line, and how they stand."""
        return Row(
            line.line_id, line.title, quantity, line.amount_minor(),
            min(quantity, self.waiting(line)), line.refused, line.promised_on,
            line.promise_version, line.told.promised_on if line.told else None, line.gone, cause,
        )  # fmt: skip


def units_in(parcels: Iterable[Parcel]) -> Counter[str]:
    """Units in parcels, by line."""
    found: Counter[str] = Counter()
    for parcel in parcels:
        found.update(parcel.units())
    return found
