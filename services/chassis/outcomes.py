"""What becomes of an effect by its outcome, within its bounds."""

from __future__ import annotations

from typing import Any

from services.chassis.effect_store import Taken
from services.chassis.effects import Call, Due, GaveUp, Outcome, Retry, Unknown


def with_request(due: Due, request: dict[str, Any]) -> Due:
    """The same effect as it is started: with its request, one attempt further."""
    return Due(due.kind, due.key, due.subject, due.due_at, due.attempt + 1, request)


def put_back(call: Call, row: Taken, outcome: Retry | Unknown | GaveUp) -> tuple[str, float | None]:
    """The state that an unsettled row waits in, and for how many seconds; None: for a person."""
    match outcome:
        case Retry(_, after):
            return "scheduled", after or call.limits.retry_seconds(row.due.attempt)
        case Unknown():
            return "unknown", call.limits.retry_seconds(row.asked + 1) if call.ask else None
        case GaveUp():
            return "given_up", None


def bounded(call: Call, row: Taken, outcome: Outcome) -> Outcome:
    """Give up what has spent its attempts, or its questions."""
    if isinstance(outcome, Retry) and row.due.attempt >= call.limits.attempts:
        return GaveUp(f"after {row.due.attempt} attempts: {outcome.reason}")
    if isinstance(outcome, Unknown) and call.ask and row.asked >= call.limits.questions:
        return GaveUp(f"after {row.asked} questions: {outcome.reason}")
    return outcome
