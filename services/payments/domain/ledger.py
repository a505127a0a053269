"""Double entry: every entry's postings sum to zero.

Accounts, seen from the shop:

- ``reserved`` and ``reservations``: what authorizations promise, and the other side of it; both
  are emptied when the authorization is used or given up.
- ``provider``: what the provider took for us and owes us.
- ``customers``: what customers paid for parcels and did not get back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Account = Literal["reserved", "reservations", "provider", "customers"]


@dataclass(frozen=True, slots=True)
class Posting:
    """A positive amount is a debit, a negative one a credit."""

    account: Account
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """Postings that belong together. ``name`` is unique: nothing is booked twice."""

    name: str
    order_id: str
    shipment_id: str
    currency: str
    booked_at: datetime
    postings: tuple[Posting, ...]

    def __post_init__(self) -> None:
        if total := sum(posting.amount_minor for posting in self.postings):
            raise ValueError(f"ledger entry {self.name} is out of balance by {total}")


def reserve(amount_minor: int) -> tuple[Posting, ...]:
    """Postings of an authorization."""
    return moved("reserved", "reservations", amount_minor)


def take(reserved_minor: int, captured_minor: int) -> tuple[Posting, ...]:
    """Postings of a capture: the whole reservation ends, what was packed is taken."""
    return unreserve(reserved_minor) + moved("provider", "customers", captured_minor)


def unreserve(amount_minor: int) -> tuple[Posting, ...]:
    """Postings of a reservation that ends with nothing taken: voided, or lapsed."""
    return moved("reservations", "reserved", amount_minor)


def give_back(amount_minor: int) -> tuple[Posting, ...]:
    """Postings of a refund."""
    return moved("customers", "provider", amount_minor)


def moved(debit: Account, credit: Account, amount_minor: int) -> tuple[Posting, ...]:
    """One amount from one account to another; nothing for nothing."""
    if amount_minor == 0:
        return ()
    return Posting(debit, amount_minor), Posting(credit, -amount_minor)
