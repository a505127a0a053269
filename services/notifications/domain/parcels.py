"""Parcels as their customer hears of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal


@dataclass(frozen=True)
class ParcelLine:
    """Units of one line in a parcel and what exactly these units cost."""

    line_id: str
    title: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True)
class Content:
    """All that a parcel holds and costs; the highest version is what holds."""

    version: int
    lines: tuple[ParcelLine, ...]
    currency: str
    amount_minor: int
    freight_minor: int
    withdrawn: bool = False


@dataclass(frozen=True)
class Parcel:
    """A shipment; facts of two topics complete it in any order."""

    shipment_id: str
    order_id: str
    lines: tuple[ParcelLine, ...] | None = None
    """None until planned or dispatched; none at all once withdrawn."""
    currency: str = ""
    amount_minor: int | None = None
    """What it costs as it is now."""
    freight_minor: int = 0
    authorized_at: datetime | None = None
    """None, too, while its payment is in trouble."""
    dispatched_at: datetime | None = None
    carrier: str = ""
    tracking: str = ""
    complete: bool = False
    """Nothing of the order is to come after it."""
    announced_in: int | None = None
    """Number of its message "about to ship"."""
    shipped_in: int | None = None
    """Number of its message "shipped"."""
    told: Literal["nothing", "announced", "shipped"] = "nothing"
    version: int = 0
    withdrawn: bool = False
    captured_minor: int | None = None
    refunded_minor: int = 0
    told_refunded_minor: int = 0

    @property
    def is_about_to_ship(self) -> bool:
        """Whether content and authorization are known, each from a topic of its own."""
        return self.lines is not None and self.authorized_at is not None and not self.withdrawn

    @property
    def may_announce(self) -> bool:
        """Whether its "about to ship" may become due: it has none, and it has not left."""
        return self.announced_in is None and self.is_about_to_ship

    @property
    def untold_refund_minor(self) -> int:
        """Money that went back and that no message told of."""
        return max(0, self.refunded_minor - self.told_refunded_minor)

    @property
    def charged_minor(self) -> int | None:
        """What was really charged for what it holds now; what was taken beyond it goes back."""
        if self.amount_minor is None or self.captured_minor is None:
            return self.amount_minor
        return min(self.amount_minor, self.captured_minor)

    @property
    def returned_minor(self) -> int:
        """What was charged for units that have left it since."""
        return max(0, (self.captured_minor or 0) - (self.charged_minor or 0))

    def holding(self, content: Content) -> Parcel:
        """With what it holds now; an older version says nothing, and what left is what left."""
        if content.version <= self.version:
            return self
        return replace(
            self,
            version=content.version,
            lines=self.lines if self.dispatched_at is not None else content.lines,
            currency=content.currency,
            amount_minor=content.amount_minor,
            freight_minor=content.freight_minor,
            withdrawn=content.withdrawn,
        )

    def units(self) -> Counter[str]:
        """Its units, by line."""
        found: Counter[str] = Counter()
        for line in self.lines or ():
            found[line.line_id] += line.quantity
        return found


def left(before: Parcel, after: Parcel) -> Counter[str]:
    """The units, by line, that a parcel does not hold any more."""
    return before.units() - after.units()
