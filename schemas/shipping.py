"""What shipping says: parcels, from plan to dispatch, and what the dock should do."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas import topics
from schemas.envelope import Event, Topic
from schemas.values import (
    Amount,
    Count,
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


ChangeCause = Literal["cancelled", "damaged", "missing", "payment_deadline", "freight"]
"""Why units left a shipment; ``freight``: only what it costs has changed."""


class ShipmentChanged(ShipmentEvent):
    """A planned shipment holds less: all that it holds now, and what it costs now.

    The highest ``version`` of a shipment is what holds, whatever was captured before.
    """

    TYPE: ClassVar[str] = "shipment.changed"

    warehouse: Warehouse
    currency: Currency
    amount_minor: Amount
    freight_minor: Amount
    version: Version
    cause: ChangeCause
    changed_at: Moment
    lines: tuple[ShipmentLine, ...]


class ShipmentWithdrawn(ShipmentEvent):
    """A planned shipment will not leave. ``amount_minor`` of it stays paid: its freight, or 0.

    Captured freight stays paid while the order may still send something; said again with the next
    ``version`` and 0 when nothing ever left.
    """

    TYPE: ClassVar[str] = "shipment.withdrawn"

    currency: Currency
    amount_minor: Amount
    version: Version
    cause: ChangeCause
    withdrawn_at: Moment
    lines: tuple[ShipmentLine, ...]
    """What it held last."""


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


class LineWithdrawalAnswered(Event):
    """What shipping does of the units that a cancel passed on to it.

    ``withdrawn + refused + forwarded`` is what was passed on.
    """

    TYPE: ClassVar[str] = "line.withdrawal_answered"
    TOPIC: ClassVar[Topic] = topics.SHIPMENTS
    KEY: ClassVar[str] = "order_id"
    AGGREGATE: ClassVar[str] = "line_id"

    order_id: OrderId
    line_id: Id
    sku: Sku
    cancel_id: Id
    withdrawn: Count
    refused: Count
    forwarded: Count
    """Units given back before: the request went after them, allocation answers again."""
    reason: Reason | None
    """Why units were refused."""


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
    unpack: tuple[DockLine, ...] = ()
    """Units that the parcel held in its former version and must not hold any more."""


class ParcelWithdrawn(DockParcelEvent):
    """The parcel will not leave: unpack it, if it was packed; ``dock.moves`` says where to."""

    TYPE: ClassVar[str] = "parcel.withdrawn"

    version: Version
    reason: Reason
    unpack: tuple[DockLine, ...]


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


class GiveBackEvent(Event):
    """Something about granted units of one order line, keyed by the SKU."""

    TOPIC: ClassVar[Topic] = topics.GIVEBACKS
    KEY: ClassVar[str] = "sku"
    AGGREGATE: ClassVar[str] = "line_id"

    order_id: OrderId
    line_id: Id
    sku: Sku


class UnitsGivenBack(GiveBackEvent):
    """Units leave a shipment (flow, units given back).

    ``returned`` of them are supply again; ``requeue`` of them the line still wants.
    """

    TYPE: ClassVar[str] = "units.given_back"

    warehouse: Warehouse
    shipment_id: Id
    cause: Literal["cancelled", "damaged", "missing", "payment_deadline"]
    quantity: Quantity
    """Units that leave."""
    returned: Count
    stands: Literal["lane", "shelf"]
    """Where the returned units are."""
    requeue: Count
    line_state: Literal["eligible", "suspended", "closed"]
    episode: Count = 0
    """The payment trouble that suspends the line; 0: none."""


class LineSuspended(GiveBackEvent):
    """The line keeps its place and is passed over: payment trouble ``episode`` was not mended."""

    TYPE: ClassVar[str] = "line.suspended"

    episode: Version


class LineResumed(GiveBackEvent):
    """The line is served again at its old place: trouble ``episode`` is over."""

    TYPE: ClassVar[str] = "line.resumed"

    episode: Version


class LineCancelForwarded(GiveBackEvent):
    """A cancel follows units that shipping had given back before it came."""

    TYPE: ClassVar[str] = "line.cancel_forwarded"

    cancel_id: Id
    quantity: Quantity
