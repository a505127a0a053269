"""What each test token does, as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Operation = Literal["verify", "authorize", "capture", "void", "refund"]
OPERATIONS: tuple[Operation, ...] = ("verify", "authorize", "capture", "void", "refund")


@dataclass(frozen=True)
class Decline:
    """The card is refused: at which operation, with which code and sentence."""

    operation: Operation
    code: str
    message: str


@dataclass(frozen=True)
class Fault:
    """The first answer of each operation goes wrong; ``acts``: the money moves all the same."""

    acts: bool
    answers: bool
    """False: the caller hears nothing until it gives up. True: it hears HTTP 500."""


DECLINES = {
    "tok_unverifiable": Decline("verify", "invalid_account", "The issuer does not know this card."),
    "tok_declined": Decline("authorize", "card_declined", "The issuer declined the card."),
    "tok_insufficient": Decline(
        "authorize", "insufficient_funds", "The account does not hold this amount."
    ),
    "tok_expired": Decline("authorize", "expired_card", "The card has expired."),
    "tok_authentication": Decline(
        "authorize", "authentication_required", "The issuer wants the customer to confirm."
    ),
}
FAULTS = {
    "tok_lost_once": Fault(acts=True, answers=True),
    "tok_silent_once": Fault(acts=True, answers=False),
    "tok_deaf_once": Fault(acts=False, answers=True),
}
"""``tok_lost_once_capture`` goes wrong at the capture alone, and so on for each operation."""

UNKNOWN_TOKEN = Decline(
    "verify", "no_such_method",
    "No such token: use one that begins with tok_ok, or one of the stand-in's tokens.py.",
)  # fmt: skip


def decline_of(token: str, operation: Operation) -> Decline | None:
    """Why the card is refused at this operation; None: it is not."""
    for prefix, decline in DECLINES.items():
        if token.startswith(prefix):
            return decline if decline.operation == operation else None
    known = token.startswith("tok_ok") or fault_named(token) is not None
    return None if known or operation not in ("verify", "authorize") else UNKNOWN_TOKEN


def fault_of(token: str, operation: Operation) -> Fault | None:
    """What goes wrong with the first answer of this operation; None: nothing."""
    found = fault_named(token)
    if found is None:
        return None
    prefix, fault = found
    rest = token.removeprefix(prefix)
    named = [one for one in OPERATIONS if rest.startswith(f"_{one}")]
    return fault if not named or operation in named else None


def fault_named(token: str) -> tuple[str, Fault] | None:
    """The faulty token's prefix and what it does."""
    return next(((p, fault) for p, fault in FAULTS.items() if token.startswith(p)), None)
