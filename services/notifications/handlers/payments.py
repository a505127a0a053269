"""Payments: what is charged and refunded, and when the customer is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from schemas.payments import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDeadlinePassed,
    PaymentMethodVerified,
    PaymentNeedsCustomer,
    PaymentRefunded,
    PaymentResolved,
)
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.notifications import store
from services.notifications.domain.orders import Policy, Trouble
from services.notifications.domain.parcels import Parcel
from services.notifications.handlers.due import (
    gather_refunds,
    look_again,
    tell,
    tell_of_parcels,
)
from services.notifications.handlers.parcels import parcels_of


@hears(PaymentAuthorized)
async def tell_about_to_ship(
    authorized: Sequence[PaymentAuthorized], tx: Transaction[Policy]
) -> None:
    """Tell that a parcel is about to ship and to be charged, once its content is known too."""
    orders = await store.lock_orders(tx, {event.order_id for event in authorized})
    parcels = await parcels_of(tx, authorized)
    for event in authorized:
        parcel = parcels[event.shipment_id]
        parcels[event.shipment_id] = replace(
            parcel,
            currency=parcel.currency or event.currency,
            authorized_at=event.authorized_at,
        )
    await tell_of_parcels(tx, orders, parcels)


@hears(PaymentCaptured)
async def take_captures(captured: Sequence[PaymentCaptured], tx: Transaction[Policy]) -> None:
    """Keep what was really charged, for the message that the parcel has left."""
    await store.lock_orders(tx, {event.order_id for event in captured})
    parcels = await parcels_of(tx, captured)
    for event in captured:
        parcel = parcels[event.shipment_id]
        parcels[event.shipment_id] = replace(
            parcel,
            currency=parcel.currency or event.currency,
            captured_minor=max(event.amount_minor, parcel.captured_minor or 0),
        )
    await store.record_parcels(tx, list(parcels.values()))


@hears(PaymentRefunded)
async def gather_money_back(refunded: Sequence[PaymentRefunded], tx: Transaction[Policy]) -> None:
    """Keep what went back; it gathers in one message per order."""
    orders = await store.lock_orders(tx, {event.order_id for event in refunded})
    parcels = await parcels_of(tx, refunded)
    for event in refunded:
        parcel = parcels[event.shipment_id]
        parcels[event.shipment_id] = replace(
            parcel,
            currency=parcel.currency or event.currency,
            refunded_minor=max(event.refunded_total_minor, parcel.refunded_minor),
        )
    await store.record_parcels(tx, list(parcels.values()))
    await gather_refunds(tx, orders.values(), parcels.values())


@hears(PaymentNeedsCustomer)
async def tell_payment_needed(
    needed: Sequence[PaymentNeedsCustomer], tx: Transaction[Policy]
) -> None:
    """Tell the customer at once what to do and until when; no parcel in trouble is about to ship."""
    orders = await store.lock_orders(tx, {event.order_id for event in needed})
    await _take_authorization(tx, needed)
    changed = dict(orders)
    for event in needed:
        trouble = Trouble(event.episode, event.cause, event.deadline, event.shipment_id)
        changed[event.order_id] = changed[event.order_id].troubled(trouble)
    await tell(tx, changed.values(), before=orders)


async def _take_authorization(
    tx: Transaction[Policy], needed: Sequence[PaymentNeedsCustomer]
) -> None:
    """Keep that parcels are not authorized any more."""
    ids = {event.shipment_id: event.order_id for event in needed if event.shipment_id}
    known: Mapping[str, Parcel] = await store.parcels(tx, ids) if ids else {}
    found = [known.get(key) or Parcel(key, order_id) for key, order_id in ids.items()]
    await store.record_parcels(tx, [replace(parcel, authorized_at=None) for parcel in found])


@hears(PaymentMethodVerified)
async def end_troubles(verified: Sequence[PaymentMethodVerified], tx: Transaction[Policy]) -> None:
    """Keep that a new method ended payment trouble: what would ask for one is not sent any more."""
    await _mend(tx, {event.order_id: event.episode for event in verified if event.episode})


@hears(PaymentResolved)
async def end_troubles_by_themselves(
    resolved: Sequence[PaymentResolved], tx: Transaction[Policy]
) -> None:
    """Keep that payment trouble ended with the method that the customer gave at first."""
    await _mend(tx, {event.order_id: event.episode for event in resolved})


async def _mend(tx: Transaction[Policy], episodes: Mapping[str, int]) -> None:
    orders = await store.lock_orders(tx, episodes) if episodes else {}
    changed = [
        replace(order, mended=max(order.mended, episodes[order_id]))
        for order_id, order in orders.items()
    ]
    await store.record_orders(tx, changed, orders)


@hears(PaymentDeadlinePassed)
async def take_deadlines(passed: Sequence[PaymentDeadlinePassed], tx: Transaction[Policy]) -> None:
    """Keep that nobody mended payment trouble in time: its units are about to wait again."""
    episodes = {event.order_id: event.episode for event in passed}
    orders = await store.lock_orders(tx, episodes)
    changed = {
        order_id: replace(order, overdue=max(order.overdue, episodes[order_id]))
        for order_id, order in orders.items()
    }
    await store.record_orders(tx, changed.values(), orders)
    await look_again(tx, changed)
