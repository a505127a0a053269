"""What a story is made of: steps in time order, and the words for units and amounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import IntEnum, auto


class Rank(IntEnum):
    """Causes before what they lead to, within one moment of business time."""

    PLACED = auto()
    CAME_IN = auto()
    TAKEN = auto()
    METHOD = auto()
    ASKED = auto()
    VERIFIED = auto()
    DECIDED = auto()
    CONFIRMED = auto()
    TOLD_FIRST = auto()
    OPENED = auto()
    PLANNED = auto()
    AUTHORIZED = auto()
    TOLD_BEFORE = auto()
    SCANNED = auto()
    PACKED = auto()
    CAPTURED = auto()
    RELEASED = auto()
    LEFT = auto()
    DEADLINE = auto()
    TAKEN_OUT = auto()
    WITHDRAWN = auto()
    GIVEN_BACK = auto()
    PAID_BACK = auto()
    SETTLED = auto()
    TOLD = auto()


@dataclass(frozen=True)
class Step:
    """One thing that happened; ``at`` is business time."""

    at: datetime
    service: str
    about: str
    """The order, line, parcel, cancel, method or message that it happened to."""
    what: str
    why: str = ""
    rank: Rank = Rank.TOLD


@dataclass(frozen=True)
class Words:
    """How lines and amounts of an order are named."""

    names: Mapping[str, str]
    currency: str

    def units(self, quantity: int, line_id: str) -> str:
        """Units of a line."""
        return f"{quantity} × {self.names.get(line_id, line_id)}"

    def money(self, amount_minor: int) -> str:
        """An amount."""
        from babel.numbers import format_currency, get_currency_precision

        if not self.currency:
            return str(amount_minor)
        amount = Decimal(amount_minor).scaleb(-get_currency_precision(self.currency))
        return format_currency(amount, self.currency, locale="en")
