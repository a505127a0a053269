"""Plans what is ready, lets the rest wait for its cut-off: where handlers and the timer meet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from schemas.shipping import ShipmentPlanned
from services.chassis.effects import NewEffect
from services.chassis.transaction import Transaction
from services.shipping.domain import planning
from services.shipping.domain.planning import Plan, Wait
from services.shipping.domain.policy import Policy
from services.shipping.store import collecting, orders
from services.shipping.telling import shipment_lines

CUT_OFF = "cut_off"
"""The kind of the effect that is due when a warehouse's cut-off comes."""
FIRST_VERSION = 1


async def go_on(tx: Transaction[Policy], order_ids: Sequence[str]) -> None:
    """Plan each open shipment of locked orders that is ready now; let the others wait."""
    found = await orders.load_orders(tx, order_ids)
    if chosen := planning.ready(found, tx.now):
        contents = await collecting.load_collected(tx, [one.shipment_id for _, one in chosen])
        await carry_out(tx, planning.plan(chosen, contents, tx.now, tx.policy.cut_offs))
    if waits := planning.waits(found, tx.now, tx.policy.cut_offs):
        await collecting.record_waits(tx, waits)
        tx.schedule(*map(timer, waits))


async def carry_out(tx: Transaction[Policy], plans: Sequence[Plan]) -> None:
    """Record shipments as planned and say so; the cut-offs they waited for are pointless now."""
    await collecting.record_plans(tx, plans)
    await collecting.record_planned_lines(tx, plans)
    await collecting.record_freight(tx, plans)
    tx.supersede(CUT_OFF, [key(plan) for plan in plans])
    tx.say(*told(tx, plans))


def timer(wait: Wait) -> NewEffect:
    """The effect that fires at the cut-off a shipment waits for."""
    return NewEffect(CUT_OFF, key(wait), subject=wait.order_id, due_at=wait.cut_off_at)


def key(one: Plan | Wait) -> str:
    """One timer for an order and a warehouse."""
    return f"{one.order_id}|{one.warehouse}"


def told(tx: Transaction[Policy], plans: Iterable[Plan]) -> Iterator[ShipmentPlanned]:
    """Planned shipments as events."""
    for plan in plans:
        yield ShipmentPlanned(
            order_id=plan.order_id,
            shipment_id=plan.shipment_id,
            warehouse=plan.warehouse,
            currency=plan.currency,
            amount_minor=plan.amount_minor,
            freight_minor=plan.freight_minor,
            version=FIRST_VERSION,
            planned_at=tx.now,
            lines=shipment_lines(plan.lines),
        )
