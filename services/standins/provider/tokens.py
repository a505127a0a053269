"""What each test token does, as a table.

A token is a word of the tables, then, if wanted, the operation that it concerns, then ``_once``:
``tok_declined``, ``tok_declined_capture``, ``tok_insufficient_verify_once``, ``tok_lost_once_void``.
What begins with ``tok_ok`` works, and is what a seed draws from; so does ``tok_short``, whose
authorizations lapse soon.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Operation = Literal["verify", "authorize", "capture", "void", "refund"]
OPERATIONS: tuple[Operation, ...] = ("verify", "authorize", "capture", "void", "refund")

GOOD = "tok_ok"
SHORT = "tok_short"
SHORT_VALIDITY = timedelta(hours=2)


@dataclass(frozen=True)
class Decline:
    """The card is refused: at which operation (if none is named), why, and whether for good."""

    operation: Operation
    code: str
    message: str
    advice: Literal["try_again_later", "do_not_try_again"] = "do_not_try_again"


@dataclass(frozen=True)
class Fault:
    """The first answer of each operation goes wrong; ``acts``: the money moves all the same."""

    acts: bool
    answers: bool
    """False: the caller hears nothing until it gives up. True: it hears HTTP 500."""


DECLINES = {
    "unverifiable": Decline("verify", "invalid_account", "The issuer does not know this card."),
    "declined": Decline("authorize", "card_declined", "The issuer declined the card."),
    "insufficient": Decline(
        "authorize", "insufficient_funds", "The account does not hold this amount.",
        "try_again_later",
    ),
    "expired": Decline("authorize", "expired_card", "The card has expired."),
    "authentication": Decline(
        "authorize", "authentication_required", "The issuer wants the customer to confirm."
    ),
    "no_refund": Decline("refund", "refund_declined", "The card's account is closed."),
}  # fmt: skip
FAULTS = {
    "lost": Fault(acts=True, answers=True),
    "silent": Fault(acts=True, answers=False),
    "deaf": Fault(acts=False, answers=True),
}
"""Tokens of these end in ``_once``, then the operation: every answer of a key but its first is good."""

UNKNOWN_TOKEN = Decline(
    "verify", "no_such_method",
    "No such token: use one that begins with tok_ok, or one of the stand-in's tokens.py.",
)  # fmt: skip


def decline_of(token: str, operation: Operation, attempt: int) -> Decline | None:
    """Why the card is refused at this operation, the so-many-th about its subject; None: it is not."""
    for word, decline in DECLINES.items():
        if token.startswith(f"tok_{word}"):
            rest = token.removeprefix(f"tok_{word}")
            concerned = operation_named(rest) or decline.operation
            is_over = rest.endswith("_once") and attempt > 1
            return decline if concerned == operation and not is_over else None
    known = token.startswith((GOOD, SHORT)) or fault_named(token) is not None
    return None if known or operation not in ("verify", "authorize") else UNKNOWN_TOKEN


def fault_of(token: str, operation: Operation) -> Fault | None:
    """What goes wrong with the first answer of this operation; None: nothing."""
    found = fault_named(token)
    if found is None:
        return None
    rest, fault = found
    return fault if operation_named(rest) in (None, operation) else None


def fault_named(token: str) -> tuple[str, Fault] | None:
    """The rest of a faulty token, and what it does."""
    for word, fault in FAULTS.items():
        if token.startswith(prefix := f"tok_{word}_once"):
            return token.removeprefix(prefix), fault
    return None


def operation_named(rest: str) -> Operation | None:
    """The operation that a token's end names."""
    return next((one for one in OPERATIONS if rest.startswith(f"_{one}")), None)
