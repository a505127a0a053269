"""What others are told about an order's money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.payments.domain.state import Authorization, Capture, Former, Held, Proof, Why

Cause = Literal["method_refused", "unverified", "declined", "expired", "authentication_needed"]


@dataclass(frozen=True, slots=True)
class MethodVerified:
    """The provider would use the method: payment trouble up to ``episode`` is over."""

    method_id: str
    episode: int


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
    taken: Proof


@dataclass(frozen=True, slots=True)
class NeedsCustomer:
    """Only the customer can help; ``shipment_id`` None: no method of the order works."""

    shipment_id: str | None
    cause: Cause
    why: Why
    episode: int
    deadline: datetime


@dataclass(frozen=True, slots=True)
class DeadlinePassed:
    """The customer did not help in time; the shipments are those that are not paid for."""

    episode: int
    shipment_ids: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Resolved:
    """The trouble is over, and no new method was needed."""

    episode: int


@dataclass(frozen=True, slots=True)
class Voided:
    """A reservation was given up."""

    former: Former
    at: datetime


@dataclass(frozen=True, slots=True)
class Refunded:
    """Money went back; ``total_minor`` with all refunds of the shipment."""

    shipment_id: str
    amount_minor: int
    total_minor: int
    currency: str
    given: Proof


News = (
    MethodVerified
    | MethodRefused
    | Authorized
    | Captured
    | NeedsCustomer
    | DeadlinePassed
    | Resolved
    | Voided
    | Refunded
)

CAUSES: dict[str, Cause] = {
    "expired_card": "expired",
    "authentication_required": "authentication_needed",
}
"""Codes of the provider that ask something else of the customer than another card."""


def cause_of(why: Why) -> Cause:
    """What the customer should be asked for."""
    return CAUSES.get(why.code, "declined")
