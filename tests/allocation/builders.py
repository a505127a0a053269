"""Facts as allocation hears them; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from schemas.order_intake import LineCancelRequested, LineRequested, ProductTaken
from schemas.shipping import LineCancelForwarded, LineResumed, LineSuspended, UnitsGivenBack
from schemas.stock_receipts import (
    DeliveryExpected,
    DeliveryShort,
    StockAdjustmentTaken,
    StockCorrected,
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


def a_short(
    delivery: str, short: int, *, cause: str = "completed", **changes: Any
) -> DeliveryShort:
    """The rest of a delivery of lamps that will not come."""
    fields = {
        "sku": "LAMP",
        "warehouse": "MAIN",
        "supplier": "SUP",
        "delivery": delivery,
        "short": short,
        "cause": cause,
        "at": MONDAY,
    }
    return DeliveryShort.model_validate({**fields, **changes})


def a_correction(
    good_change: int, *, owes: dict[str, int] | None = None, **changes: Any
) -> StockCorrected:
    """A scan of lamps that should have said more, or fewer; ``owes``: per delivery, from now."""
    lines = [
        {"supplier": "SUP", "delivery": delivery, "remaining": remaining}
        for delivery, remaining in (owes or {}).items()
    ]
    fields = {
        "sku": "LAMP",
        "warehouse": "MAIN",
        "scan_id": f"scan-{next(numbers)}",
        "dock": "DOCK-2",
        "good": 20 + good_change,
        "damaged": 0,
        "good_change": good_change,
        "damaged_change": 0,
        "delivery": None,
        "expected": lines,
        "corrected_at": MONDAY,
    }
    return StockCorrected.model_validate({**fields, **changes})


def of_line(line: str) -> dict[str, str]:
    """The line of a lamp order."""
    return {"order_id": f"web:{line}", "line_id": f"web:{line}:1", "sku": "LAMP"}


def a_cancel(line: str, quantity: int, cancel: str = "c-1") -> LineCancelRequested:
    """Lamps that are not wanted any more."""
    fields = {**of_line(line), "cancel_id": cancel, "quantity": quantity}
    return LineCancelRequested.model_validate(fields)


def a_forwarded_cancel(line: str, quantity: int, cancel: str = "c-1") -> LineCancelForwarded:
    """The same, sent after lamps that shipping had given back."""
    fields = {**of_line(line), "cancel_id": cancel, "quantity": quantity}
    return LineCancelForwarded.model_validate(fields)


def a_give_back(
    line: str, quantity: int, cause: str, *, episode: int = 0, **changes: Any
) -> UnitsGivenBack:
    """Lamps that leave a shipment, as each cause has it."""
    comes_back = cause in {"cancelled", "payment_deadline"}
    wanted = cause != "cancelled"
    state = "closed" if not wanted else "suspended" if episode else "eligible"
    fields = {
        **of_line(line),
        "warehouse": "MAIN",
        "shipment_id": f"web:{line}/1",
        "cause": cause,
        "quantity": quantity,
        "returned": quantity if comes_back else 0,
        "stands": "lane",
        "requeue": quantity if wanted else 0,
        "line_state": state,
        "episode": episode,
    }
    return UnitsGivenBack.model_validate({**fields, **changes})


def a_suspension(line: str, episode: int = 1) -> LineSuspended:
    """A payment trouble that was not mended in time."""
    return LineSuspended.model_validate({**of_line(line), "episode": episode})


def a_resumption(line: str, episode: int = 1) -> LineResumed:
    """A payment trouble that is over."""
    return LineResumed.model_validate({**of_line(line), "episode": episode})
