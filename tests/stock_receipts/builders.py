"""Facts as stock receipts hears them; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from schemas.suppliers import DeliveryAnnounced, DeliveryCancelled
from schemas.warehouses import (
    DeliveryCompleted,
    ReceiptCorrected,
    ReceiptScanned,
    StockAdjusted,
    StockCounted,
)

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Business time when a test begins."""
FRIDAY = date(2026, 3, 6)

numbers = count(1)


def a_notice(quantity: int = 10, *, said: int = 0, **changes: Any) -> DeliveryAnnounced:
    """Lamps that should come on Friday; a later ``said`` (minutes) is a later notice."""
    fields = {
        "warehouse": "MAIN",
        "supplier": "ACME",
        "delivery": "D7",
        "sku": "LAMP",
        "quantity": quantity,
        "expected_on": FRIDAY,
        "announced_at": MONDAY + timedelta(minutes=said),
    }
    return DeliveryAnnounced.model_validate({**fields, **changes})


def a_scan(good: int = 1, damaged: int = 0, **changes: Any) -> ReceiptScanned:
    """Lamps of delivery D7 at a dock; the scanner does not know the supplier."""
    fields = {
        "warehouse": "MAIN",
        "scan_id": f"scan-{next(numbers)}",
        "dock": "DOCK-2",
        "delivery": "D7",
        "sku": "LAMP",
        "good": good,
        "damaged": damaged,
        "scanned_at": MONDAY,
    }
    return ReceiptScanned.model_validate({**fields, **changes})


def a_correction(
    scan_id: str, good: int, damaged: int = 0, *, said: int = 0, **changes: Any
) -> ReceiptCorrected:
    """What a scan of lamps should have said; a later ``said`` (minutes) is a later correction."""
    fields = {
        "warehouse": "MAIN",
        "scan_id": scan_id,
        "sku": "LAMP",
        "good": good,
        "damaged": damaged,
        "corrected_at": MONDAY + timedelta(minutes=said),
    }
    return ReceiptCorrected.model_validate({**fields, **changes})


def a_completion(*, said: int = 0, **changes: Any) -> DeliveryCompleted:
    """Delivery D7 is unloaded."""
    fields = {
        "warehouse": "MAIN",
        "supplier": "ACME",
        "delivery": "D7",
        "completed_at": MONDAY + timedelta(minutes=said),
    }
    return DeliveryCompleted.model_validate({**fields, **changes})


def a_cancellation(*, said: int = 0, **changes: Any) -> DeliveryCancelled:
    """Delivery D7 will not come."""
    fields = {
        "warehouse": "MAIN",
        "supplier": "ACME",
        "delivery": "D7",
        "cancelled_at": MONDAY + timedelta(minutes=said),
    }
    return DeliveryCancelled.model_validate({**fields, **changes})


def a_count(quantity: int, **changes: Any) -> StockCounted:
    """Free lamps on the shelf, counted."""
    fields = {
        "warehouse": "MAIN",
        "count_id": f"count-{next(numbers)}",
        "sku": "LAMP",
        "quantity": quantity,
        "counted_at": MONDAY,
    }
    return StockCounted.model_validate({**fields, **changes})


def an_adjustment(quantity: int, **changes: Any) -> StockAdjusted:
    """Lamps that somebody else took or added."""
    fields = {
        "warehouse": "MAIN",
        "adjustment_id": f"adjustment-{next(numbers)}",
        "sku": "LAMP",
        "quantity": quantity,
        "reason": "window display",
        "adjusted_at": MONDAY,
    }
    return StockAdjusted.model_validate({**fields, **changes})
