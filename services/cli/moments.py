"""The order of what happened in one and the same moment of business time.

On a clock that is driven much happens at once; people read it as it follows from each other.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.audit.chapters import Step

WAITS_AGAIN = "wait again"
"""No step says so: it is what a wait is called that is not the first."""

RANKS: tuple[tuple[str, str], ...] = (
    ("order_intake", "placed"),
    ("order_intake", "came in"),
    ("order_intake", "taken"),
    ("payments", "payment method given"),
    ("payments", "verif"),
    ("allocation", "granted"),
    ("allocation", "wait"),  # of a new order; later on it follows from what was given back
    ("allocation", "refused"),
    ("order_intake", "confirmed"),
    ("order_intake", "refused"),
    ("notifications", "confirmed"),
    ("notifications", "refused"),
    ("shipping", "opened"),
    ("shipping", "planned"),
    ("payments", "authoriz"),
    ("notifications", "about to ship"),
    ("notifications", "payment needed"),
    ("shipping", "packed"),
    ("payments", "captur"),
    ("shipping", "may leave"),
    ("shipping", "left the dock"),
    ("notifications", "shipped"),
    ("payments", "deadline"),
    ("order_intake", "cancels"),
    ("allocation", "cancelled"),
    ("shipping", "left it"),
    ("shipping", "in parcels"),
    ("shipping", "withdrawn"),
    ("allocation", "given back"),
    ("allocation", "passed over"),
    ("allocation", "served again"),
    ("allocation", WAITS_AGAIN),
    ("payments", "free"),
    ("payments", "refunded"),
    ("order_intake", "settled"),
    ("notifications", "cancelled"),
    ("notifications", "refunded"),
)
"""Who tells it, and a word of it: what comes first goes first."""


def in_order(steps: Sequence[Step]) -> list[Step]:
    """Steps by their time, those of one moment as they follow from each other."""
    taken_at = {
        step.at for step in steps if step.service == "order_intake" and "taken" in step.what
    }
    return sorted(steps, key=lambda step: (step.at, rank(step, is_first=step.at in taken_at)))


def rank(step: Step, *, is_first: bool) -> int:
    """Its place within a moment; what the list does not know goes last."""
    if step.service == "allocation" and "wait" in step.what and not is_first:
        return RANKS.index(("allocation", WAITS_AGAIN))
    return next(
        (
            place
            for place, (service, word) in enumerate(RANKS)
            if service == step.service and word in step.what
        ),
        len(RANKS),
    )
