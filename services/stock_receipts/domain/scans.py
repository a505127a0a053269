"""What a scan says once it was corrected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple


class ScanKey(NamedTuple):
    """A scan's name; it is unique in its warehouse."""

    warehouse: str
    scan_id: str

    def __str__(self) -> str:
        """As one string; a warehouse's name holds no slash."""
        return f"{self.warehouse}/{self.scan_id}"


@dataclass(frozen=True, slots=True)
class Says:
    """What came in, of which delivery and supplier (``NOT_NAMED`` where the scanner knew none)."""

    good: int
    damaged: int
    delivery: str
    supplier: str


@dataclass(frozen=True, slots=True)
class Correction:
    """What a scan should have said; a delivery or supplier that is not named is unchanged."""

    corrected_at: datetime
    good: int
    damaged: int
    delivery: str | None = None
    supplier: str | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as it stands, with the corrections that made it so."""

    sku: str
    dock: str
    says: Says
    corrections: tuple[Correction, ...] = ()

    def corrected(self, correction: Correction) -> Scan:
        """After a correction: of all that are known the latest holds, whatever came last.

        Delivery and supplier are those of the latest correction that names them.
        """
        known = (*self.corrections, correction)
        by_time = sorted(known, key=lambda one: one.corrected_at, reverse=True)
        deliveries = [one.delivery for one in by_time if one.delivery]
        suppliers = [one.supplier for one in by_time if one.supplier]
        says = Says(
            good=by_time[0].good,
            damaged=by_time[0].damaged,
            delivery=next(iter(deliveries), self.says.delivery),
            supplier=next(iter(suppliers), self.says.supplier),
        )
        return replace(self, says=says, corrections=known)
