"""What order intake says: orders as taken, the demand of their lines, and answers for shops."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field

from schemas import topics
from schemas.envelope import PERSONAL, Event, Topic
from schemas.values import (
    Amount,
    Contact,
    Count,
    Currency,
    Id,
    Moment,
    OnRefusedLine,
    OrderId,
    PaymentMethod,
    Quantity,
    Reason,
    ShipPreference,
    Sku,
    Text,
    Value,
    Warehouse,
)


class OrderEvent(Event):
    """An event about one order, keyed by it."""

    KEY: ClassVar[str] = "order_id"
    AGGREGATE: ClassVar[str] = "order_id"

    order_id: OrderId


class AcceptedLine(Value):
    """A line as taken; ``line_total_minor`` has its share of order discount and tax in it."""

    line_id: Id
    sku: Sku
    title: Text
    quantity: Quantity
    line_total_minor: Amount


class OrderAccepted(OrderEvent):
    """The order is taken. Nothing is promised yet."""

    TYPE: ClassVar[str] = "order.accepted"
    TOPIC: ClassVar[Topic] = topics.ORDERS

    placed_at: Moment
    """The shop's time, held within the day before it was received."""
    customer_ref: Id
    currency: Currency
    freight_minor: Amount
    total_minor: Amount
    ship_preference: ShipPreference
    on_refused_line: OnRefusedLine
    payment_method: PaymentMethod
    warehouses: tuple[Warehouse, ...]
    lines: tuple[AcceptedLine, ...]


class OrderRefused(OrderEvent):
    """The order is not taken, or nothing of it can be served."""

    TYPE: ClassVar[str] = "order.refused"
    TOPIC: ClassVar[Topic] = topics.ORDERS

    customer_ref: Id
    reasons: tuple[Reason, ...]


class LineAnswer(Value):
    """How a line stands: ``allocated + waiting + refused + cancelled = quantity``."""

    line_id: Id
    sku: Sku
    title: Text
    quantity: Quantity
    line_total_minor: Amount
    allocated: Count
    waiting: Count
    refused: Count
    cancelled: Count = 0
    """Units that were cancelled before everything of the order was answered."""
    promised_on: date | None = None
    promise_version: int = 0
    reason: Reason | None = None


class OrderConfirmed(OrderEvent):
    """Every line is answered: what is there now, what waits and until when, what was refused."""

    TYPE: ClassVar[str] = "order.confirmed"
    TOPIC: ClassVar[Topic] = topics.ORDERS

    customer_ref: Id
    currency: Currency
    total_minor: Amount
    ship_preference: ShipPreference
    lines: tuple[LineAnswer, ...]


class MethodPassedOn(OrderEvent):
    """The customer gave another payment method for the order."""

    TYPE: ClassVar[str] = "order.payment_method_given"
    TOPIC: ClassVar[Topic] = topics.ORDERS

    payment_method: PaymentMethod
    given_at: Moment


class SettledLine(Value):
    """What became of the units of one line that a cancel asked for."""

    line_id: Id
    sku: Sku
    title: Text
    requested: Count
    cancelled: Count
    """Units that will not be sent: those that waited, and those taken out of parcels."""
    refused: Count
    waiting: Count = 0
    """Units of the line that still wait."""
    reason: Reason | None = None
    """Why units were refused."""


class OrderCancelSettled(OrderEvent):
    """A cancel is answered for every unit: ``cancelled + refused = requested`` per line."""

    TYPE: ClassVar[str] = "order.cancel_settled"
    TOPIC: ClassVar[Topic] = topics.ORDERS

    cancel_id: Id
    customer_ref: Id
    cause: Literal["shop", "suspended", "order_refused"]
    """``suspended``: too long without a working method. ``order_refused``: flow, an order comes in."""
    lines: tuple[SettledLine, ...]
    whole: bool
    """Nothing of the order is to come, or ever left: the customer will get nothing of it."""


class ContactGiven(OrderEvent):
    """Who the customer is: the one event of ours with personal data."""

    TYPE: ClassVar[str] = "contact.given"
    TOPIC: ClassVar[Topic] = topics.CONTACTS

    customer_ref: Id
    contact: Contact = Field(json_schema_extra=PERSONAL)


class ContactErased(OrderEvent):
    """Who the customer was is to be forgotten: a record without value, its key names the order."""

    TYPE: ClassVar[str] = "contact.erased"
    TOPIC: ClassVar[Topic] = topics.CONTACTS
    TOMBSTONE: ClassVar[bool] = True


class ProductTaken(Event):
    """A product as intake took it; the latest ``revision`` wins."""

    TYPE: ClassVar[str] = "product.listed"
    TOPIC: ClassVar[Topic] = topics.PRODUCTS
    KEY: ClassVar[str] = "sku"
    AGGREGATE: ClassVar[str] = "sku"

    sku: Sku
    revision: int
    title: Text
    sold: bool
    backorder: Literal["unlimited", "limited", "none"]
    backorder_limit: Quantity | None = None
    lead_time_days: int | None = None


class LineRequested(Event):
    """Units of a SKU are wanted for a line. ``warehouses`` empty: allocation's default."""

    TYPE: ClassVar[str] = "line.requested"
    TOPIC: ClassVar[Topic] = topics.DEMAND
    KEY: ClassVar[str] = "sku"
    AGGREGATE: ClassVar[str] = "line_id"

    line_id: Id
    order_id: OrderId
    sku: Sku
    quantity: Quantity
    placed_at: Moment
    priority_class: int = Field(ge=0, le=9)
    warehouses: tuple[Warehouse, ...]


class LineCancelRequested(Event):
    """Units of a line are not wanted any more."""

    TYPE: ClassVar[str] = "line.cancel_requested"
    TOPIC: ClassVar[Topic] = topics.DEMAND
    KEY: ClassVar[str] = "sku"
    AGGREGATE: ClassVar[str] = "line_id"

    line_id: Id
    order_id: OrderId
    sku: Sku
    cancel_id: Id
    quantity: Quantity
