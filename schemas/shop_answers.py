"""What order intake answers to shops: enough to render an order's status page from it alone."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from schemas import topics
from schemas.envelope import Topic
from schemas.order_intake import AcceptedLine, LineAnswer, OrderEvent, SettledLine
from schemas.values import (
    Amount,
    Count,
    Currency,
    Id,
    Moment,
    Quantity,
    Reason,
    Sku,
    Text,
    Value,
    Version,
)


class AnswerAccepted(OrderEvent):
    """For the shop: taken."""

    TYPE: ClassVar[str] = "answer.accepted"
    TOPIC: ClassVar[Topic] = topics.SHOP_ANSWERS

    currency: Currency
    total_minor: Amount
    lines: tuple[AcceptedLine, ...]


class AnswerRefused(OrderEvent):
    """For the shop: not taken, with every reason at once."""

    TYPE: ClassVar[str] = "answer.refused"
    TOPIC: ClassVar[Topic] = topics.SHOP_ANSWERS

    reasons: tuple[Reason, ...]


class AnswerConfirmed(OrderEvent):
    """For the shop: what is there, what waits and until when, what was refused."""

    TYPE: ClassVar[str] = "answer.confirmed"
    TOPIC: ClassVar[Topic] = topics.SHOP_ANSWERS

    currency: Currency
    total_minor: Amount
    lines: tuple[LineAnswer, ...]


class AnswerPromiseChanged(OrderEvent):
    """For the shop: a waiting line has another date, or none any more."""

    TYPE: ClassVar[str] = "answer.promise_changed"
    TOPIC: ClassVar[Topic] = topics.SHOP_ANSWERS

    line_id: Id
    sku: Sku
    waiting: Quantity
    promised_on: date | None
    promise_version: Version
    reason: Reason


class AnswerAllocated(OrderEvent):
    """For the shop: units that waited are there now."""

    TYPE: ClassVar[str] = "answer.allocated"
    TOPIC: ClassVar[Topic] = topics.SHOP_ANSWERS

    line_id: Id
    sku: Sku
    allocated: Quantity
    waiting: Count


class ShippedLine(Value):
    """Units of one line that left."""

    line_id: Id
    sku: Sku
    quantity: Quantity


class AnswerShipped(OrderEvent):
    """For the shop: a parcel left; ``complete`` when nothing of the order is to come."""

    TYPE: ClassVar[str] = "answer.shipped"
    TOPIC: ClassVar[Topic] = topics.SHOP_ANSWERS

    shipment_id: Id
    dispatched_at: Moment
    carrier: Text
    tracking: Text
    complete: bool
    lines: tuple[ShippedLine, ...]


class AnswerPaymentNeeded(OrderEvent):
    """For the shop: the customer must give another payment method."""

    TYPE: ClassVar[str] = "answer.payment_needed"
    TOPIC: ClassVar[Topic] = topics.SHOP_ANSWERS

    shipment_id: Id | None
    cause: Id
    deadline: Moment


class AnswerPaymentResolved(OrderEvent):
    """For the shop: payment works again, nothing is needed of the customer."""

    TYPE: ClassVar[str] = "answer.payment_resolved"
    TOPIC: ClassVar[Topic] = topics.SHOP_ANSWERS


class AnswerSuspended(OrderEvent):
    """For the shop: nothing came of the payment deadline; what is unsent is passed over."""

    TYPE: ClassVar[str] = "answer.suspended"
    TOPIC: ClassVar[Topic] = topics.SHOP_ANSWERS

    until: Moment
    """When what is unsent is cancelled, unless a method works before."""


class AnswerBackordered(OrderEvent):
    """For the shop: units of a line that were there wait again."""

    TYPE: ClassVar[str] = "answer.backordered"
    TOPIC: ClassVar[Topic] = topics.SHOP_ANSWERS

    line_id: Id
    sku: Sku
    allocated: Count
    waiting: Quantity
    promised_on: date | None
    promise_version: Version
    reason: Reason


class AnswerCancelSettled(OrderEvent):
    """For the shop: what a cancel came to, per line."""

    TYPE: ClassVar[str] = "answer.cancel_settled"
    TOPIC: ClassVar[Topic] = topics.SHOP_ANSWERS

    cancel_id: Id
    cause: Literal["shop", "suspended", "order_refused"]
    lines: tuple[SettledLine, ...]
    whole: bool


class AnswerRefunded(OrderEvent):
    """For the shop: money of a shipment went back."""

    TYPE: ClassVar[str] = "answer.refunded"
    TOPIC: ClassVar[Topic] = topics.SHOP_ANSWERS

    shipment_id: Id
    amount_minor: Amount
    refunded_total_minor: Amount
    currency: Currency
    refunded_at: Moment


class AnswerRequestRefused(OrderEvent):
    """For the shop: a cancel or a payment method cannot be taken, with every reason at once."""

    TYPE: ClassVar[str] = "answer.request_refused"
    TOPIC: ClassVar[Topic] = topics.SHOP_ANSWERS

    request: Literal["cancel", "payment_method"]
    request_id: Id
    reasons: tuple[Reason, ...]
