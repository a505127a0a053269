"""How an operation ends: as planned for the order, else by the token, else as the seed draws it.

A draw is a hash of the seed and the order, never of the order of calls: the same orders are
declined in every run, however often and by whomever the provider is asked.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from services.standins.provider.plan import Plan
from services.standins.provider.settings import Settings
from services.standins.provider.tokens import (
    DECLINES,
    FAULTS,
    GOOD,
    SHORT,
    SHORT_VALIDITY,
    Decline,
    Fault,
    Operation,
    decline_of,
    fault_of,
)

DRAWN_DECLINES = ("declined", "declined", "insufficient", "insufficient_once", "authentication")
"""How a drawn card is declined, each alike: for good, for the moment, once, or for a question."""


@dataclass(frozen=True)
class Asked:
    """An operation; ``attempt`` counts those that came to an end, this one included."""

    operation: Operation
    token: str
    order_id: str
    attempt: int


@dataclass(frozen=True)
class Behavior:
    """What was set and planned."""

    settings: Settings
    plan: Plan

    def decline(self, asked: Asked) -> Decline | None:
        """Why the card is refused; None: it is not."""
        planned = self.plan.outcome(asked.order_id, asked.operation, asked.attempt)
        if planned is not None:
            return DECLINES.get(planned)
        token = self._drawn_card(asked) or asked.token
        return decline_of(token, asked.operation, asked.attempt)

    def fault(self, asked: Asked) -> Fault | None:
        """What goes wrong with the first answer; None: nothing."""
        planned = self.plan.outcome(asked.order_id, asked.operation, asked.attempt)
        if planned is not None:
            return FAULTS.get(planned)
        if drawn_percent(self.settings.seed, "lost", asked.operation, asked.order_id) < (
            self.settings.lost_percent
        ):
            return FAULTS["lost"]
        return fault_of(asked.token, asked.operation)

    def validity(self, token: str) -> timedelta:
        """How long an authorization holds."""
        if token.startswith(SHORT):
            return SHORT_VALIDITY
        return timedelta(hours=self.settings.validity_hours)

    def _drawn_card(self, asked: Asked) -> str | None:
        """The faulty token that a good card of this order stands for; another card, another draw."""
        if not asked.token.startswith(GOOD):
            return None
        seed, of = self.settings.seed, (asked.order_id, asked.token)
        drawn = drawn_percent(seed, "card", *of)
        if drawn < self.settings.decline_percent:
            kind = int(drawn_percent(seed, "decline", *of) * len(DRAWN_DECLINES) / 100)
            return f"tok_{DRAWN_DECLINES[kind]}"
        if drawn < self.settings.decline_percent + self.settings.expire_percent:
            return "tok_expired"
        return None


def drawn_percent(seed: int, *what: str) -> float:
    """A number from 0 up to 100, evenly spread, and always the same for the same words."""
    digest = hashlib.sha256("|".join((str(seed), *what)).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48 * 100
