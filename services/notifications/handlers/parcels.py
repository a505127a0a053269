"""Parcels: two topics tell of each, and it has two messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from schemas.payments import PaymentAuthorized, PaymentCaptured
from schemas.shipping import ShipmentDispatched, ShipmentLine, ShipmentPlanned
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.notifications import store
from services.notifications.domain.orders import (
    Order,
    Parcel,
    ParcelLine,
    Policy,
    told_of_parcels,
)
from services.notifications.handlers.due import record_due


@hears(ShipmentPlanned)
async def take_plans(planned: Sequence[ShipmentPlanned], tx: Transaction[Policy]) -> None:
    """Keep what is in a parcel, and tell it if its authorization was here first."""
    orders = await store.lock_orders(tx, {event.order_id for event in planned})
    parcels = await _parcels(tx, planned)
    for event in planned:
        parcel = parcels[event.shipment_id]
        parcels[event.shipment_id] = replace(
            parcel.costing(event.amount_minor, "planned"),
            lines=parcel.lines if parcel.dispatched_at else contents(event.lines),
            currency=event.currency,
            freight_minor=event.freight_minor,
        )
    await _tell_of_parcels(tx, orders, parcels)


@hears(PaymentAuthorized)
async def tell_about_to_ship(
    authorized: Sequence[PaymentAuthorized], tx: Transaction[Policy]
) -> None:
    """Tell that a parcel is about to ship and to be charged, once its content is known too."""
    orders = await store.lock_orders(tx, {event.order_id for event in authorized})
    parcels = await _parcels(tx, authorized)
    for event in authorized:
        parcels[event.shipment_id] = replace(
            parcels[event.shipment_id].costing(event.amount_minor, "authorized"),
            currency=event.currency,
            authorized_at=event.authorized_at,
        )
    await _tell_of_parcels(tx, orders, parcels)


@hears(PaymentCaptured)
async def take_captures(captured: Sequence[PaymentCaptured], tx: Transaction[Policy]) -> None:
    """Keep what was really charged, for the message that the parcel has left."""
    await store.lock_orders(tx, {event.order_id for event in captured})
    parcels = await _parcels(tx, captured)
    for event in captured:
        parcel = parcels[event.shipment_id].costing(event.amount_minor, "captured")
        parcels[event.shipment_id] = replace(parcel, currency=event.currency)
    await store.record_parcels(tx, list(parcels.values()))


@hears(ShipmentDispatched)
async def tell_dispatches(
    dispatched: Sequence[ShipmentDispatched], tx: Transaction[Policy]
) -> None:
    """Tell that a parcel has left, and what is still to come and when."""
    orders = await store.lock_orders(tx, {event.order_id for event in dispatched})
    parcels = await _parcels(tx, dispatched)
    for event in dispatched:
        parcels[event.shipment_id] = replace(
            parcels[event.shipment_id],
            lines=contents(event.lines),
            dispatched_at=event.dispatched_at,
            carrier=event.carrier,
            tracking=event.tracking,
            complete=event.complete,
        )
    await _tell_of_parcels(tx, orders, parcels)


async def _tell_of_parcels(
    tx: Transaction[Policy], orders: Mapping[str, Order], parcels: Mapping[str, Parcel]
) -> None:
    """Write parcels, with their messages where those became due."""
    await record_due(tx, told_of_parcels(orders.values(), parcels.values(), tx.now), orders)


async def _parcels(
    tx: Transaction[Policy],
    events: Iterable[ShipmentPlanned | ShipmentDispatched | PaymentAuthorized | PaymentCaptured],
) -> dict[str, Parcel]:
    """The parcels that events are about; one never heard of begins empty."""
    ids = {event.shipment_id: event.order_id for event in events}
    known = await store.parcels(tx, ids)
    return {key: known.get(key) or Parcel(key, order_id) for key, order_id in ids.items()}


def contents(lines: Iterable[ShipmentLine]) -> tuple[ParcelLine, ...]:
    """What is in a parcel, in the domain's words."""
    return tuple(
        ParcelLine(line.line_id, line.title, line.quantity, line.amount_minor) for line in lines
    )
