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


Operation = Verify | Authorize | Capture


@dataclass(frozen=True, slots=True)
class Wanted:
    """An operation that has become due.

    ``about``: the method's or the shipment's id. ``name`` tells it from every other of its kind:
    what it is about, and the epoch. ``subject`` has one operation under way at a time.
    """

    kind: str
    order_id: str
    about: str
    name: str
    subject: str
    due_at: datetime


def idempotency_key(kind: str, name: str) -> str:
    """The key under which the provider does an operation once, however often it is asked."""
    return f"{kind}:{name}"
