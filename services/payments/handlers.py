"""What payments does with each fact it hears."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.order_intake import OrderAccepted, OrderRefused
from schemas.shipping import ShipmentPacked, ShipmentPlanned
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.payments import store
from services.payments.domain.policy import Policy
from services.payments.steps import conclude


@hears(OrderAccepted)
async def verify_methods(orders: Sequence[OrderAccepted], tx: Transaction[Policy]) -> None:
    """Have each order's method verified; no money is held, since a backorder outlives that."""
    accounts = await store.lock_accounts(tx, (one.order_id for one in orders))
    for one in orders:
        method = one.payment_method
        accounts[one.order_id].accept(
            method.method_id, method.token, one.total_minor, one.envelope.occurred_at
        )
    await conclude(tx, accounts)


@hears(OrderRefused)
async def forget_methods(refusals: Sequence[OrderRefused], tx: Transaction[Policy]) -> None:
    """Verify no method of an order that was not taken."""
    accounts = await store.lock_accounts(tx, (one.order_id for one in refusals))
    for one in refusals:
        accounts[one.order_id].refuse()
    await conclude(tx, accounts)


@hears(ShipmentPlanned)
async def authorize_shipments(plans: Sequence[ShipmentPlanned], tx: Transaction[Policy]) -> None:
    """Have each parcel's amount reserved, as soon as its order's method is known to work."""
    accounts = await store.lock_accounts(tx, (one.order_id for one in plans))
    for one in plans:
        accounts[one.order_id].plan(
            one.shipment_id, one.version, one.amount_minor, one.currency, one.planned_at
        )
    await conclude(tx, accounts)


@hears(ShipmentPacked)
async def capture_shipments(packs: Sequence[ShipmentPacked], tx: Transaction[Policy]) -> None:
    """Have exactly what was packed taken, once, as soon as it is authorized."""
    accounts = await store.lock_accounts(tx, (one.order_id for one in packs))
    for one in packs:
        accounts[one.order_id].pack(one.shipment_id, one.version, one.amount_minor, one.packed_at)
    await conclude(tx, accounts)


HANDLERS = (verify_methods, forget_methods, authorize_shipments, capture_shipments)
