"""What waited long enough: orders for products, requests for orders, the suspended for a method."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.effects import Due, Timer
from services.chassis.premises import refuse_awaited
from services.chassis.transaction import Refusal, Transaction
from services.order_intake import telling
from services.order_intake.domain import reasons
from services.order_intake.domain.cancels import after_a_suspension
from services.order_intake.domain.judging import judge_again
from services.order_intake.domain.policy import Policy
from services.order_intake.steps import (
    GRACE_OVER,
    ORDER_AWAITED,
    PRODUCT_CAME,
    SUSPENDED,
    cancel,
    decide,
    settle,
)
from services.order_intake.store import lines, orders, products, troubles

ORDERS_AT_ONCE = 50
"""Orders judged again in one transaction: bounds its memory, an order has up to 2,000 lines."""


async def judge_with_product(due: Sequence[Due], tx: Transaction[Policy]) -> None:
    """A product came: take or refuse at once what waited for nothing else."""
    decided = await judge_waiting(due, tx, grace_is_over=False)
    tx.supersede(GRACE_OVER, decided)


async def judge_without_product(due: Sequence[Due], tx: Transaction[Policy]) -> None:
    """The grace is over: go on without the lines whose product did not come."""
    decided = await judge_waiting(due, tx, grace_is_over=True)
    tx.supersede(PRODUCT_CAME, decided)


async def judge_waiting(
    due: Sequence[Due], tx: Transaction[Policy], *, grace_is_over: bool
) -> list[str]:
    """Judge orders that still wait by the products known now; those that are decided."""
    waiting = await orders.lock_pending_orders(tx, [one.subject for one in due])
    found = await lines.read_lines_of(tx, list(waiting))
    skus = {line.sku for its_lines in found.values() for line in its_lines}
    known = await products.read_products(tx, skus)
    return await decide(
        tx,
        [
            judge_again(
                order,
                [line.as_ordered for line in found[order_id]],
                known,
                grace_is_over=grace_is_over,
            )
            for order_id, order in waiting.items()
        ],
    )


async def refuse_requests(due: Sequence[Due], tx: Transaction[Policy]) -> None:
    """The order of a cancel, or of a payment method, never came: refuse it, and tell the shop."""
    why = {one.key: reasons.no_such_order(one.subject, tx.policy.premise_wait) for one in due}
    refused = await refuse_awaited(
        tx, {key: Refusal(reason.code, reason.text) for key, reason in why.items()}
    )
    for one in due:
        if one.key in refused:
            request, request_id = one.request["request"], one.request["request_id"]
            tx.say(telling.request_refused(one.subject, request, request_id, [why[one.key]]))


async def cancel_suspended(due: Sequence[Due], tx: Transaction[Policy]) -> None:
    """No method was given for long enough: cancel what waits for it."""
    states = await orders.lock_known_orders(tx, {one.subject for one in due})
    standing = await troubles.read_troubles(tx, states)
    found = await lines.read_lines_of(tx, list(states))
    cancels = [
        after_a_suspension(one.subject, one.request["episode"], found[one.subject])
        for one in due
        if one.subject in states and one.request["episode"] > standing[one.subject].over
    ]
    await cancel(tx, [one for one in cancels if one], found)
    await settle(tx, sorted(states))


EFFECTS = (
    Timer(kind=PRODUCT_CAME, fire=judge_with_product, batch=ORDERS_AT_ONCE),
    Timer(kind=GRACE_OVER, fire=judge_without_product, batch=ORDERS_AT_ONCE),
    Timer(kind=ORDER_AWAITED, fire=refuse_requests),
    Timer(kind=SUSPENDED, fire=cancel_suspended, batch=ORDERS_AT_ONCE),
)
