"""How each line stands: a fact completes the order, or is news behind its confirmation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from schemas.allocation import (
    LineAllocated,
    LineBackordered,
    LineEvent,
    LinePromiseChanged,
    LineRefused,
)
from schemas.shipping import LineWithdrawalAnswered
from schemas.shop_answers import AnswerAllocated, AnswerBackordered, AnswerPromiseChanged
from schemas.values import Reason
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.order_intake.domain import reasons
from services.order_intake.domain.lines import Line
from services.order_intake.domain.policy import Policy
from services.order_intake.steps import confirm
from services.order_intake.store import lines, orders

E = TypeVar("E", bound=LineEvent | LineWithdrawalAnswered)


@hears(LineAllocated)
async def take_grants(grants: Sequence[LineAllocated], tx: Transaction[Policy]) -> None:
    """Note units that are there; tell the shop of those that waited."""
    news = await fold(
        grants,
        tx,
        lambda line, one: line.granted(
            one.quantity, one.granted_total, one.requeued_total, one.envelope.occurred_at
        ),
    )
    tx.say(*(allocated_answer(line) for _, line in news if line.allocated))


@hears(LineBackordered)
async def take_waits(waits: Sequence[LineBackordered], tx: Transaction[Policy]) -> None:
    """Note units that wait, and until when; tell the shop of those that were there before."""
    news = await fold(
        waits,
        tx,
        lambda line, one: line.queued(
            one.quantity, one.promised_on, one.promise_version, why(one.reason),
            one.granted_total, one.requeued_total,
        ),
    )  # fmt: skip
    tx.say(*(backordered_answer(one, line) for one, line in news))


@hears(LineRefused)
async def take_refusals(refusals: Sequence[LineRefused], tx: Transaction[Policy]) -> None:
    """Note units that will not come."""
    await fold(refusals, tx, lambda line, one: line.turned_down(one.quantity, why(one.reason)))


@hears(LinePromiseChanged)
async def take_promises(changes: Sequence[LinePromiseChanged], tx: Transaction[Policy]) -> None:
    """Note the latest date of each waiting line; tell the shop once it has the first one."""
    news = await fold(
        changes,
        tx,
        lambda line, one: line.promised(one.promised_on, one.promise_version, why(one.reason)),
    )
    tx.say(*(promise_answer(one) for one, _ in news))


async def fold(
    events: Sequence[E], tx: Transaction[Policy], step: Callable[[Line, E], Line]
) -> list[tuple[E, Line]]:
    """Take facts of lines in order; confirm the orders whose last line they answer.

    Returns what is news, with the line behind it: changes in orders that were confirmed before.
    """
    states = await orders.lock_orders(tx, {one.order_id for one in events})
    before = await lines.read_lines(tx, {one.line_id for one in events})
    now = dict(before)
    news: list[tuple[E, Line]] = []
    for one in events:
        line = now.get(one.line_id) or Line(one.line_id, one.order_id, one.sku)
        now[one.line_id] = step(line, one)
        if now[one.line_id] is not line and states[one.order_id] == "confirmed":
            news.append((one, now[one.line_id]))
    await lines.move_on(tx, now.values())
    answered = Counter(
        line.order_id
        for line_id, line in now.items()
        if line.answered and not before[line_id].answered  # only of an order that is known
    )
    if answered:
        await confirm(tx, await orders.count_answered(tx, answered))
    return news


def why(reason: Reason) -> reasons.Reason:
    """A reason that allocation gave."""
    return reasons.Reason(reason.code, reason.text, reason.parameters)


def allocated_answer(line: Line) -> AnswerAllocated:
    """For the shop: how many units are there now, and how many still wait."""
    return AnswerAllocated(
        order_id=line.order_id,
        line_id=line.line_id,
        sku=line.sku,
        allocated=line.allocated,
        waiting=line.waiting,
    )


def backordered_answer(event: LineBackordered, line: Line) -> AnswerBackordered:
    """For the shop: how many units wait again, and until when."""
    return AnswerBackordered(
        order_id=event.order_id,
        line_id=event.line_id,
        sku=event.sku,
        allocated=line.allocated,
        waiting=event.quantity,
        promised_on=event.promised_on,
        promise_version=event.promise_version,
        reason=event.reason,
    )


def promise_answer(event: LinePromiseChanged) -> AnswerPromiseChanged:
    """For the shop: the new date."""
    return AnswerPromiseChanged(
        order_id=event.order_id,
        line_id=event.line_id,
        sku=event.sku,
        waiting=event.waiting,
        promised_on=event.promised_on,
        promise_version=event.promise_version,
        reason=event.reason,
    )
