"""A supplier's line of a delivery: what was announced, what came, and when nobody waits any more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, NamedTuple

from services.stock_receipts.domain.calendar import end_of_day_after, same_time_after
from services.stock_receipts.domain.policy import Policy

NOT_NAMED = ""
"""The supplier of a scan that names none, the delivery of a scan without a number."""

Stage = Literal["ordered", "made", "sent", "arrived"]
Cause = Literal["completed", "cancelled", "closed", "overdue"]


class Item(NamedTuple):
    """A SKU in a warehouse."""

    sku: str
    warehouse: str


class DeliveryKey(NamedTuple):
    """A SKU of a delivery number at a warehouse; several suppliers may use the same number."""

    sku: str
    warehouse: str
    delivery: str

    @property
    def item(self) -> Item:
        """What comes, and where to."""
        return Item(self.sku, self.warehouse)

    def of(self, supplier: str) -> LineKey:
        """The line of one supplier."""
        return LineKey(*self, supplier)


class LineKey(NamedTuple):
    """One supplier's line of a delivery."""

    sku: str
    warehouse: str
    delivery: str
    supplier: str

    @property
    def whole(self) -> DeliveryKey:
        """The delivery that it is a line of."""
        return DeliveryKey(self.sku, self.warehouse, self.delivery)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a supplier says of a delivery line; the latest ``announced_at`` holds."""

    quantity: int
    expected_on: date
    stage: Stage
    announced_at: datetime


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Units scanned, and when the first and the last of them were."""

    good: int = 0
    damaged: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None

    @property
    def units(self) -> int:
        """Units that came; a damaged one has come, too, and is not to be waited for."""
        return self.good + self.damaged

    def joined(self, other: Arrivals) -> Arrivals:
        """Both together."""
        firsts = [at for at in (self.first_at, other.first_at) if at]
        lasts = [at for at in (self.last_at, other.last_at) if at]
        return Arrivals(
            self.good + other.good,
            self.damaged + other.damaged,
            min(firsts, default=None),
            max(lasts, default=None),
        )


@dataclass(frozen=True, slots=True)
class End:
    """Why and when nobody waits any more for what was announced up to a moment."""

    up_to: datetime
    cause: Cause
    at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One supplier's line: the notice that holds, what was scanned under its name, its end."""

    notice: Notice | None = None
    came: Arrivals = Arrivals()
    end: End | None = None

    @property
    def unfilled(self) -> int:
        """Announced units that have not come, whether somebody still waits for them or not."""
        return max(0, self.notice.quantity - self.came.units) if self.notice else 0

    @property
    def is_ended(self) -> bool:
        """Whether nobody waits for it any more; a notice later than its end opens it again."""
        return bool(self.notice and self.end and self.end.up_to >= self.notice.announced_at)

    @property
    def remaining(self) -> int:
        """Announced units that are still to come."""
        return 0 if self.is_ended else self.unfilled

    @property
    def short(self) -> int:
        """Announced units that nobody waits for any more."""
        return self.unfilled if self.is_ended else 0

    @property
    def over(self) -> int:
        """Units that came beyond those announced."""
        return max(0, self.came.units - self.notice.quantity) if self.notice else 0

    @property
    def unloading_since(self) -> datetime | None:
        """The first scan that the notice does not know of, as far as first and last scan tell.

        A supplier who announces the rest after the first scan asks to wait for it.
        """
        scans = (self.came.first_at, self.came.last_at)
        announced_at = self.notice.announced_at if self.notice else None
        return next((at for at in scans if at and announced_at and at > announced_at), None)

    def end_by_itself(self, policy: Policy) -> End | None:
        """When nobody will wait any more, if nothing else is heard of it; None: nothing is owed."""
        if self.notice is None or not self.remaining:
            return None
        announced_at = self.notice.announced_at
        if since := self.unloading_since:
            return End(announced_at, "closed", same_time_after(since, policy.close_after_days))
        overdue_at = end_of_day_after(self.notice.expected_on, policy.overdue_after_days)
        return End(announced_at, "overdue", overdue_at)

    def announced(self, notice: Notice) -> Line:
        """After a notice; one that is older than the notice that holds changes nothing."""
        if self.notice and self.notice.announced_at >= notice.announced_at:
            return self
        return replace(self, notice=notice)

    def ended(self, end: End) -> Line:
        """After an end; of several the one that reaches furthest holds."""
        ends = [end, self.end] if self.end else [end]
        return replace(self, end=max(ends, key=lambda one: (one.up_to, one.cause)))

    def with_arrivals(self, arrivals: Arrivals) -> Line:
        """The line after more units came."""
        return replace(self, came=self.came.joined(arrivals))


NOTHING = Line()
