"""What became of the units that cancels ask for: allocation and shipping answer in turns.

Answers are differences: whichever comes first, their sum says when a cancel is settled.
"""

from __future__ import annotations

from collections.abc import Sequence

from schemas.allocation import LineCancelAnswered
from schemas.shipping import LineWithdrawalAnswered
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.order_intake.domain import reasons
from services.order_intake.domain.cancels import Answer
from services.order_intake.domain.policy import Policy
from services.order_intake.handlers.lines import fold, why
from services.order_intake.steps import settle
from services.order_intake.store import cancels, orders


@hears(LineCancelAnswered)
async def take_cancelled(answers: Sequence[LineCancelAnswered], tx: Transaction[Policy]) -> None:
    """Note units that wait no more, and those that nobody has."""
    order_ids = sorted({one.order_id for one in answers})
    await orders.lock_orders(tx, order_ids)
    await cancels.answer(tx, [cancelled(one) for one in answers])
    await fold(
        answers,
        tx,
        lambda line, one: line.called_back(one.cancelled, one.granted_total, one.requeued_total),
    )
    await settle(tx, order_ids)


@hears(LineWithdrawalAnswered)
async def take_withdrawn(
    answers: Sequence[LineWithdrawalAnswered], tx: Transaction[Policy]
) -> None:
    """Note units that were taken out of parcels, and those that leave all the same."""
    order_ids = sorted({one.order_id for one in answers})
    await orders.lock_orders(tx, order_ids)
    await cancels.answer(tx, [withdrawn(one) for one in answers])
    await fold(answers, tx, lambda line, one: line.taken_out(one.withdrawn))
    await settle(tx, order_ids)


def cancelled(event: LineCancelAnswered) -> Answer:
    """What allocation did; units passed on are shipping's to answer."""
    return Answer(
        event.order_id, event.cancel_id, event.line_id, event.sku, cancelled=event.cancelled,
        refused=event.refused,
        reason=reasons.cancelled_before(event.refused) if event.refused else None,
    )  # fmt: skip


def withdrawn(event: LineWithdrawalAnswered) -> Answer:
    """What shipping did; units forwarded are allocation's to answer, again."""
    return Answer(
        event.order_id, event.cancel_id, event.line_id, event.sku, withdrawn=event.withdrawn,
        refused=event.refused, reason=why(event.reason) if event.reason else None,
    )  # fmt: skip
