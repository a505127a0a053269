"""A line as the customer knows it, and what each fact makes of it.

One line's grants, waits and promises come over one topic, in order; dispatches over another.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from services.order_intake.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Line:
    """``allocated + waiting + refused + cancelled = ordered`` once it is answered.

    ``ordered`` and the other terms are None for a line of which facts came before its order.
    ``total_minor`` has its share of the order's discount and tax in it.
    """

    line_id: str
    order_id: str
    sku: str
    ordinal: int | None = None
    title: str | None = None
    ordered: int | None = None
    total_minor: int | None = None
    requested_at: datetime | None = None
    allocated: int = 0
    waiting: int = 0
    refused: int = 0
    cancelled: int = 0
    promised_on: date | None = None
    promise_version: int = 0
    allocated_at: datetime | None = None
    reason: Reason | None = None

    @property
    def answered(self) -> bool:
        """Whether every unit is there, waits, or will not come."""
        return self.ordered == self.allocated + self.waiting + self.refused + self.cancelled

    @property
    def as_ordered(self) -> Line:
        """The line as the shop gave it, without what was told of it since."""
        return Line(
            self.line_id, self.order_id, self.sku, self.ordinal, self.title, self.ordered,
            self.total_minor,
        )  # fmt: skip

    def granted(self, quantity: int, granted_total: int, at: datetime) -> Line:
        """Units are there; of those that waited, so many wait no more."""
        waiting = max(0, self.waiting - quantity)
        return replace(
            self,
            allocated=granted_total,
            waiting=waiting,
            allocated_at=at,
            reason=self.reason if waiting or self.refused else None,
        )

    def queued(self, waiting: int, promised_on: date | None, version: int, reason: Reason) -> Line:
        """Units wait; the promise is the latest told."""
        return replace(self.promised(promised_on, version, reason), waiting=waiting)

    def promised(self, promised_on: date | None, version: int, reason: Reason) -> Line:
        """Another date, or none any more; an older version changes nothing."""
        if version <= self.promise_version:
            return self
        return replace(self, promised_on=promised_on, promise_version=version, reason=reason)

    def turned_down(self, quantity: int, reason: Reason) -> Line:
        """Units will not come."""
        return replace(self, refused=self.refused + quantity, reason=reason)

    def dropped(self, reason: Reason) -> Line:
        """Not one unit of it is asked for."""
        return replace(self, refused=self.ordered or 0, reason=reason)
