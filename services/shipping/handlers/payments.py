"""Money as far as parcels care: a verified method, an authorization, a capture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.payments import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentMethodRefused,
    PaymentMethodVerified,
)
from schemas.shipping import PackRequested, ParcelReleased, ShipmentReleased
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.shipping.domain import parcels as rules
from services.shipping.domain.parcels import Capture, Parcel
from services.shipping.domain.policy import Policy
from services.shipping.steps import go_on
from services.shipping.store import orders, parcels
from services.shipping.store.parcels import Authorization
from services.shipping.telling import dock_lines


@hears(PaymentMethodVerified)
async def take_verified_methods(
    verified: Sequence[PaymentMethodVerified], tx: Transaction[Policy]
) -> None:
    """Plan what was ready by all but its method."""
    locked = await orders.lock_orders(tx, [one.order_id for one in verified])
    await orders.note_verified(tx, [(one.order_id, one.method_id) for one in verified])
    await go_on(tx, locked)


@hears(PaymentMethodRefused)
async def drop_refused_methods(
    refused: Sequence[PaymentMethodRefused], tx: Transaction[Policy]
) -> None:
    """Plan nothing on a method that was refused; the units stay collected."""
    await orders.lock_orders(tx, [one.order_id for one in refused])
    await orders.note_refused_methods(tx, [(one.order_id, one.method_id) for one in refused])


@hears(PaymentAuthorized)
async def ask_to_pack_authorized(
    authorized: Sequence[PaymentAuthorized], tx: Transaction[Policy]
) -> None:
    """Ask the dock to pack a planned shipment whose amount is reserved."""
    found = await parcels.lock_parcels(tx, [one.shipment_id for one in authorized])
    reserved = {
        one.shipment_id: Authorization(one.shipment_id, one.authorized_at, one.valid_until)
        for one in authorized
        if known(found, one.shipment_id).state == "planned"
    }
    await parcels.record_authorized(tx, list(reserved.values()))
    tx.say(*(pack_request(found[shipment_id]) for shipment_id in reserved))


@hears(PaymentCaptured)
async def release_captured(captured: Sequence[PaymentCaptured], tx: Transaction[Policy]) -> None:
    """Let a packed parcel leave once exactly its content is paid."""
    found = await parcels.lock_parcels(tx, [one.shipment_id for one in captured])
    captures = {
        one.shipment_id: Capture(one.shipment_id, one.version, one.amount_minor, one.captured_at)
        for one in captured
    }
    await parcels.record_captures(tx, list(captures.values()))
    released = [
        shipment_id
        for shipment_id, capture in captures.items()
        if rules.may_leave(known(found, shipment_id), capture)
    ]
    await parcels.record_released(tx, released)
    for shipment_id in released:
        tx.say(*release(found[shipment_id], tx))


def known(found: Mapping[str, Parcel], shipment_id: str) -> Parcel:
    """The shipment that money was spoken of.

    Raises ``LookupError``: payments hears of shipments from here alone, so one that is not here
    means that this database is older than what was said from it.
    """
    if shipment_id not in found:
        raise LookupError(f"money for shipment {shipment_id}, which is not in this database")
    return found[shipment_id]


def pack_request(parcel: Parcel) -> PackRequested:
    """What the dock is to pack."""
    return PackRequested(
        order_id=parcel.order_id,
        shipment_id=parcel.shipment_id,
        warehouse=parcel.warehouse,
        version=parcel.version,
        lines=dock_lines(parcel.lines),
    )


def release(parcel: Parcel, tx: Transaction[Policy]) -> tuple[ShipmentReleased, ParcelReleased]:
    """The permission to leave, for our services and for the dock."""
    inside = ShipmentReleased(
        order_id=parcel.order_id,
        shipment_id=parcel.shipment_id,
        version=parcel.version,
        released_at=tx.now,
    )
    outside = ParcelReleased(
        order_id=parcel.order_id,
        shipment_id=parcel.shipment_id,
        warehouse=parcel.warehouse,
        version=parcel.version,
    )
    return inside, outside
