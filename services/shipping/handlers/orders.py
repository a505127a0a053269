"""Orders and their granted units: collected until a parcel can be planned."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.allocation import LineAllocated, LineRefused
from schemas.order_intake import OrderAccepted, OrderConfirmed, OrderRefused
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.shipping.domain.policy import Policy
from services.shipping.steps import go_on
from services.shipping.store import collecting, orders
from services.shipping.store.collecting import Grant
from services.shipping.store.orders import OrderedLine, Terms


@hears(OrderAccepted)
async def take_orders(accepted: Sequence[OrderAccepted], tx: Transaction[Policy]) -> None:
    """Keep what an order was accepted with; its units may be here already."""
    locked = await orders.lock_orders(tx, [order.order_id for order in accepted])
    await orders.note_terms(tx, [terms_of(order) for order in accepted])
    await orders.note_ordered(tx, [line for order in accepted for line in lines_of(order)])
    await go_on(tx, locked)


@hears(LineAllocated)
async def collect_granted_units(grants: Sequence[LineAllocated], tx: Transaction[Policy]) -> None:
    """Put granted units into the open shipment of their order and warehouse."""
    locked = await orders.lock_orders(tx, [grant.order_id for grant in grants])
    granted = [grant_of(grant) for grant in grants]
    await collecting.add_to_lines(tx, granted)
    await collecting.open_shipments(tx, granted)
    await collecting.add_to_shipments(tx, granted)
    await go_on(tx, locked)


@hears(LineRefused)
async def count_refused_units(refusals: Sequence[LineRefused], tx: Transaction[Policy]) -> None:
    """Wait no longer for units that will not come."""
    locked = await orders.lock_orders(tx, [refusal.order_id for refusal in refusals])
    await orders.note_refused_units(
        tx, [(one.line_id, one.order_id, one.sku, one.quantity) for one in refusals]
    )
    await go_on(tx, locked)


@hears(OrderConfirmed)
async def confirm_orders(confirmed: Sequence[OrderConfirmed], tx: Transaction[Policy]) -> None:
    """Every line is answered: parcels may be planned from now on."""
    locked = await orders.lock_orders(tx, [order.order_id for order in confirmed])
    await orders.note_confirmed(tx, locked)
    await go_on(tx, locked)


@hears(OrderRefused)
async def stop_refused_orders(refused: Sequence[OrderRefused], tx: Transaction[Policy]) -> None:
    """Plan nothing for an order that was refused after it was accepted."""
    await orders.note_refused(tx, [order.order_id for order in refused])


def terms_of(order: OrderAccepted) -> Terms:
    """What an order fixes for all its parcels."""
    return Terms(
        order.order_id, order.currency, order.freight_minor, order.ship_preference == "complete"
    )


def lines_of(order: OrderAccepted) -> list[OrderedLine]:
    """An order's lines as shipping keeps them."""
    return [
        OrderedLine(
            line.line_id,
            order.order_id,
            line.sku,
            line.title,
            line.quantity,
            line.line_total_minor,
        )
        for line in order.lines
    ]


def grant_of(event: LineAllocated) -> Grant:
    """Units granted, as shipping keeps them."""
    return Grant(event.order_id, event.line_id, event.sku, event.warehouse, event.quantity)
