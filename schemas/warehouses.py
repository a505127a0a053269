"""What people and devices at the dock say: scans, counts, adjustments, parcels."""

from __future__ import annotations

from typing import ClassVar, Self

from pydantic import Field, model_validator

from schemas import topics
from schemas.envelope import InboundEvent, Topic
from schemas.values import (
    QUANTITY_LIMIT,
    Count,
    Id,
    InboundValue,
    Moment,
    Quantity,
    Sku,
    Text,
    Version,
    Warehouse,
)


class ReceiptScanned(InboundEvent):
    """Units of one SKU came in at one dock. A scan is itself: its id is unique per warehouse."""

    TYPE: ClassVar[str] = "receipt.scanned"
    TOPIC: ClassVar[Topic] = topics.WAREHOUSE_RECEIPTS
    KEY: ClassVar[str] = "sku"
    AGGREGATE: ClassVar[str] = "scan_id"
    IDENTITY: ClassVar[tuple[str, ...]] = ("warehouse", "scan_id")
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset({"scanned_at", "dock", "device", "note"})

    warehouse: Warehouse
    scan_id: Id
    dock: Id = "DOCK"
    delivery: Id | None = None
    supplier: Id | None = None
    sku: Sku
    good: Count
    damaged: Count = 0
    scanned_at: Moment
    device: Id | None = None
    note: Text = ""

    @model_validator(mode="after")
    def something_came(self) -> Self:
        """A scan of nothing is a mistake of the scanner."""
        if self.good + self.damaged == 0:
            raise ValueError("good and damaged are both 0: nothing was scanned")
        return self


class ReceiptCorrected(InboundEvent):
    """A scan was wrong: what it should have said, absolute. The latest ``corrected_at`` wins."""

    TYPE: ClassVar[str] = "receipt.corrected"
    TOPIC: ClassVar[Topic] = topics.WAREHOUSE_RECEIPTS
    KEY: ClassVar[str] = "sku"
    AGGREGATE: ClassVar[str] = "scan_id"
    IDENTITY: ClassVar[tuple[str, ...]] = ("warehouse", "scan_id", "corrected_at")
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset({"device", "note"})

    warehouse: Warehouse
    scan_id: Id
    sku: Sku
    """The SKU of the scan. Another SKU was scanned: correct the scan to 0 and scan anew."""
    good: Count
    damaged: Count
    delivery: Id | None = None
    """The delivery that the units belong to, when the scan named a wrong one; else unchanged."""
    supplier: Id | None = None
    corrected_at: Moment
    device: Id | None = None
    note: Text = ""


class DeliveryCompleted(InboundEvent):
    """A delivery is unloaded: what it still owes will not come."""

    TYPE: ClassVar[str] = "delivery.completed"
    TOPIC: ClassVar[Topic] = topics.WAREHOUSE_RECEIPTS
    KEY: ClassVar[str] = "delivery"
    AGGREGATE: ClassVar[str] = "delivery"
    IDENTITY: ClassVar[tuple[str, ...]] = ("warehouse", "supplier", "delivery")
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset({"completed_at", "device", "note"})

    warehouse: Warehouse
    supplier: Id
    delivery: Id
    completed_at: Moment
    device: Id | None = None
    note: Text = ""


class StockCounted(InboundEvent):
    """Somebody counted the free units of a SKU on the shelf; ``opening`` is the first balance."""

    TYPE: ClassVar[str] = "stock.counted"
    TOPIC: ClassVar[Topic] = topics.WAREHOUSE_RECEIPTS
    KEY: ClassVar[str] = "sku"
    AGGREGATE: ClassVar[str] = "count_id"
    IDENTITY: ClassVar[tuple[str, ...]] = ("warehouse", "count_id")
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset({"counted_at", "device", "note"})

    warehouse: Warehouse
    count_id: Id
    sku: Sku
    quantity: Count
    opening: bool = False
    counted_at: Moment
    device: Id | None = None
    note: Text = ""


class StockAdjusted(InboundEvent):
    """Others took, lost or found units: a signed difference with its reason."""

    TYPE: ClassVar[str] = "stock.adjusted"
    TOPIC: ClassVar[Topic] = topics.WAREHOUSE_RECEIPTS
    KEY: ClassVar[str] = "sku"
    AGGREGATE: ClassVar[str] = "adjustment_id"
    IDENTITY: ClassVar[tuple[str, ...]] = ("warehouse", "adjustment_id")
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset({"adjusted_at", "device", "note"})

    warehouse: Warehouse
    adjustment_id: Id
    sku: Sku
    quantity: int = Field(ge=-QUANTITY_LIMIT, le=QUANTITY_LIMIT)
    reason: Text = Field(min_length=1)
    adjusted_at: Moment
    device: Id | None = None
    note: Text = ""

    @model_validator(mode="after")
    def something_changed(self) -> Self:
        """An adjustment by nothing is a mistake."""
        if self.quantity == 0:
            raise ValueError("quantity is 0: an adjustment must add or take units")
        return self


class PackedLine(InboundValue):
    """Units of one order line in a parcel."""

    line_id: Id
    quantity: Quantity


class ParcelPacked(InboundEvent):
    """The dock packed a shipment as one version of ``dock.parcels`` told it to."""

    TYPE: ClassVar[str] = "parcel.packed"
    TOPIC: ClassVar[Topic] = topics.WAREHOUSE_PARCELS
    KEY: ClassVar[str] = "shipment_id"
    AGGREGATE: ClassVar[str] = "shipment_id"
    IDENTITY: ClassVar[tuple[str, ...]] = ("warehouse", "scan_id")
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset({"packed_at", "device", "note"})

    warehouse: Warehouse
    scan_id: Id
    shipment_id: Id
    version: Version
    lines: tuple[PackedLine, ...] = Field(min_length=1, max_length=2_000)
    parcel_id: Id | None = None
    packed_at: Moment
    device: Id | None = None
    note: Text = ""


class ParcelDispatched(InboundEvent):
    """A parcel was scanned out of the dock: a fact, whatever should have been."""

    TYPE: ClassVar[str] = "parcel.dispatched"
    TOPIC: ClassVar[Topic] = topics.WAREHOUSE_PARCELS
    KEY: ClassVar[str] = "shipment_id"
    AGGREGATE: ClassVar[str] = "shipment_id"
    IDENTITY: ClassVar[tuple[str, ...]] = ("warehouse", "scan_id")
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset({"dispatched_at", "device", "note"})

    warehouse: Warehouse
    scan_id: Id
    shipment_id: Id
    parcel_id: Id | None = None
    carrier: Text = ""
    tracking: Text = ""
    dispatched_at: Moment
    device: Id | None = None
    note: Text = ""


class ParcelDamaged(InboundEvent):
    """Units of a shipment are broken and leave it; the parcel has not left the dock."""

    TYPE: ClassVar[str] = "parcel.damaged"
    TOPIC: ClassVar[Topic] = topics.WAREHOUSE_PARCELS
    KEY: ClassVar[str] = "shipment_id"
    AGGREGATE: ClassVar[str] = "shipment_id"
    IDENTITY: ClassVar[tuple[str, ...]] = ("warehouse", "scan_id")
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset({"damaged_at", "device", "note"})

    warehouse: Warehouse
    scan_id: Id
    shipment_id: Id
    lines: tuple[PackedLine, ...] = Field(min_length=1, max_length=2_000)
    parcel_id: Id | None = None
    damaged_at: Moment
    device: Id | None = None
    note: Text = ""
