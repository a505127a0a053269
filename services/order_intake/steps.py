"""Takes orders and confirms them: where handlers and timers meet."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.shops import OrderPlaced
from services.chassis.effects import NewEffect
from services.chassis.transaction import Transaction
from services.order_intake import telling
from services.order_intake.domain.judging import Verdict
from services.order_intake.domain.policy import Policy
from services.order_intake.store import answers, lines, orders, products

GRACE_OVER = "unknown_sku_grace"
"""The kind of the effect that is due when an order has waited long enough for its products."""
PRODUCT_CAME = "product_came"
"""The kind of the effect that judges a waiting order again at once."""


async def take(tx: Transaction[Policy], verdicts: Sequence[Verdict]) -> None:
    """Record and tell orders that are taken, or wait for products."""
    if not verdicts:
        return
    early = await orders.take_orders(tx, verdicts)
    await lines.take_lines(
        tx,
        (
            (line, tx.now if one.taken and not line.refused else None)
            for one in verdicts
            for line in one.lines
        ),
    )
    await let_wait(tx, [one for one in verdicts if one.unknown_skus])
    tx.say(*(event for one in verdicts if one.taken for event in telling.accepted(one)))
    if early:
        await confirm(tx, await orders.count_anew(tx, early))


async def let_wait(tx: Transaction[Policy], waiting: Sequence[Verdict]) -> None:
    """Wait for products for as long as the policy grants."""
    if not waiting:
        return
    waits = [(sku, one.order.order_id) for one in waiting for sku in one.unknown_skus]
    await products.wait_for_products(tx, waits)
    grace_seconds = tx.policy.unknown_sku_grace_seconds
    for order_id in (one.order.order_id for one in waiting):
        tx.schedule(
            NewEffect(GRACE_OVER, order_id, order_id, due_at=tx.now, wait_seconds=grace_seconds)
        )


async def decide(tx: Transaction[Policy], verdicts: Sequence[Verdict]) -> list[str]:
    """Take or refuse orders that waited; those that are decided now."""
    decided = [one for one in verdicts if not one.unknown_skus]
    if not decided:
        return []
    order_ids = [one.order.order_id for one in decided]
    await products.wait_no_more(tx, order_ids)
    await take(tx, [one for one in decided if one.taken])
    await refuse_pending(tx, [one for one in decided if one.reasons])
    return order_ids


async def refuse_pending(tx: Transaction[Policy], refused: Sequence[Verdict]) -> None:
    """Tell the shop, and keep nothing: the same order or an altered one is judged anew."""
    if not refused:
        return
    order_ids = [one.order.order_id for one in refused]
    await orders.delete_pending(tx, order_ids)
    await lines.delete_lines_of(tx, order_ids)
    await orders.forget_identities(tx, [f"{OrderPlaced.TYPE}|{one}" for one in order_ids])
    tx.say(*map(telling.not_taken, refused))


async def confirm(tx: Transaction[Policy], order_ids: Sequence[str]) -> None:
    """Tell how every line of these orders stands, or that none can be served; then what waited."""
    if not order_ids:
        return
    terms = await orders.read_orders(tx, order_ids)
    found = await lines.read_lines_of(tx, order_ids)
    served = {
        order_id
        for order_id, its_lines in found.items()
        if any(line.refused < (line.ordered or 0) for line in its_lines)
    }
    await orders.close_orders(
        tx, {one: "confirmed" if one in served else "refused" for one in order_ids}
    )
    for order_id in order_ids:
        tell = telling.confirmed if order_id in served else telling.refused
        tx.say(*tell(terms[order_id], found[order_id]))
    held = await answers.take_answers(tx, order_ids)
    tx.say(*(telling.held(kind, one) for kind, one in held if one["order_id"] in served))
