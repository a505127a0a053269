"""What shipping says, made from what it decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from schemas.envelope import Event
from schemas.shipping import (
    DockLine,
    LineCancelForwarded,
    LineWithdrawalAnswered,
    PackRefused,
    PackRequested,
    ParcelReleased,
    ParcelWithdrawn,
    ShipmentChanged,
    ShipmentDispatched,
    ShipmentLine,
    ShipmentPacked,
    ShipmentPlanned,
    ShipmentReleased,
    ShipmentWithdrawn,
    UnitsGivenBack,
)
from schemas.values import Reason
from services.shipping.domain.dispatching import Dispatch
from services.shipping.domain.packing import PackCheck
from services.shipping.domain.parcels import Cause, Change, GiveBack, Parcel
from services.shipping.domain.planning import ParcelLine, Plan
from services.shipping.domain.withdrawing import Withdrawal
from services.shipping.store.freight import GivenUp

FIRST_VERSION = 1
UNKNOWN_SKU = "unknown"
"""Told to the dock for a line that no order has."""
WHY_NOTHING_LEAVES: Mapping[Cause, str] = {
    "cancelled": "all of it was cancelled",
    "damaged": "all of it is damaged",
    "missing": "nothing of it was found",
    "payment_deadline": "it was not paid in time",
}


def shipment_planned(plan: Plan, now: datetime) -> ShipmentPlanned:
    """A shipment whose content and amount are fixed."""
    return ShipmentPlanned(
        order_id=plan.order_id,
        shipment_id=plan.shipment_id,
        warehouse=plan.warehouse,
        currency=plan.currency,
        amount_minor=plan.amount_minor,
        freight_minor=plan.freight_minor,
        version=FIRST_VERSION,
        planned_at=now,
        lines=shipment_lines(plan.lines),
    )


def changed(change: Change, cause: Cause, now: datetime, *, freight_stays: bool) -> Iterator[Event]:
    """For services and the dock: what a shipment holds now, or that it will not leave.

    Of units that were only collected nobody was told.
    """
    before, after = change.before, change.after
    if not before.planned:
        return
    if change.withdrawn:
        yield shipment_withdrawn(change, cause, now, after.freight_minor if freight_stays else 0)
        if before.told:
            yield parcel_withdrawn(change, cause)
        return
    yield shipment_changed(after, cause, now)
    if after.state == "authorized":
        yield pack_request(after, unpack=change.left)


def shipment_changed(parcel: Parcel, cause: Cause, now: datetime) -> ShipmentChanged:
    """All that a shipment holds now."""
    return ShipmentChanged(
        order_id=parcel.order_id,
        shipment_id=parcel.shipment_id,
        warehouse=parcel.warehouse,
        currency=parcel.currency,
        amount_minor=parcel.amount_minor,
        freight_minor=parcel.freight_minor,
        version=parcel.version,
        cause=cause,
        changed_at=now,
        lines=shipment_lines(parcel.lines),
    )


def shipment_withdrawn(
    change: Change, cause: Cause, now: datetime, stays_minor: int
) -> ShipmentWithdrawn:
    """A shipment that will not leave, with what it held last."""
    return ShipmentWithdrawn(
        order_id=change.after.order_id,
        shipment_id=change.after.shipment_id,
        currency=change.after.currency,
        amount_minor=stays_minor,
        version=change.after.version,
        cause=cause,
        withdrawn_at=now,
        lines=shipment_lines(change.before.lines),
    )


def freight_given_up(given_up: GivenUp, now: datetime) -> ShipmentWithdrawn:
    """A shipment withdrawn before, whose freight does not stay paid any more."""
    return ShipmentWithdrawn(
        order_id=given_up.order_id,
        shipment_id=given_up.shipment_id,
        currency=given_up.currency,
        amount_minor=0,
        version=given_up.version,
        cause="freight",
        withdrawn_at=now,
        lines=(),
    )


def given_back(given: GiveBack) -> UnitsGivenBack:
    """Units that leave a shipment. They stand in the lane: there they were brought at their grant."""
    parcel = given.change.before
    return UnitsGivenBack(
        order_id=parcel.order_id,
        line_id=given.line.line_id,
        sku=given.line.sku,
        warehouse=parcel.warehouse,
        shipment_id=parcel.shipment_id,
        cause=given.cause,
        quantity=given.line.quantity,
        returned=given.returned,
        stands="lane",
        requeue=given.requeue,
        line_state=given.line_state,
        episode=given.episode,
    )


def withdrawal_answered(answer: Withdrawal) -> LineWithdrawalAnswered:
    """What became of units that a cancel passed on."""
    return LineWithdrawalAnswered(
        order_id=answer.passed.order_id,
        line_id=answer.passed.line_id,
        sku=answer.passed.sku,
        cancel_id=answer.passed.cancel_id,
        withdrawn=answer.withdrawn,
        refused=answer.refused,
        forwarded=answer.forwarded,
        reason=Reason(code=answer.reason[0], text=answer.reason[1]) if answer.reason else None,
    )


def cancel_forwarded(answer: Withdrawal) -> LineCancelForwarded:
    """A cancel that follows units given back before."""
    return LineCancelForwarded(
        order_id=answer.passed.order_id,
        line_id=answer.passed.line_id,
        sku=answer.passed.sku,
        cancel_id=answer.passed.cancel_id,
        quantity=answer.forwarded,
    )


def pack_request(parcel: Parcel, unpack: Iterable[ParcelLine] = ()) -> PackRequested:
    """What the dock is to pack, and what must come out if it packed more before."""
    return PackRequested(
        order_id=parcel.order_id,
        shipment_id=parcel.shipment_id,
        warehouse=parcel.warehouse,
        version=parcel.version,
        lines=dock_lines(parcel.lines),
        unpack=dock_lines(unpack),
    )


def parcel_withdrawn(change: Change, cause: Cause) -> ParcelWithdrawn:
    """The dock unpacks what it may have packed."""
    return ParcelWithdrawn(
        order_id=change.after.order_id,
        shipment_id=change.after.shipment_id,
        warehouse=change.after.warehouse,
        version=change.after.version,
        reason=Reason(code=cause, text=WHY_NOTHING_LEAVES[cause]),
        unpack=dock_lines(change.before.lines),
    )


def shipment_packed(parcel: Parcel, packed_at: datetime) -> ShipmentPacked:
    """Exactly what was packed, and so what is captured."""
    return ShipmentPacked(
        order_id=parcel.order_id,
        shipment_id=parcel.shipment_id,
        version=parcel.version,
        amount_minor=parcel.amount_minor,
        packed_at=packed_at,
    )


def pack_refused(
    check: PackCheck, parcel: Parcel, names: Mapping[str, tuple[str, str]]
) -> PackRefused:
    """What is wrong with a pack, what to take out, and what the parcel must hold."""
    unpack: list[DockLine] = []
    for line_id, quantity in sorted((check.unpack or {}).items()):
        sku, title = names.get(line_id, (UNKNOWN_SKU, ""))
        unpack.append(DockLine(line_id=line_id, sku=sku, title=title, quantity=quantity))
    return PackRefused(
        order_id=parcel.order_id,
        shipment_id=parcel.shipment_id,
        warehouse=parcel.warehouse,
        scan_id=check.scan.scan_id,
        version=parcel.version,
        reason=Reason(code=check.code, text=check.text),
        unpack=tuple(unpack),
        lines=dock_lines(parcel.lines),
    )


def release(parcel: Parcel, now: datetime) -> tuple[ShipmentReleased, ParcelReleased]:
    """The permission to leave, for our services and for the dock."""
    inside = ShipmentReleased(
        order_id=parcel.order_id,
        shipment_id=parcel.shipment_id,
        version=parcel.version,
        released_at=now,
    )
    outside = ParcelReleased(
        order_id=parcel.order_id,
        shipment_id=parcel.shipment_id,
        warehouse=parcel.warehouse,
        version=parcel.version,
    )
    return inside, outside


def shipment_dispatched(parcel: Parcel, dispatch: Dispatch) -> ShipmentDispatched:
    """A parcel that left, and whether it was the order's last."""
    return ShipmentDispatched(
        order_id=parcel.order_id,
        shipment_id=parcel.shipment_id,
        warehouse=parcel.warehouse,
        carrier=dispatch.scan.carrier,
        tracking=dispatch.scan.tracking,
        dispatched_at=dispatch.scan.dispatched_at,
        complete=dispatch.complete,
        lines=shipment_lines(parcel.lines),
    )


def shipment_lines(lines: Iterable[ParcelLine]) -> tuple[ShipmentLine, ...]:
    """With what exactly these units cost."""
    return tuple(
        ShipmentLine(
            line_id=line.line_id,
            sku=line.sku,
            title=line.title,
            quantity=line.quantity,
            amount_minor=line.amount_minor,
        )
        for line in lines
    )


def dock_lines(lines: Iterable[ParcelLine]) -> tuple[DockLine, ...]:
    """Without money: the dock only packs."""
    return tuple(
        DockLine(line_id=line.line_id, sku=line.sku, title=line.title, quantity=line.quantity)
        for line in lines
    )
