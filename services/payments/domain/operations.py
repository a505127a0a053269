"""What the provider is asked to do, and under which key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Verify:
    """Would this method be used? Nothing is held."""

    KIND: ClassVar[str] = "verify"

    order_id: str
    token: str


@dataclass(frozen=True, slots=True)
class Authorize:
    """Reserve a shipment's amount."""

    KIND: ClassVar[str] = "authorize"

    order_id: str
    shipment_id: str
    token: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Capture:
    """Take what was packed, out of its authorization."""

    KIND: ClassVar[str] = "capture"

    order_id: str
    shipment_id: str
    authorization: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Void:
    """Set free what an authorization reserves."""

    KIND: ClassVar[str] = "void"

    order_id: str
    shipment_id: str
    authorization: str


@dataclass(frozen=True, slots=True)
class Refund:
    """Give back a part of what was captured out of an authorization, or all of it."""

    KIND: ClassVar[str] = "refund"

    order_id: str
    shipment_id: str
    authorization: str
    amount_minor: int
    currency: str


Operation = Verify | Authorize | Capture | Void | Refund


@dataclass(frozen=True, slots=True)
class Wanted:
    """An operation, or a timer, that becomes due.

    ``about``: the method's, the shipment's or the order's id; ``number``: its epoch, or which
    refund, or which episode. ``name`` tells it from every other of its kind. ``subject`` has one
    operation under way at a time.
    """

    kind: str
    about: str
    number: int
    name: str
    subject: str
    due_at: datetime


def idempotency_key(kind: str, name: str) -> str:
    """The key under which the provider does an operation once, however often it is asked."""
    return f"{kind}:{name}"


def numbered(about: str, number: int) -> str:
    """The name of an attempt about a shipment."""
    return f"{about}:{number}"


def verification(order_id: str, method_id: str, epoch: int) -> str:
    """The name of a method's verification. The slug of a shop, which leads, has no ``#``."""
    first = f"{order_id}:{method_id}"
    return first if epoch == 1 else f"{epoch}#{first}"
