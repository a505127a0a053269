"""Cancels, as allocation passes them on."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.allocation import LineCancelAnswered
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.shipping import telling
from services.shipping.domain import parcels as rules
from services.shipping.domain.policy import Policy
from services.shipping.domain.withdrawing import PassedOn, withdraw
from services.shipping.steps import go_on, take_out
from services.shipping.store import changes, orders, parcels


@hears(LineCancelAnswered)
async def withdraw_cancelled_units(
    answers: Sequence[LineCancelAnswered], tx: Transaction[Policy]
) -> None:
    """Wait no longer for what was cancelled, and take what was passed on out of its parcels."""
    locked = await orders.lock_orders(tx, [one.order_id for one in answers])
    cancelled = [(one.line_id, one.order_id, one.sku, one.cancelled) for one in answers]
    await orders.note_cancelled_units(tx, [line for line in cancelled if line[-1]])
    await answer_cancels(tx, [passed_on(one) for one in answers if one.passed_on])
    await go_on(tx, locked)


async def answer_cancels(tx: Transaction[Policy], passed: Sequence[PassedOn]) -> None:
    """Withdraw, follow or refuse units of locked orders, and answer each cancel."""
    if not passed:
        return
    lines = await changes.load_granted_lines(tx, [one.line_id for one in passed])
    found = await parcels.load_parcels_of(tx, sorted({one.order_id for one in passed}))
    answers, leaving = withdraw(passed, lines, list(found.values()))
    await take_out(tx, rules.changes(found, leaving), "cancelled")
    await changes.record_withdrawals(tx, answers)
    tx.say(*map(telling.withdrawal_answered, answers))
    tx.say(*(telling.cancel_forwarded(one) for one in answers if one.forwarded))


def passed_on(event: LineCancelAnswered) -> PassedOn:
    """What a cancel wants of shipping."""
    return PassedOn(
        event.order_id,
        event.line_id,
        event.sku,
        event.cancel_id,
        event.passed_on,
        event.granted_total,
        event.requeued_total,
    )
