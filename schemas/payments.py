"""What payments says: methods verified, money authorized and captured."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas import topics
from schemas.envelope import Event, Topic
from schemas.values import Amount, Count, Currency, Id, Moment, OrderId, Reason, Version


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
    episode: Count = 0
    """The order's last payment trouble so far: it is over with this. 0: there was none."""


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
    cause: Literal["method_refused", "unverified", "declined", "expired", "authentication_needed"]
    reason: Reason
    episode: Version
    deadline: Moment


class PaymentDeadlinePassed(PaymentEvent):
    """The customer did not mend payment trouble ``episode`` in time."""

    TYPE: ClassVar[str] = "payment.deadline_passed"

    episode: Version
    shipment_ids: tuple[Id, ...]
    """The shipments whose money could not be had."""
    passed_at: Moment


class PaymentResolved(PaymentEvent):
    """Payment trouble ``episode`` is over without a new method: the same one worked after all."""

    TYPE: ClassVar[str] = "payment.resolved"

    episode: Version


class PaymentVoided(PaymentEvent):
    """A reservation is given up: nothing was taken of it."""

    TYPE: ClassVar[str] = "payment.voided"

    shipment_id: Id
    amount_minor: Amount
    currency: Currency
    voided_at: Moment


class PaymentRefunded(PaymentEvent):
    """Money that was captured went back."""

    TYPE: ClassVar[str] = "payment.refunded"

    shipment_id: Id
    amount_minor: Amount
    """With this refund."""
    refunded_total_minor: Amount
    """With all refunds of the shipment."""
    currency: Currency
    refunded_at: Moment
    provider: Id
    provider_ref: Id | None
