"""Writing down what became due, and scheduling the mail that tells it."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.transaction import NewEffect, Transaction
from services.notifications import store
from services.notifications.domain.orders import MAIL, Due, Order, Policy


async def record_due(tx: Transaction[Policy], due: Due, before: Mapping[str, Order]) -> None:
    """Write orders and parcels that know of new messages, the messages, and their effects."""
    await store.record_orders(tx, due.orders, before)
    await store.record_parcels(tx, due.parcels)
    if due.messages:
        await store.add_messages(tx, due.messages)
    for message in due.messages:
        request = {"shipment_id": message.shipment_id} if message.shipment_id else {}
        tx.schedule(NewEffect(MAIL, message.message_id, message.order_id, message.due_at, request))
