"""Orders that waited for a product: judged again when it came, or when the grace is over."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.effects import Due, Timer
from services.chassis.transaction import Transaction
from services.order_intake.domain.judging import judge_again
from services.order_intake.domain.policy import Policy
from services.order_intake.steps import GRACE_OVER, PRODUCT_CAME, decide
from services.order_intake.store import lines, orders, products

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


EFFECTS = (
    Timer(kind=PRODUCT_CAME, fire=judge_with_product, batch=ORDERS_AT_ONCE),
    Timer(kind=GRACE_OVER, fire=judge_without_product, batch=ORDERS_AT_ONCE),
)
