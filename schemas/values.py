"""The values that events are made of, with their bounds.

Money is integer minor units beside an ISO 4217 currency; quantities are whole units; times are
aware and in UTC (contracts, money and times).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from schemas.envelope import PERSONAL

ORDER_LINES_LIMIT = 2_000
QUANTITY_LIMIT = 1_000_000
AMOUNT_LIMIT_MINOR = 100_000_000_000
VERSION_LIMIT = 2**31 - 1
REVISION_LIMIT = 2**53 - 1
"""The largest whole number that every reader of JSON keeps exact (RFC 8259, 6)."""
FIRST_YEAR, LAST_YEAR = 1970, 2199
"""Years that facts are of: outside them, computing with a time could leave the calendar."""

NAMELESS_CARD = re.compile(r"(?:\d[ -]?){13,19}")
"""Thirteen to nineteen digits in a row: the length of a primary account number (ISO/IEC 7812)."""


def no_nul(text: str) -> str:
    """Refuse the one character that PostgreSQL cannot store."""
    if "\x00" in text:
        raise ValueError("a NUL character cannot be stored: remove it")
    return text


def in_a_plausible_year(day: date) -> date:
    """Refuse a day, or a moment, that nobody can have meant."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"must be in the years {FIRST_YEAR} to {LAST_YEAR}")
    return day


def in_utc(moment: datetime) -> datetime:
    """The same moment, told in UTC."""
    in_a_plausible_year(moment)
    return moment.astimezone(UTC)


def no_card_number(text: str) -> str:
    """Refuse what looks like a card number: only provider tokens may come in here."""
    if NAMELESS_CARD.search(text):
        raise ValueError("looks like a card number: send the payment provider's token instead")
    return text


def no_address(text: str) -> str:
    """Refuse an e-mail address where an id belongs: it would travel as if it were not personal."""
    if "@" in text:
        raise ValueError("is personal data: send an id of the customer, not an address")
    return text


Clean = AfterValidator(no_nul)
Id = Annotated[str, StringConstraints(min_length=1, max_length=128), Clean]
Text = Annotated[str, StringConstraints(max_length=500), Clean]
Sku = Annotated[str, StringConstraints(min_length=1, max_length=64), Clean]
Warehouse = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}$")]
OrderId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,32}:[^\x00]{1,90}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Quantity = Annotated[int, Field(ge=1, le=QUANTITY_LIMIT)]
Count = Annotated[int, Field(ge=0, le=QUANTITY_LIMIT)]
Amount = Annotated[int, Field(ge=0, le=AMOUNT_LIMIT_MINOR)]
Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
Day = Annotated[date, AfterValidator(in_a_plausible_year)]
Version = Annotated[int, Field(ge=1, le=VERSION_LIMIT)]
Revision = Annotated[int, Field(ge=1, le=REVISION_LIMIT)]
ShipPreference = Literal["as_available", "complete"]
OnRefusedLine = Literal["drop_line", "refuse_order"]
"""What becomes of an order of which a line cannot be served: it goes on without it, or not."""
Stage = Literal["ordered", "made", "sent", "arrived"]


class Value(BaseModel):
    """A part of an event of ours: unknown fields are ignored, so that it may grow."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class InboundValue(BaseModel):
    """A part of an outsider's fact: unknown fields are refused, so that none is lost."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(Value):
    """Why a decision was taken: a code for programs, its parameters, a sentence for people."""

    code: Id
    text: Text
    parameters: dict[str, str | int] = Field(default_factory=dict)


class PaymentMethod(InboundValue):
    """The provider's token for a card or an account; never the card itself."""

    method_id: Id
    token: Annotated[Id, AfterValidator(no_card_number)]


class Address(InboundValue):
    """Where a parcel goes. Personal."""

    lines: tuple[Text, ...] = Field(default=(), max_length=5, json_schema_extra=PERSONAL)
    city: Text = Field(default="", json_schema_extra=PERSONAL)
    postal_code: Text = Field(default="", json_schema_extra=PERSONAL)
    country: Text = Field(default="", json_schema_extra=PERSONAL)


def one_mailbox(address: str) -> str:
    """Refuse what would reach nobody, or more than one person."""
    if not re.fullmatch(r"[^\s@,;<>\"\x00-\x1f\x7f]+@[^\s@,;<>\"\x00-\x1f\x7f]+", address):
        raise ValueError("must be one e-mail address of the form name@host")
    return address


Email = Annotated[str, StringConstraints(min_length=3, max_length=254), AfterValidator(one_mailbox)]


class Contact(InboundValue):
    """Who the customer is and how to reach them. Personal."""

    name: Text = Field(default="", json_schema_extra=PERSONAL)
    email: Email = Field(json_schema_extra=PERSONAL)
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = Field(
        default="en", json_schema_extra=PERSONAL
    )
    time_zone: Text = Field(default="UTC", json_schema_extra=PERSONAL)
    address: Address = Field(default_factory=Address, json_schema_extra=PERSONAL)
