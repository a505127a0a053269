"""Money as far as parcels care: a method, an authorization, a capture, a deadline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from schemas.payments import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDeadlinePassed,
    PaymentMethodRefused,
    PaymentMethodVerified,
    PaymentResolved,
)
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.shipping.domain.dispatching import Capture
from services.shipping.domain.parcels import Parcel
from services.shipping.domain.policy import Policy
from services.shipping.steps import go_on, release_paid, resume
from services.shipping.store import orders, parcels, suspensions
from services.shipping.store.parcels import Authorization
from services.shipping.telling import pack_request


@hears(PaymentMethodVerified)
async def take_verified_methods(
    verified: Sequence[PaymentMethodVerified], tx: Transaction[Policy]
) -> None:
    """Plan what was ready by all but its method; a payment trouble is over with it."""
    locked = await orders.lock_orders(tx, [one.order_id for one in verified])
    await orders.note_verified(tx, [(one.order_id, one.method_id) for one in verified])
    await resume(tx, [(one.order_id, one.episode) for one in verified if one.episode])
    await go_on(tx, locked)


@hears(PaymentMethodRefused)
async def drop_refused_methods(
    refused: Sequence[PaymentMethodRefused], tx: Transaction[Policy]
) -> None:
    """Plan nothing on a method that was refused; the units stay collected."""
    await orders.lock_orders(tx, [one.order_id for one in refused])
    await orders.note_refused_methods(tx, [(one.order_id, one.method_id) for one in refused])


@hears(PaymentDeadlinePassed)
async def give_back_unpaid(
    passed: Sequence[PaymentDeadlinePassed], tx: Transaction[Policy]
) -> None:
    """Give back what nobody paid in time, and let the order's lines be passed over."""
    locked = await orders.lock_orders(tx, [one.order_id for one in passed])
    await suspensions.note_deadlines(tx, [(one.order_id, one.episode) for one in passed])
    await go_on(tx, locked, {name for one in passed for name in one.shipment_ids})


@hears(PaymentResolved)
async def resume_resolved(resolved: Sequence[PaymentResolved], tx: Transaction[Policy]) -> None:
    """A payment trouble is over: the order's lines are served again."""
    locked = await orders.lock_orders(tx, [one.order_id for one in resolved])
    await resume(tx, [(one.order_id, one.episode) for one in resolved])
    await go_on(tx, locked)


@hears(PaymentAuthorized)
async def ask_to_pack_authorized(
    authorized: Sequence[PaymentAuthorized], tx: Transaction[Policy]
) -> None:
    """Ask the dock to pack a planned shipment whose amount is reserved."""
    found = await parcels.lock_parcels(tx, [one.shipment_id for one in authorized])
    reserved = {
        one.shipment_id: Authorization(one.shipment_id, one.authorized_at, one.valid_until)
        for one in authorized
    }
    await parcels.record_authorized(tx, list(reserved.values()))
    asked = [known(found, shipment_id) for shipment_id in reserved]
    tx.say(*(pack_request(parcel) for parcel in asked if parcel.state == "planned"))


@hears(PaymentCaptured)
async def release_captured(captured: Sequence[PaymentCaptured], tx: Transaction[Policy]) -> None:
    """Let a packed parcel leave once its content is paid."""
    found = await parcels.lock_parcels(tx, [one.shipment_id for one in captured])
    captures = {
        one.shipment_id: Capture(one.shipment_id, one.version, one.amount_minor, one.captured_at)
        for one in captured
    }
    await parcels.record_captures(tx, list(captures.values()))
    await release_paid(
        tx,
        [
            replace(known(found, shipment_id), captured_minor=capture.amount_minor)
            for shipment_id, capture in captures.items()
        ],
    )


def known(found: Mapping[str, Parcel], shipment_id: str) -> Parcel:
    """The shipment that money was spoken of.

    Raises ``LookupError``: payments hears of shipments from here alone, so one that is not here
    means that this database is older than what was said from it.
    """
    if shipment_id not in found:
        raise LookupError(f"money for shipment {shipment_id}, which is not in this database")
    return found[shipment_id]
