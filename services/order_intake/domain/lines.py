"""A line as the customer knows it, and what each fact makes of it.

One line's grants, waits, promises and cancelled units come over one topic, in order; what shipping
took out of parcels, and what left, over another. So totals are kept, and the rest follows from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.order_intake.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Line:
    """``ordered = waiting + refused + cancelled + granted_total - requeued_total`` once answered.

    ``granted_total`` only grows: units given back and wanted again are in ``requeued_total``, those
    taken out of parcels for good in ``withdrawn``. ``ordered`` and the other terms are None for a
    line of which facts came before its order. ``total_minor`` has its share of the order's discount
    and tax in it.
    """

    line_id: str
    order_id: str
    sku: str
    ordinal: int | None = None
    title: str | None = None
    ordered: int | None = None
    total_minor: int | None = None
    requested_at: datetime | None = None
    granted_total: int = 0
    requeued_total: int = 0
    waiting: int = 0
    refused: int = 0
    cancelled: int = 0
    withdrawn: int = 0
    dispatched: int = 0
    answered: bool = False
    """Every unit was there, waited, or would not come, once; it stays so whatever comes after."""
    promised_on: date | None = None
    promise_version: int = 0
    allocated_at: datetime | None = None
    reason: Reason | None = None
    """Why units wait."""
    refusal: Reason | None = None
    """Why units were refused."""

    @property
    def allocated(self) -> int:
        """Units that are there for it: 0 while shipping is ahead of allocation."""
        return max(0, self.granted_total - self.requeued_total - self.withdrawn)

    @property
    def called_off(self) -> int:
        """Units cancelled as the customer sees it: those that waited, those taken out of parcels."""
        return self.cancelled + self.withdrawn

    @property
    def left(self) -> int:
        """Units that are still to be sent."""
        gone = self.refused + self.called_off + self.dispatched
        return max(0, (self.ordered or 0) - gone)

    @property
    def comes_to_nothing(self) -> bool:
        """Whether not one unit is to come, or ever left."""
        return self.ordered == self.refused + self.called_off

    @property
    def as_ordered(self) -> Line:
        """The line as the shop gave it, without what was told of it since."""
        return Line(
            self.line_id, self.order_id, self.sku, self.ordinal, self.title, self.ordered,
            self.total_minor,
        )  # fmt: skip

    def granted(self, quantity: int, granted_total: int, requeued_total: int, at: datetime) -> Line:
        """Units are there; of those that waited, so many wait no more."""
        waiting = max(0, self.waiting - quantity)
        granted = self.told(granted_total, requeued_total)
        reason = self.reason if waiting else None
        return replace(granted, waiting=waiting, allocated_at=at, reason=reason).added_up()

    def queued(
        self, waiting: int, promised_on: date | None, version: int, reason: Reason,
        granted_total: int = 0, requeued_total: int = 0,
    ) -> Line:  # fmt: skip
        """Units wait, all of the line's; the promise is the latest told."""
        queued = self.promised(promised_on, version, reason).told(granted_total, requeued_total)
        return replace(queued, waiting=waiting).added_up()

    def promised(self, promised_on: date | None, version: int, reason: Reason) -> Line:
        """Another date, or none any more; an older version changes nothing."""
        if version <= self.promise_version:
            return self
        return replace(self, promised_on=promised_on, promise_version=version, reason=reason)

    def turned_down(self, quantity: int, reason: Reason) -> Line:
        """Units will not come."""
        return replace(self, refused=self.refused + quantity, refusal=reason).added_up()

    def called_back(self, cancelled: int, granted_total: int, requeued_total: int) -> Line:
        """Units that waited are cancelled."""
        told = self.told(granted_total, requeued_total)
        waiting = max(0, self.waiting - cancelled)
        return replace(told, cancelled=self.cancelled + cancelled, waiting=waiting).added_up()

    def taken_out(self, withdrawn: int) -> Line:
        """Units that were there will not be sent."""
        return replace(self, withdrawn=self.withdrawn + withdrawn)

    def dropped(self, reason: Reason) -> Line:
        """Not one unit of it is asked for."""
        return replace(self, refused=self.ordered or 0, refusal=reason).added_up()

    def told(self, granted_total: int, requeued_total: int) -> Line:
        """The totals that allocation tells with each fact; they only grow."""
        return replace(
            self,
            granted_total=max(self.granted_total, granted_total),
            requeued_total=max(self.requeued_total, requeued_total),
        )

    def added_up(self) -> Line:
        """Note that every unit is answered; from then on the totals alone tell what waits."""
        if self.ordered is None:
            return self
        in_hand = self.granted_total - self.requeued_total
        rest = self.ordered - self.refused - self.cancelled - in_hand
        if self.answered:
            return replace(self, waiting=max(0, rest))
        return replace(self, answered=self.waiting == rest)


def nothing_left(lines: Iterable[Line]) -> bool:
    """Whether nothing of an order is to come any more."""
    return not any(line.left for line in lines)
