"""What shipping says: parcels, from plan to dispatch, and what the dock should do."""

from __future__ import annotations

from typing import ClassVar

from schemas import topics
from schemas.envelope import Event, Topic
from schemas.values import (
    Amount,
    Currency,
    Id,
    Moment,
    OrderId,
    Quantity,
    Reason,
    Sku,
    Text,
    Value,
    Version,
    Warehouse,
)


class ShipmentLine(Value):
    """Units of one order line in a shipment; ``amount_minor`` is what exactly these units cost."""

    line_id: Id
    sku: Sku
    title: Text
    quantity: Quantity
    amount_minor: Amount


class ShipmentEvent(Event):
    """An event about one parcel of one order, keyed by the order."""

    TOPIC: ClassVar[Topic] = topics.SHIPMENTS
    KEY: ClassVar[str] = "order_id"
    AGGREGATE: ClassVar[str] = "shipment_id"

    order_id: OrderId
    shipment_id: Id


class ShipmentPlanned(ShipmentEvent):
    """A parcel is fixed: these units, this amount. ``amount = goods + freight``."""

    TYPE: ClassVar[str] = "shipment.planned"

    warehouse: Warehouse
    currency: Currency
    amount_minor: Amount
    freight_minor: Amount
    version: Version
    planned_at: Moment
    lines: tuple[ShipmentLine, ...]


class ShipmentPacked(ShipmentEvent):
    """The dock packed exactly this: what is captured."""

    TYPE: ClassVar[str] = "shipment.packed"

    version: Version
    amount_minor: Amount
    packed_at: Moment


class ShipmentReleased(ShipmentEvent):
    """Paid: the parcel may leave."""

    TYPE: ClassVar[str] = "shipment.released"

    version: Version
    released_at: Moment


class ShipmentDispatched(ShipmentEvent):
    """The parcel left the dock; ``complete`` when nothing of the order is to come."""

    TYPE: ClassVar[str] = "shipment.dispatched"

    warehouse: Warehouse
    carrier: Text
    tracking: Text
    dispatched_at: Moment
    complete: bool
    lines: tuple[ShipmentLine, ...]


class DockParcelEvent(Event):
    """Something for the dock to do with one parcel, keyed by the order."""

    TOPIC: ClassVar[Topic] = topics.DOCK_PARCELS
    KEY: ClassVar[str] = "order_id"
    AGGREGATE: ClassVar[str] = "shipment_id"

    order_id: OrderId
    shipment_id: Id
    warehouse: Warehouse


class DockLine(Value):
    """Units to put into, or take out of, a parcel."""

    line_id: Id
    sku: Sku
    title: Text
    quantity: Quantity


class PackRequested(DockParcelEvent):
    """Pack this: the whole content, not a difference. A later version replaces an earlier."""

    TYPE: ClassVar[str] = "parcel.pack_requested"

    version: Version
    lines: tuple[DockLine, ...]


class PackRefused(DockParcelEvent):
    """What was packed is not what was asked: take these out, pack the version named anew."""

    TYPE: ClassVar[str] = "parcel.pack_refused"

    scan_id: Id
    version: Version
    """The version to pack."""
    reason: Reason
    unpack: tuple[DockLine, ...]
    lines: tuple[DockLine, ...]
    """What the parcel must hold."""


class ParcelReleased(DockParcelEvent):
    """The parcel may leave."""

    TYPE: ClassVar[str] = "parcel.released"

    version: Version
