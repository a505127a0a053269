"""Cancels: which units never come, by three topics, and the message when one is settled."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.allocation import LineCancelAnswered
from schemas.order_intake import OrderCancelSettled, SettledLine
from schemas.shipping import LineWithdrawalAnswered
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.notifications import store
from services.notifications.domain.lines import LineFact
from services.notifications.domain.orders import Cancel, CancelledLine, Policy
from services.notifications.handlers.due import look_again, tell
from services.notifications.handlers.lines import take_facts


@hears(LineCancelAnswered)
async def take_cancels(answered: Sequence[LineCancelAnswered], tx: Transaction[Policy]) -> None:
    """Keep which waiting units are cancelled; the message comes when all of the cancel is settled."""
    facts = [
        LineFact(
            event.line_id, event.order_id, event.sku, event.decision_no or 0, event.granted_total,
            event.requeued_total, None if event.decision_no is None else event.waiting,
            cancelled=event.cancelled, passed_on=event.passed_on,
        )
        for event in answered
    ]  # fmt: skip
    await look_again(tx, (await take_facts(tx, facts)).orders)


@hears(LineWithdrawalAnswered)
async def take_withdrawals(
    answered: Sequence[LineWithdrawalAnswered], tx: Transaction[Policy]
) -> None:
    """Keep which granted units are cancelled."""
    facts = [
        LineFact(
            event.line_id, event.order_id, event.sku, withdrawn=event.withdrawn,
            answered=event.withdrawn + event.refused + event.forwarded,
        )
        for event in answered
    ]  # fmt: skip
    await look_again(tx, (await take_facts(tx, facts)).orders)


@hears(OrderCancelSettled)
async def tell_cancels(settled: Sequence[OrderCancelSettled], tx: Transaction[Policy]) -> None:
    """Tell at once what became of a cancel; that of a refused order is told by its refusal."""
    heard = [event for event in settled if event.cause != "order_refused"]
    facts = [
        LineFact(line.line_id, event.order_id, line.sku, settled=line.cancelled)
        for event in heard
        for line in event.lines
    ]
    taken = await take_facts(tx, facts, {event.order_id for event in heard})
    await store.record_cancels(tx, [cancel_of(event) for event in heard])
    await tell(tx, taken.orders.values(), taken.orders, with_cancels=taken.orders)


def cancel_of(event: OrderCancelSettled) -> Cancel:
    """A settled cancel in the domain's words."""
    cause = "suspended" if event.cause == "suspended" else "shop"
    lines = tuple(cancelled_line(line) for line in event.lines)
    return Cancel(event.order_id, event.cancel_id, cause, event.whole, lines)


def cancelled_line(line: SettledLine) -> CancelledLine:
    """What became of the units of one line, in the domain's words."""
    reason = "" if line.reason is None else line.reason.text
    return CancelledLine(line.line_id, line.title, line.cancelled, line.refused, reason)
