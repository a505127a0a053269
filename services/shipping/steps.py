"""Where handlers and the timer meet: orders go on, units leave, parcels are let go."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from schemas.shipping import LineResumed, LineSuspended
from services.chassis.effects import NewEffect
from services.chassis.transaction import Transaction
from services.shipping import telling
from services.shipping.domain import parcels as rules
from services.shipping.domain import planning
from services.shipping.domain.dispatching import may_leave
from services.shipping.domain.parcels import Cause, Change, Parcel
from services.shipping.domain.planning import Order, Plan, Wait
from services.shipping.domain.policy import Policy
from services.shipping.domain.withdrawing import unpaid
from services.shipping.store import changes, collecting, freight, orders, parcels, suspensions

CUT_OFF = "cut_off"
"""The kind of the effect that is due when a warehouse's cut-off comes."""


async def go_on(
    tx: Transaction[Policy], order_ids: Sequence[str], unpaid_shipments: Container[str] = ()
) -> None:
    """Plan each open shipment of locked orders that is ready now; let the others wait.

    What a suspended order has collected, or was planned for it, goes back; so do its shipments
    whose money could not be had.
    """
    found = await orders.load_orders(tx, order_ids)
    if stopped := [order.order_id for order in found if order.suspended]:
        await turn_back(tx, stopped, unpaid_shipments)
    if kept := [order.order_id for order in found if order.freight_kept]:
        given_up = await freight.give_up_freight(tx, kept, anew=True)
        tx.say(*(telling.freight_given_up(one, tx.now) for one in given_up))
    await plan_or_wait(tx, [order for order in found if not order.suspended])


async def plan_or_wait(tx: Transaction[Policy], found: Sequence[Order]) -> None:
    """Plan what is ready; let the rest wait for its cut-off."""
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
    await freight.record_freight(tx, plans)
    tx.supersede(CUT_OFF, map(key, plans))
    tx.say(*(telling.shipment_planned(plan, tx.now) for plan in plans))


async def turn_back(
    tx: Transaction[Policy], order_ids: Sequence[str], named: Container[str]
) -> None:
    """Give back what suspended orders will not pay, and let their lines be passed over."""
    found = await parcels.load_parcels_of(tx, order_ids)
    leaving = unpaid(found.values(), named)
    await take_out(tx, rules.changes(found, leaving), "payment_deadline")
    for one in await suspensions.suspend_lines(tx, order_ids):
        tx.say(
            LineSuspended(
                order_id=one.order_id, line_id=one.line_id, sku=one.sku, episode=one.episode
            )
        )


async def resume(tx: Transaction[Policy], over: Sequence[tuple[str, int]]) -> None:
    """Let the lines of locked orders be served again: order, trouble that is over."""
    if not over:
        return
    await suspensions.note_over(tx, over)
    for one in await suspensions.resume_lines(tx, [order_id for order_id, _ in over]):
        tx.say(
            LineResumed(
                order_id=one.order_id, line_id=one.line_id, sku=one.sku, episode=one.episode
            )
        )


async def take_out(tx: Transaction[Policy], found: Sequence[Change], cause: Cause) -> None:
    """Record what leaves the shipments of locked orders, give it back, and tell everybody."""
    if not found:
        return
    suspended = await suspensions.load_suspended(tx, [one.before.order_id for one in found])
    given = rules.give_backs(found, cause, suspended)
    await changes.record_changes(tx, found, cause)
    await changes.record_contents(tx, found)
    await changes.record_give_backs(tx, given)
    gone = await settle_freight(tx, found)
    tx.supersede(CUT_OFF, [key(one.before) for one in found if no_longer_waits(one)])
    for one in found:
        tx.say(
            *telling.changed(one, cause, tx.now, freight_stays=one.after.shipment_id not in gone)
        )
    tx.say(*map(telling.given_back, given))


async def settle_freight(tx: Transaction[Policy], found: Iterable[Change]) -> set[str]:
    """Move, keep or give up the freight of withdrawn shipments; those whose freight is given up."""
    withdrawn = [one for one in found if one.withdrawn]
    if freed := [one for one in withdrawn if one.frees_the_freight]:
        await freight.free_freight(tx, freed)
    kept = [one for one in withdrawn if one.keeps_the_freight]
    if not kept:
        return set()
    await freight.keep_freight(tx, kept)
    over = await freight.give_up_freight(tx, [one.before.order_id for one in kept], anew=False)
    return {one.shipment_id for one in over}


def no_longer_waits(change: Change) -> bool:
    """Whether a shipment collected, and is gone now with its cut-off."""
    return change.withdrawn and change.before.state == "collecting"


async def release_paid(tx: Transaction[Policy], found: Iterable[Parcel]) -> None:
    """Let packed parcels leave whose content is paid."""
    released = [parcel for parcel in found if may_leave(parcel)]
    if not released:
        return
    await parcels.record_released(tx, [parcel.shipment_id for parcel in released])
    for parcel in released:
        tx.say(*telling.release(parcel, tx.now))


def timer(wait: Wait) -> NewEffect:
    """The effect that fires at the cut-off a shipment waits for."""
    return NewEffect(CUT_OFF, key(wait), subject=wait.order_id, due_at=wait.cut_off_at)


def key(one: Plan | Wait | Parcel) -> str:
    """One timer for an order and a warehouse."""
    return f"{one.order_id}|{one.warehouse}"
