"""What stock receipts say: goods that came in, and goods that should."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from schemas import topics
from schemas.envelope import Event, Topic
from schemas.values import (
    QUANTITY_LIMIT,
    Count,
    Id,
    Moment,
    Quantity,
    Sku,
    Stage,
    Text,
    Value,
    Warehouse,
)


class StockEvent(Event):
    """An event about one SKU in one warehouse, keyed by the SKU."""

    TOPIC: ClassVar[Topic] = topics.STOCK
    KEY: ClassVar[str] = "sku"

    sku: Sku
    warehouse: Warehouse


class DeliveryLine(Value):
    """The expected delivery line that a scan counts against, and what it still owes."""

    supplier: Id
    delivery: Id
    remaining: Count
    """Units still expected on it after this scan: absolute, so that repeating it is harmless."""


class StockReceived(StockEvent):
    """Units came in. Damaged ones never serve a line."""

    TYPE: ClassVar[str] = "stock.received"
    AGGREGATE: ClassVar[str] = "scan_id"

    scan_id: Id
    dock: Id
    good: Count
    damaged: Count
    delivery: Id | None
    """What the scanner read; may name a delivery nobody announced."""
    expected: DeliveryLine | None
    """The announced line it fits, when exactly one does."""
    scanned_at: Moment


class StockCorrected(StockEvent):
    """A scan was corrected; ``good`` and ``damaged`` are what it says now."""

    TYPE: ClassVar[str] = "stock.corrected"
    AGGREGATE: ClassVar[str] = "scan_id"

    scan_id: Id
    dock: Id
    good: Count
    damaged: Count
    good_change: int = Field(ge=-QUANTITY_LIMIT, le=QUANTITY_LIMIT)
    """Good units now less good units before: what on hand changes by."""
    damaged_change: int = Field(ge=-QUANTITY_LIMIT, le=QUANTITY_LIMIT)
    delivery: Id | None
    """What the scan belongs to now."""
    expected: tuple[DeliveryLine, ...]
    """Announced lines that owe another number of units now."""
    corrected_at: Moment


class StockCountTaken(StockEvent):
    """Free shelf units were counted; an opening balance adds, a cycle count corrects."""

    TYPE: ClassVar[str] = "stock.counted"
    AGGREGATE: ClassVar[str] = "count_id"

    count_id: Id
    quantity: Count
    opening: bool
    counted_at: Moment


class StockAdjustmentTaken(StockEvent):
    """Units were taken or added by others, with the reason."""

    TYPE: ClassVar[str] = "stock.adjusted"
    AGGREGATE: ClassVar[str] = "adjustment_id"

    adjustment_id: Id
    quantity: int = Field(ge=-QUANTITY_LIMIT, le=QUANTITY_LIMIT)
    reason: Text
    adjusted_at: Moment


class DeliveryExpected(StockEvent):
    """A delivery line is expected, or has moved; ``remaining`` of ``quantity`` are still to come.

    ``announced_at`` is its revision: the latest wins.
    """

    TYPE: ClassVar[str] = "delivery.expected"
    AGGREGATE: ClassVar[str] = "delivery"

    supplier: Id
    delivery: Id
    quantity: Quantity
    remaining: Count
    expected_on: date
    stage: Stage
    announced_at: Moment


class DeliveryShort(StockEvent):
    """A delivery line leaves expected supply: its rest will not come, or nobody counts on it."""

    TYPE: ClassVar[str] = "delivery.short"
    AGGREGATE: ClassVar[str] = "delivery"

    supplier: Id
    delivery: Id
    short: Count
    """Units that were still expected on it."""
    cause: Literal["completed", "cancelled", "closed", "overdue"]
    """``closed``: some days after its first scan. ``overdue``: some days past its date, unscanned."""
    at: Moment
