"""What payments says: methods verified, money authorized and captured."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas import topics
from schemas.envelope import Event, Topic
from schemas.values import Amount, Currency, Id, Moment, OrderId, Reason, Version


class PaymentEvent(Event):
    """An event about the money of one order, keyed by it."""

    TOPIC: ClassVar[Topic] = topics.PAYMENTS
    KEY: ClassVar[str] = "order_id"
    AGGREGATE: ClassVar[str] = "order_id"

    order_id: OrderId


class PaymentMethodVerified(PaymentEvent):
    """The provider knows the method and would use it; no money is held."""

    TYPE: ClassVar[str] = "payment_method.verified"

    method_id: Id


class PaymentMethodRefused(PaymentEvent):
    """The provider will not use the method."""

    TYPE: ClassVar[str] = "payment_method.refused"

    method_id: Id
    reason: Reason


class PaymentAuthorized(PaymentEvent):
    """The shipment's amount is reserved until ``valid_until``."""

    TYPE: ClassVar[str] = "payment.authorized"

    shipment_id: Id
    amount_minor: Amount
    currency: Currency
    authorized_at: Moment
    valid_until: Moment


class PaymentCaptured(PaymentEvent):
    """The shipment's amount was taken, once."""

    TYPE: ClassVar[str] = "payment.captured"

    shipment_id: Id
    version: Version
    """The packed version it was captured for."""
    amount_minor: Amount
    currency: Currency
    captured_at: Moment
    provider: Id
    provider_ref: Id | None


class PaymentNeedsCustomer(PaymentEvent):
    """The money could not be had: the customer must act before ``deadline``."""

    TYPE: ClassVar[str] = "payment.needs_customer"

    shipment_id: Id | None
    """None when the method was never verified."""
    cause: Literal["method_refused", "declined", "expired", "authentication_needed"]
    reason: Reason
    episode: Version
    deadline: Moment
