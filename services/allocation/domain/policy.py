"""What the shop's owner decided about allocation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Backorder = Literal["unlimited", "limited", "none"]


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules for every SKU. ``handling_days``: working days from dock to customer's parcel."""

    default_warehouses: tuple[str, ...] = ("MAIN",)
    handling_days: int = 1


@dataclass(frozen=True, slots=True)
class Product:
    """Rules for one SKU; the latest ``revision`` holds.

    ``backorder_limit``: units that may wait at once, where backorder is limited.
    """

    revision: int
    backorder: Backorder
    backorder_limit: int | None = None
    lead_time_days: int | None = None

    def room_for(self, waiting_units: int) -> int | None:
        """How many more units may wait; None: any number."""
        if self.backorder == "unlimited":
            return None
        if self.backorder == "none":
            return 0
        return max(0, (self.backorder_limit or 0) - waiting_units)
