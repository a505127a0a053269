"""What a message says, without anything personal; or why it is not sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.notifications.domain.messages import Kind


@dataclass(frozen=True)
class Row:
    """One line in a message: ``quantity`` units, of which ``waiting`` wait until ``promised_on``."""

    line_id: str
    title: str
    quantity: int
    amount_minor: int = 0
    waiting: int = 0
    refused: int = 0
    """Units not to be had; in "cancelled": units that could not be cancelled."""
    promised_on: date | None = None
    promise_version: int = 0
    told_on: date | None = None
    """The date that the customer was told before."""
    cancelled: int = 0
    """All units of the line that will not be sent because they were cancelled."""
    cause: str = ""
    """Why it waits, or waits until this date; in "cancelled": why units are not cancelled."""


@dataclass(frozen=True)
class Refund:
    """Money of a parcel that went back, all of it so far."""

    shipment_id: str
    total_minor: int


@dataclass(frozen=True)
class Facts:
    """All that a message says."""

    order_id: str
    kind: Kind
    at: datetime
    """Business time at which this was the truth."""
    currency: str = ""
    placed_at: datetime | None = None
    rows: tuple[Row, ...] = ()
    to_come: tuple[Row, ...] = ()
    """For "shipped" and "cancelled": what has not left yet."""
    freight_minor: int = 0
    amount_minor: int = 0
    ship_complete: bool = False
    carrier: str = ""
    tracking: str = ""
    part: Literal["whole", "part", "rest", "nothing"] = "whole"
    """Whether the parcel is all of the order, a part of it, or what was still missing; in
    "cancelled": what of the order was cancelled, or nothing."""
    reasons: tuple[str, ...] = ()
    returned_minor: int = 0
    """For "shipped": charged for units that have left the parcel since; it goes back."""
    some_gone: bool = False
    """For "shipped": units of the order were refused or cancelled."""
    refunds: tuple[Refund, ...] = ()
    deadline: datetime | None = None
    cause: str = ""
    """Why payment is needed; why the order is cancelled; why units wait again."""


@dataclass(frozen=True)
class Suppressed:
    """Why a message is not sent."""

    code: Literal[
        "later_stage", "already_told", "withdrawn", "content_changes", "payment_open", "resolved",
        "deadline_passed", "contact_erased",
    ]  # fmt: skip
    text: str
    again: bool = False
    """Whether it becomes due again once newer facts have come."""


LATER_STAGE = Suppressed(
    "later_stage", "All its units have reached a later stage; the message of that stage tells it."
)
ALREADY_TOLD = Suppressed("already_told", "A newer message has told how these units stand.")
WITHDRAWN = Suppressed("withdrawn", "The parcel will not leave: its units were taken out of it.")
CONTENT_CHANGES = Suppressed(
    "content_changes",
    "Units of the parcel were cancelled or given back, and its new content is not known yet.",
    again=True,
)
PAYMENT_OPEN = Suppressed(
    "payment_open",
    "The parcel's payment is in trouble; it is told when it is authorized.",
    again=True,
)
RESOLVED = Suppressed("resolved", "Payment works again: nothing is needed of the customer.")
DEADLINE_PASSED = Suppressed(
    "deadline_passed", "The deadline has passed: what became of the units is told by itself."
)
NOTHING_TO_PAY = Suppressed(
    "later_stage", "Nothing of the order is to come: nothing is to be paid."
)
CONTACT_ERASED = Suppressed(
    "contact_erased", "The customer's data were erased: there is nobody to write to any more."
)
