"""A decision told: to the order, and to the dock where units move."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.allocation import (
    LineAllocated,
    LineBackordered,
    LineCancelAnswered,
    LinePromiseChanged,
    LineRefused,
    UnitsRouted,
)
from schemas.envelope import Event
from schemas.values import Reason
from services.allocation.domain import reasons
from services.allocation.domain.changes import CancelAnswer
from services.allocation.domain.decisions import Decision, PromiseChange
from services.allocation.domain.queue import Line

MOVES = {
    ("grant", "dock"): "cross_dock",
    ("grant", "shelf"): "pick",
    ("grant", "lane"): "relabel",
    ("put_away", "dock"): "put_away",
    ("put_away", "lane"): "back_to_shelf",
}
"""What the dock does, by what was decided and where the units stand."""


def told(entry: Decision | CancelAnswer) -> Iterator[Event]:
    """An entry of the book in events. A cancel's decision is told by its answer alone."""
    if isinstance(entry, CancelAnswer):
        yield cancel_answered(entry)
        return
    if entry.line is not None and (answer := answer_of(entry, entry.line)):
        yield answer
    if move := MOVES.get((entry.kind, entry.source or "")):
        yield route_of(entry, move)


def answer_of(decision: Decision, line: Line) -> Event | None:
    """What the order hears."""
    about: dict[str, object] = {
        **subject_of(line),
        "quantity": decision.quantity,
        "granted_total": line.granted_total,
        "decision_no": decision.decision_no,
        "reason": reason_of(decision.reason),
    }
    match decision.kind:
        case "grant":
            return LineAllocated.model_validate(
                {
                    **about,
                    "warehouse": decision.warehouse,
                    "source": decision.source,
                    "unfilled": line.waiting + line.undecided,
                    "requeued_total": line.requeued_total,
                }
            )
        case "wait":
            return LineBackordered.model_validate(
                {
                    **about,
                    "promised_on": line.promise.promised_on,
                    "promise_version": line.promise.version,
                    "position": decision.position,
                    "requeued_total": line.requeued_total,
                }
            )
        case "refuse":
            return LineRefused.model_validate(about)
        case _:
            return None


def cancel_answered(answer: CancelAnswer) -> LineCancelAnswered:
    """What the order and shipping hear of a cancel."""
    line = answer.line
    return LineCancelAnswered.model_validate(
        {
            **subject_of(line),
            "cancel_id": answer.cancel_id,
            "cancelled": answer.cancelled,
            "refused": answer.refused,
            "passed_on": answer.passed_on,
            "granted_total": line.granted_total,
            "requeued_total": line.requeued_total,
            "waiting": line.waiting + line.undecided,
            "decision_no": answer.decision_no,
        }
    )


def promise_changed(change: PromiseChange) -> LinePromiseChanged:
    """What the order hears of another day."""
    line = change.line
    return LinePromiseChanged.model_validate(
        {
            **subject_of(line),
            "waiting": line.waiting,
            "promised_on": line.promise.promised_on,
            "promise_version": line.promise.version,
            "reason": reason_of(change.reason),
        }
    )


def route_of(decision: Decision, move: str) -> UnitsRouted:
    """What the dock hears: from where to where, and for which order."""
    line, arrival = decision.line, decision.arrival
    return UnitsRouted.model_validate(
        {
            "sku": decision.sku,
            "warehouse": decision.warehouse,
            "move": move,
            "quantity": decision.quantity,
            "order_id": line and line.order_id,
            "line_id": line and line.line_id,
            "dock": arrival and arrival.dock,
            "scan_id": arrival and arrival.scan_id,
            "delivery": arrival and arrival.delivery,
            "decision_no": decision.decision_no,
        }
    )


def subject_of(line: Line) -> dict[str, object]:
    """Which line an event is about."""
    return {"order_id": line.order_id, "line_id": line.line_id, "sku": line.sku}


def reason_of(reason: reasons.Reason) -> Reason:
    """A reason as events carry it."""
    return Reason(code=reason.code, text=reason.text, parameters=reason.parameters)
