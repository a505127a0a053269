"""What others are told about an order's money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.payments.domain.state import Authorization, Capture, Held, Taken, Why

Cause = Literal["method_refused", "declined", "expired", "authentication_needed"]


@dataclass(frozen=True, slots=True)
class MethodVerified:
    """The provider would use the method."""

    method_id: str


@dataclass(frozen=True, slots=True)
class MethodRefused:
    """The provider will not use the method."""

    method_id: str
    why: Why


@dataclass(frozen=True, slots=True)
class Authorized:
    """A shipment's amount is reserved."""

    authorization: Authorization
    held: Held


@dataclass(frozen=True, slots=True)
class Captured:
    """A shipment's amount was taken."""

    capture: Capture
    currency: str
    taken: Taken


@dataclass(frozen=True, slots=True)
class NeedsCustomer:
    """Only the customer can help; ``shipment_id`` None: no method of the order works."""

    shipment_id: str | None
    cause: Cause
    why: Why
    episode: int
    deadline: datetime


News = MethodVerified | MethodRefused | Authorized | Captured | NeedsCustomer

CAUSES: dict[str, Cause] = {
    "expired_card": "expired",
    "authorization_lapsed": "expired",
    "authentication_required": "authentication_needed",
}
"""Codes of the provider that ask something else of the customer than another card."""


def cause_of(why: Why) -> Cause:
    """What the customer should be asked for."""
    return CAUSES.get(why.code, "declined")
