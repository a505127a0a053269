"""Takes orders, confirms them, cancels of them: where handlers and timers meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.order_intake import ContactErased, OrderEvent
from schemas.shops import OrderCancelRequested, OrderPlaced
from services.chassis import inbox
from services.chassis.effects import NewEffect
from services.chassis.transaction import Transaction
from services.order_intake import telling
from services.order_intake.domain import cancels as rules
from services.order_intake.domain import judging, reasons
from services.order_intake.domain.cancels import Cancel
from services.order_intake.domain.judging import Verdict
from services.order_intake.domain.lines import Line
from services.order_intake.domain.policy import Policy
from services.order_intake.store import answers, cancels, lines, orders, products

GRACE_OVER = "unknown_sku_grace"
"""The kind of the effect that is due when an order has waited long enough for its products."""
PRODUCT_CAME = "product_came"
"""The kind of the effect that judges a waiting order again at once."""
ORDER_AWAITED = "order_awaited"
"""The kind of the effect that is due when a cancel, or a method, waited long enough for its order."""
SUSPENDED = "suspended_for"
"""The kind of the effect that is due when an order was suspended for long enough."""


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
    taken = [one for one in decided if one.taken]
    await take(tx, taken)
    await cancel_kept(tx, [one.order.order_id for one in taken])
    await refuse_pending(tx, [one for one in decided if one.reasons])
    return order_ids


async def refuse_pending(tx: Transaction[Policy], refused: Sequence[Verdict]) -> None:
    """Tell the shop, and keep nothing: the same order or an altered one is judged anew."""
    if not refused:
        return
    order_ids = [one.order.order_id for one in refused]
    await orders.delete_pending(tx, order_ids)
    await lines.delete_lines_of(tx, order_ids)
    tx.say(*map(telling.not_taken, refused))
    tx.say(*(ContactErased(order_id=order_id) for order_id in order_ids))
    kept = await cancels.delete_kept(tx, order_ids)
    for one in kept:
        why = [reasons.order_not_taken(one.order_id)]
        tx.say(telling.request_refused(one.order_id, "cancel", one.cancel_id, why))
    of_orders = [f"{OrderPlaced.TYPE}|{one}" for one in order_ids]
    of_cancels = [f"{OrderCancelRequested.TYPE}|{one.order_id}|{one.cancel_id}" for one in kept]
    await inbox.forget(tx.connection, of_orders + of_cancels)


async def confirm(tx: Transaction[Policy], order_ids: Sequence[str]) -> None:
    """Tell how every line of these orders stands, or that they are refused; then what waited."""
    if not order_ids:
        return
    terms = await orders.read_orders(tx, order_ids)
    found = await lines.read_lines_of(tx, order_ids)
    refused = {one for one in order_ids if judging.is_refused(terms[one], found[one])}
    await orders.close_orders(
        tx, {one: "refused" if one in refused else "confirmed" for one in order_ids}
    )
    for order_id in order_ids:
        tell_end = telling.refused if order_id in refused else telling.confirmed
        tx.say(*tell_end(terms[order_id], found[order_id]))
    held = await answers.take_answers(tx, order_ids)
    tx.say(*(telling.held(kind, one) for kind, one in held if one["order_id"] not in refused))
    await cancel(tx, [rules.of_a_refused_order(one) for one in sorted(refused)], found)
    await settle(tx, order_ids)


async def cancel_kept(tx: Transaction[Policy], order_ids: Sequence[str]) -> None:
    """Ask for what was cancelled while these orders waited for products."""
    if kept := await cancels.read_kept(tx, order_ids):
        await cancel(tx, kept, await lines.read_lines_of(tx, order_ids))
        await settle(tx, order_ids)


async def cancel(
    tx: Transaction[Policy],
    wanted: Sequence[Cancel],
    found: Mapping[str, Sequence[Line]],
    refused_orders: frozenset[str] = frozenset(),
) -> None:
    """Ask for the units that cancels name; one of ours that finds none is none. Not settled yet."""
    if not wanted:
        return
    pending = await cancels.read_pending(tx, {one.order_id for one in wanted})
    asks = rules.asked(wanted, found, pending, refused_orders)
    asking = {(one.order_id, one.cancel_id) for one in asks}
    taken = [one for one in wanted if (one.order_id, one.cancel_id) in asking]
    if taken:
        await cancels.take_cancels(tx, taken, "asked")
        await cancels.ask(tx, asks)
    tx.say(*(telling.cancel_requested(one) for one in asks if one.open))


async def settle(tx: Transaction[Policy], order_ids: Sequence[str]) -> None:
    """Tell which cancels of these orders are answered for every unit, behind the confirmation."""
    settled = await cancels.settle(tx, order_ids)
    if not settled:
        return
    asks = await cancels.read_asks(tx, settled)
    ids = list({one.order_id for one in settled})
    terms, found = await orders.read_orders(tx, ids), await lines.read_lines_of(tx, ids)
    for one in settled:
        its_asks = asks[one.order_id, one.cancel_id]
        tx.say(*telling.settled(terms[one.order_id], one, its_asks, found[one.order_id]))


async def tell(
    tx: Transaction[Policy], states: Mapping[str, str], found: Sequence[OrderEvent]
) -> None:
    """Say answers of confirmed orders, keep those of orders that will be; a refused one has none."""
    tx.say(*(answer for answer in found if states[answer.order_id] == "confirmed"))
    held = [
        (answer.order_id, telling.kept_as(type(answer)), answer.model_dump(mode="json"))
        for answer in found
        if states[answer.order_id] not in ("confirmed", "refused")
    ]
    if held:
        await answers.hold_answers(tx, held)
