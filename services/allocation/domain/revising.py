"""What is decided of a line after it was asked for: its units cancelled, given back, passed over.

Whatever happens, no unit lies free beside a line that waits to be served with it.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.allocation.domain import news, reasons
from services.allocation.domain.changes import (
    Cancel,
    CancelAnswer,
    Change,
    GiveBack,
    Resumption,
    Suspension,
)
from services.allocation.domain.desk import Desk
from services.allocation.domain.queue import Behind, Line
from services.allocation.domain.supply import Arrival


class NotInHand(Exception):
    """More units are given back than the line was granted: a bug, on which nothing is moved."""


def revise(desk: Desk, change: Change, behind: Sequence[Behind] = ()) -> None:
    """Take what befalls a line that the desk holds; ``behind``: who was read to wait behind it."""
    line = desk.book.lines[change.line_id]
    match change:
        case Cancel():
            cancel(desk, line, change)
        case GiveBack():
            give_back(desk, line, change, behind)
        case Suspension():
            suspend(desk, line, change)
        case Resumption():
            resume(desk, line, change, behind)


def cancel(desk: Desk, line: Line, asked: Cancel) -> None:
    """What still waits is cancelled; for granted units shipping is asked; the rest nobody has."""
    book = desk.book
    if asked.forwarded:
        line = line.asked_back(asked.quantity)
    cancelled = min(asked.quantity, line.waiting + line.undecided)
    passed_on = min(asked.quantity - cancelled, line.in_hand - line.passed_on)
    line = line.cancelled_by(cancelled, passed_on)
    book.put(line)
    decision_no = None
    if cancelled:
        decision_no = book.decide("cancel", cancelled, reasons.cancelled(cancelled, asked), line)
        desk.note(news.queue_changed())
    refused = asked.quantity - cancelled - passed_on
    answer = CancelAnswer(line, asked.cancel_id, cancelled, refused, passed_on, decision_no)
    book.told.append(answer)


def give_back(desk: Desk, line: Line, back: GiveBack, behind: Sequence[Behind]) -> None:
    """Units leave a shipment: the line waits again, and what came back serves who is next."""
    if back.quantity > line.in_hand:
        raise NotInHand(
            f"{line.line_id} gives back {back.quantity} units and has {line.in_hand}: nothing was "
            "moved. Compare its grants with what shipping collected"
        )
    line = want_again(desk, line, back)
    for arrival in come_up_by(desk, back):
        desk.come_up(arrival)
        desk.note(news.came_back())
    line = desk.book.lines[line.line_id]
    if back.requeue and line.eligible_units:
        line = desk.grant_free_units(line)
    if back.requeue and line.waiting:
        desk.tell_waiting(line, behind)


def want_again(desk: Desk, line: Line, back: GiveBack) -> Line:
    """The line has fewer units, and waits for those that it still wants at its old place."""
    if back.episode:
        line = line.suspended_by(back.episode)
    if back.cause == "cancelled":
        line = line.asked_back(back.quantity - back.requeue)
    line = line.given_back(back.quantity, back.requeue, desk.book.decision_no + 1)
    desk.book.put(line)
    desk.book.decide(
        "give_back", back.quantity, reasons.given_back(back, passed_over=line.suspended), line,
        warehouse=back.warehouse, source=back.stands,
    )  # fmt: skip
    return line


def come_up_by(desk: Desk, back: GiveBack) -> list[Arrival]:
    """Take units out of the lane; what of them, or in their stead, is supply again.

    Missing units that were written off before explain that: the shelf was right, and gets them
    back. So one hole is never counted twice.
    """
    here = desk.book.at(back.warehouse)
    explained = here.explains(back.missing)
    desk.book.move(here.left_the_lane(back.quantity, back.lost).missed(back.missing))
    arrivals = [came_back(back), found_before(back, explained)]
    return [arrival for arrival in arrivals if arrival.units]


def may_come_up(change: Change) -> list[Arrival]:
    """The most that may come up by a change."""
    if not isinstance(change, GiveBack):
        return []
    return [came_back(change), found_before(change, change.missing)]


def came_back(back: GiveBack) -> Arrival:
    """Good units that come back."""
    return Arrival(
        back.warehouse, back.returned, back.stands, "returned",
        f"came back from shipment {back.shipment_id}", (("shipment_id", back.shipment_id),),
    )  # fmt: skip


def found_before(back: GiveBack, units: int) -> Arrival:
    """Units on the shelf that were taken for those that are missing."""
    return Arrival(
        back.warehouse, units, "shelf", "written_off_before",
        f"had been written off, and are those missing in shipment {back.shipment_id}",
        (("shipment_id", back.shipment_id),),
    )  # fmt: skip


def suspend(desk: Desk, line: Line, trouble: Suspension) -> None:
    """The line keeps its place and is passed over."""
    suspended = line.suspended_by(trouble.episode)
    desk.book.put(suspended)
    if suspended.suspended and not line.suspended:
        reason = reasons.suspended(suspended.waiting, trouble.episode)
        desk.book.decide("suspend", suspended.waiting, reason, suspended)
        desk.note(news.queue_changed())


def resume(desk: Desk, line: Line, trouble: Resumption, behind: Sequence[Behind]) -> None:
    """Like a newcomer at its old place: it takes what lies free, and waits for the rest."""
    resumed = line.resumed_by(trouble.episode, since_decision=desk.book.decision_no + 1)
    desk.book.put(resumed)
    if resumed.suspended or not line.suspended:
        return
    reason = reasons.resumed(resumed.waiting, trouble.episode)
    desk.book.decide("resume", resumed.waiting, reason, resumed)
    if resumed.waiting:
        resumed = desk.grant_free_units(resumed)
    if resumed.waiting:
        desk.tell_waiting(resumed, behind)
