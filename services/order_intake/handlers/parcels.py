"""What left of an order, told to the shop behind the confirmation."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.shipping import ShipmentDispatched
from schemas.shop_answers import AnswerShipped, ShippedLine
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.order_intake.domain.policy import Policy
from services.order_intake.steps import tell
from services.order_intake.store import lines, orders


@hears(ShipmentDispatched)
async def take_dispatches(
    dispatched: Sequence[ShipmentDispatched], tx: Transaction[Policy]
) -> None:
    """Count the units that left; tell the shop."""
    states = await orders.lock_orders(tx, {one.order_id for one in dispatched})
    units = [
        (line.line_id, one.order_id, line.sku, line.quantity)
        for one in dispatched
        for line in one.lines
    ]
    await lines.dispatch(tx, units)
    await tell(tx, states, [shipped_answer(one) for one in dispatched])


def shipped_answer(event: ShipmentDispatched) -> AnswerShipped:
    """For the shop: a parcel left."""
    return AnswerShipped(
        order_id=event.order_id,
        shipment_id=event.shipment_id,
        dispatched_at=event.dispatched_at,
        carrier=event.carrier,
        tracking=event.tracking,
        complete=event.complete,
        lines=tuple(
            ShippedLine(line_id=line.line_id, sku=line.sku, quantity=line.quantity)
            for line in event.lines
        ),
    )
