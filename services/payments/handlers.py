"""What payments does with each fact it hears."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.order_intake import MethodPassedOn, OrderAccepted, OrderCancelSettled, OrderRefused
from schemas.shipping import ShipmentChanged, ShipmentPacked, ShipmentPlanned, ShipmentWithdrawn
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.payments import store
from services.payments.domain import facts
from services.payments.domain.policy import Policy
from services.payments.domain.state import Target
from services.payments.steps import conclude


@hears(OrderAccepted)
async def verify_methods(orders: Sequence[OrderAccepted], tx: Transaction[Policy]) -> None:
    """Have each order's method verified; no money is held, since a backorder outlives that."""
    accounts = await store.lock_accounts(tx, (one.order_id for one in orders))
    for one in orders:
        method, given_at = one.payment_method, one.envelope.occurred_at
        account = accounts[one.order_id]
        facts.accept(account, method.method_id, method.token, one.total_minor, given_at)
    await conclude(tx, accounts)


@hears(MethodPassedOn)
async def verify_new_methods(given: Sequence[MethodPassedOn], tx: Transaction[Policy]) -> None:
    """Have a further method verified; what was declined is tried again with it."""
    accounts = await store.lock_accounts(tx, (one.order_id for one in given))
    for one in given:
        method = one.payment_method
        facts.give(accounts[one.order_id], method.method_id, method.token, one.given_at)
    await conclude(tx, accounts)


@hears(ShipmentPlanned)
async def authorize_shipments(plans: Sequence[ShipmentPlanned], tx: Transaction[Policy]) -> None:
    """Have each parcel's amount reserved, as soon as its order's method is known to work."""
    accounts = await store.lock_accounts(tx, (one.order_id for one in plans))
    for one in plans:
        told = Target(one.shipment_id, one.version, one.amount_minor, one.currency, one.planned_at)
        facts.cost(accounts[one.order_id], told)
    await conclude(tx, accounts)


@hears(ShipmentChanged)
async def lower_amounts(changes: Sequence[ShipmentChanged], tx: Transaction[Policy]) -> None:
    """Take less than was planned, or refund what was taken for units that left the parcel."""
    accounts = await store.lock_accounts(tx, (one.order_id for one in changes))
    for one in changes:
        told = Target(one.shipment_id, one.version, one.amount_minor, one.currency, one.changed_at)
        facts.cost(accounts[one.order_id], told)
    await conclude(tx, accounts)


@hears(ShipmentPacked)
async def capture_shipments(packs: Sequence[ShipmentPacked], tx: Transaction[Policy]) -> None:
    """Have exactly what was packed taken, once, as soon as it is authorized."""
    accounts = await store.lock_accounts(tx, (one.order_id for one in packs))
    for one in packs:
        account = accounts[one.order_id]
        facts.pack(account, one.shipment_id, one.version, one.amount_minor, one.packed_at)
    await conclude(tx, accounts)


@hears(ShipmentWithdrawn)
async def give_up_shipments(
    withdrawn: Sequence[ShipmentWithdrawn], tx: Transaction[Policy]
) -> None:
    """Set free what is reserved for a parcel that will not leave, or refund what was taken."""
    accounts = await store.lock_accounts(tx, (one.order_id for one in withdrawn))
    for one in withdrawn:
        told = Target(
            one.shipment_id, one.version, one.amount_minor, one.currency, one.withdrawn_at,
            is_withdrawn=True,
        )  # fmt: skip
        facts.cost(accounts[one.order_id], told)
    await conclude(tx, accounts)


@hears(OrderCancelSettled)
async def close_cancelled(settled: Sequence[OrderCancelSettled], tx: Transaction[Policy]) -> None:
    """Ask nobody for a method for an order of which nothing is to come, or ever left."""
    whole = [one for one in settled if one.whole]
    accounts = await store.lock_accounts(tx, (one.order_id for one in whole))
    for one in whole:
        facts.close(accounts[one.order_id])
    await conclude(tx, accounts)


@hears(OrderRefused)
async def forget_methods(refusals: Sequence[OrderRefused], tx: Transaction[Policy]) -> None:
    """Verify no method of an order that was not taken."""
    accounts = await store.lock_accounts(tx, (one.order_id for one in refusals))
    for one in refusals:
        facts.close(accounts[one.order_id])
    await conclude(tx, accounts)


HANDLERS = (
    verify_methods,
    verify_new_methods,
    authorize_shipments,
    lower_amounts,
    capture_shipments,
    give_up_shipments,
    close_cancelled,
    forget_methods,
)
