"""Facts as allocation hears them; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from schemas.order_intake import LineRequested, ProductTaken
from schemas.stock_receipts import (
    DeliveryExpected,
    StockAdjustmentTaken,
    StockCountTaken,
    StockReceived,
)

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Business time when a test begins."""

numbers = count(1)


def a_product(sku: str = "LAMP", **changes: Any) -> ProductTaken:
    """A lamp that may be waited for without limit."""
    fields = {"sku": sku, "revision": 1, "title": "Lamp", "sold": True, "backorder": "unlimited"}
    return ProductTaken.model_validate({**fields, **changes})


def a_request(
    line: str = "", quantity: int = 1, *, minute: int = 0, **changes: Any
) -> LineRequested:
    """Units of a lamp, for an order placed so many minutes after nine on Monday."""
    order_id = f"web:{line or next(numbers)}"
    fields = {
        "order_id": order_id,
        "line_id": f"{order_id}:1",
        "sku": "LAMP",
        "quantity": quantity,
        "placed_at": MONDAY + timedelta(minutes=minute),
        "priority_class": 5,
        "warehouses": (),
    }
    return LineRequested.model_validate({**fields, **changes})


def a_receipt(
    good: int, *, delivery: str | None = None, owes: int | None = None, **changes: Any
) -> StockReceived:
    """A scan of lamps; ``owes``: what its announced delivery line still owes after it."""
    expected = {"supplier": "SUP", "delivery": delivery, "remaining": owes}
    fields = {
        "sku": "LAMP",
        "warehouse": "MAIN",
        "scan_id": f"scan-{next(numbers)}",
        "dock": "DOCK-2",
        "good": good,
        "damaged": 0,
        "delivery": delivery,
        "expected": expected if owes is not None else None,
        "scanned_at": MONDAY,
    }
    return StockReceived.model_validate({**fields, **changes})


def a_count(quantity: int, *, opening: bool = False, **changes: Any) -> StockCountTaken:
    """Free lamps on the shelf, counted."""
    fields = {
        "sku": "LAMP",
        "warehouse": "MAIN",
        "count_id": f"count-{next(numbers)}",
        "quantity": quantity,
        "opening": opening,
        "counted_at": MONDAY,
    }
    return StockCountTaken.model_validate({**fields, **changes})


def an_adjustment(quantity: int, **changes: Any) -> StockAdjustmentTaken:
    """Lamps that somebody else took or added."""
    fields = {
        "sku": "LAMP",
        "warehouse": "MAIN",
        "adjustment_id": f"adjustment-{next(numbers)}",
        "quantity": quantity,
        "reason": "window display",
        "adjusted_at": MONDAY,
    }
    return StockAdjustmentTaken.model_validate({**fields, **changes})


def a_notice(
    delivery: str, quantity: int, expected_on: date, *, said: int = 0, **changes: Any
) -> DeliveryExpected:
    """Lamps that should come; a later ``said`` (minutes) is a later notice of the same delivery."""
    fields = {
        "sku": "LAMP",
        "warehouse": "MAIN",
        "supplier": "SUP",
        "delivery": delivery,
        "quantity": quantity,
        "remaining": quantity,
        "expected_on": expected_on,
        "stage": "ordered",
        "announced_at": MONDAY + timedelta(minutes=said),
    }
    return DeliveryExpected.model_validate({**fields, **changes})
