"""What becomes of an order's parcels and money, told to the shop behind the confirmation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.payments import PaymentNeedsCustomer
from schemas.shipping import ShipmentDispatched
from schemas.shop_answers import AnswerPaymentNeeded, AnswerShipped, ShippedLine
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.order_intake.domain.policy import Policy
from services.order_intake.store import answers, lines, orders


@hears(PaymentNeedsCustomer)
async def pass_on_payment_trouble(
    troubles: Sequence[PaymentNeedsCustomer], tx: Transaction[Policy]
) -> None:
    """Tell the shop that its customer must act."""
    states = await orders.lock_orders(tx, {one.order_id for one in troubles})
    await tell(tx, states, [("payment_needed", payment_answer(one)) for one in troubles])


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
    await tell(tx, states, [("shipped", shipped_answer(one)) for one in dispatched])


async def tell(
    tx: Transaction[Policy],
    states: Mapping[str, str],
    found: Sequence[tuple[str, AnswerPaymentNeeded | AnswerShipped]],
) -> None:
    """Say answers of confirmed orders, keep those of orders that will be; a refused one has none."""
    tx.say(*(answer for _, answer in found if states[answer.order_id] == "confirmed"))
    held = [
        (answer.order_id, kind, answer.model_dump(mode="json"))
        for kind, answer in found
        if states[answer.order_id] not in ("confirmed", "refused")
    ]
    if held:
        await answers.hold_answers(tx, held)


def payment_answer(event: PaymentNeedsCustomer) -> AnswerPaymentNeeded:
    """For the shop: the customer must give another payment method."""
    return AnswerPaymentNeeded(
        order_id=event.order_id,
        shipment_id=event.shipment_id,
        cause=event.cause,
        deadline=event.deadline,
    )


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
