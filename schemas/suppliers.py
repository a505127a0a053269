"""What suppliers and buyers say: deliveries that should come."""

from __future__ import annotations

from typing import ClassVar

from schemas import topics
from schemas.envelope import InboundEvent, Topic
from schemas.values import Day, Id, Moment, Quantity, Sku, Stage, Text, Warehouse


class DeliveryAnnounced(InboundEvent):
    """A delivery line is expected; told again with a later ``announced_at`` it moves."""

    TYPE: ClassVar[str] = "delivery.announced"
    TOPIC: ClassVar[Topic] = topics.SUPPLIERS_NOTICES
    KEY: ClassVar[str] = "sku"
    AGGREGATE: ClassVar[str] = "delivery"
    IDENTITY: ClassVar[tuple[str, ...]] = (
        "warehouse", "supplier", "delivery", "sku", "announced_at",
    )  # fmt: skip
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset({"note"})

    warehouse: Warehouse
    supplier: Id
    delivery: Id
    sku: Sku
    quantity: Quantity
    expected_on: Day
    stage: Stage = "ordered"
    announced_at: Moment
    note: Text = ""


class DeliveryCancelled(InboundEvent):
    """A delivery will not come, or the rest of it."""

    TYPE: ClassVar[str] = "delivery.cancelled"
    TOPIC: ClassVar[Topic] = topics.SUPPLIERS_NOTICES
    KEY: ClassVar[str] = "delivery"
    AGGREGATE: ClassVar[str] = "delivery"
    IDENTITY: ClassVar[tuple[str, ...]] = ("warehouse", "supplier", "delivery")
    INCIDENTAL: ClassVar[frozenset[str]] = frozenset({"cancelled_at", "note"})

    warehouse: Warehouse
    supplier: Id
    delivery: Id
    cancelled_at: Moment
    note: Text = ""
