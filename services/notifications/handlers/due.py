"""Writing down what became due, and scheduling the mail that tells it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from services.chassis.transaction import NewEffect, Transaction
from services.notifications import store
from services.notifications.domain.messages import Due, GatheredKind, due_of, gathered, joined
from services.notifications.domain.orders import Order, Policy
from services.notifications.domain.parcels import Parcel


async def tell(
    tx: Transaction[Policy],
    changed: Iterable[Order],
    before: Mapping[str, Order],
    with_cancels: Collection[str] = (),
) -> None:
    """Write orders, with what is due of them at once; of one that opens, also what waited for it."""
    found = list(changed)
    opening = [order.order_id for order in found if order.may_open]
    parcels = store.by_order(await store.parcels_of(tx, opening) if opening else ())
    looked_at = [*opening, *with_cancels]
    cancels = store.by_order(await store.cancels_of(tx, looked_at) if looked_at else ())
    due = joined(
        due_of(order, parcels[order.order_id], cancels[order.order_id], tx.now) for order in found
    )
    await record_due(tx, due, before)
    await gather_refunds(tx, due.orders, due.parcels)


async def tell_of_parcels(
    tx: Transaction[Policy], orders: Mapping[str, Order], parcels: Mapping[str, Parcel]
) -> dict[str, Order]:
    """Write parcels, with what is due of them; where one was held back, all of its order's."""
    again = [order_id for order_id, order in orders.items() if order.held_back]
    kept = await store.parcels_of(tx, again) if again else ()
    looked_at = store.by_order(({one.shipment_id: one for one in kept} | dict(parcels)).values())
    due = joined(
        due_of(replace(order, held_back=False), looked_at[order_id], (), tx.now)
        for order_id, order in orders.items()
    )
    await record_due(tx, due, orders)
    return {order.order_id: order for order in due.orders}


async def look_again(tx: Transaction[Policy], orders: Mapping[str, Order]) -> dict[str, Order]:
    """Tell of parcels that were held back, where newer facts allow it now."""
    held = {order_id: order for order_id, order in orders.items() if order.held_back}
    return {**orders, **(await tell_of_parcels(tx, held, {}) if held else {})}


async def gather_refunds(
    tx: Transaction[Policy], orders: Iterable[Order], parcels: Iterable[Parcel]
) -> None:
    """Gather the refunds that nobody was told of."""
    untold = {parcel.order_id for parcel in parcels if parcel.untold_refund_minor}
    if untold:
        known = {order.order_id: order for order in orders}
        await gather(tx, known, "refunded", untold)


async def gather(
    tx: Transaction[Policy], orders: Mapping[str, Order], kind: GatheredKind, news: set[str]
) -> dict[str, Order]:
    """Gather news of orders in one message each; the orders as they are then."""
    hearing = [orders[order_id] for order_id in sorted(news) if orders[order_id].hears_news]
    if not hearing:
        return dict(orders)
    gathering = await store.gathering(tx, [order.order_id for order in hearing], kind)
    due = gathered(hearing, kind, gathering, tx.now, tx.policy)
    await record_due(tx, due, orders)
    return {**orders, **{order.order_id: order for order in due.orders}}


async def record_due(tx: Transaction[Policy], due: Due, before: Mapping[str, Order]) -> None:
    """Write all that knows of new messages, the messages, and their effects."""
    await store.record_orders(tx, due.orders, before)
    await store.record_parcels(tx, due.parcels)
    await store.record_cancels(tx, due.cancels)
    if due.messages:
        await store.add_messages(tx, due.messages)
    for message in due.messages:
        request = {"shipment_id": message.shipment_id} if message.shipment_id else {}
        tx.schedule(
            NewEffect(message.effect, message.message_id, message.order_id, message.due_at, request)
        )
