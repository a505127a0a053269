"""Deliveries that should come, and those that will not, or not any more."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.suppliers import DeliveryAnnounced, DeliveryCancelled
from schemas.warehouses import DeliveryCompleted
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.stock_receipts import telling
from services.stock_receipts.domain.lines import DeliveryKey, Notice
from services.stock_receipts.domain.policy import Policy
from services.stock_receipts.steps import conclude, open_deliveries, wait_no_more
from services.stock_receipts.store.deliveries import add_notices
from services.stock_receipts.store.ends import Whole, hold_deliveries


@hears(DeliveryAnnounced)
async def expect_deliveries(notices: Sequence[DeliveryAnnounced], tx: Transaction[Policy]) -> None:
    """Expect what suppliers announce, or moved; what was scanned or ended before counts."""
    ends = await hold_deliveries(tx, [whole_of(one) for one in notices])
    deliveries = await open_deliveries(tx, (delivery_of(one) for one in notices))
    for one in notices:
        delivery = deliveries[delivery_of(one)].announced(one.supplier, notice_of(one))
        for known in ends[whole_of(one)]:
            delivery = delivery.ended(one.supplier, known)
        deliveries[delivery_of(one)] = delivery
    await add_notices(tx, notices)
    await conclude(tx, deliveries)
    tx.say(*telling.expected(deliveries))


@hears(DeliveryCompleted)
async def complete_deliveries(
    completed: Sequence[DeliveryCompleted], tx: Transaction[Policy]
) -> None:
    """Wait no more for what completed deliveries still owe."""
    await wait_no_more(tx, "completed", {whole_of(one): one.completed_at for one in completed})


@hears(DeliveryCancelled)
async def cancel_deliveries(
    cancelled: Sequence[DeliveryCancelled], tx: Transaction[Policy]
) -> None:
    """Wait no more for what suppliers will not send."""
    await wait_no_more(tx, "cancelled", {whole_of(one): one.cancelled_at for one in cancelled})


def whole_of(event: DeliveryAnnounced | DeliveryCompleted | DeliveryCancelled) -> Whole:
    """The supplier's delivery that a fact names, with all of its SKUs."""
    return Whole(event.warehouse, event.supplier, event.delivery)


def delivery_of(event: DeliveryAnnounced) -> DeliveryKey:
    """The delivery that a notice names."""
    return DeliveryKey(event.sku, event.warehouse, event.delivery)


def notice_of(event: DeliveryAnnounced) -> Notice:
    """What a supplier says of its delivery line."""
    return Notice(event.quantity, event.expected_on, event.stage, event.announced_at)
