"""What the dock says about parcels: packed, scanned out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from schemas.shipping import (
    DockLine,
    PackRefused,
    ShipmentDispatched,
    ShipmentPacked,
)
from schemas.values import Reason
from schemas.warehouses import ParcelDispatched, ParcelPacked
from services.chassis.handling import hears
from services.chassis.transaction import Refusal, Transaction
from services.shipping.domain import parcels as rules
from services.shipping.domain.parcels import Dispatch, DispatchScan, PackCheck, PackScan, Parcel
from services.shipping.domain.policy import Policy
from services.shipping.store import parcels
from services.shipping.telling import dock_lines, shipment_lines

UNKNOWN_SKU = "unknown"
"""Told to the dock for a line that no order has."""


@hears(ParcelPacked)
async def check_packs(packed: Sequence[ParcelPacked], tx: Transaction[Policy]) -> None:
    """Take a pack that is exactly as asked for; answer any other with what to unpack."""
    found = await parcels.lock_parcels(tx, [one.shipment_id for one in packed])
    checks = rules.check_packs([pack_scan(one, tx.now) for one in packed], found)
    await parcels.record_pack_scans(tx, checks)
    await parcels.record_packed(tx, [one.scan for one in checks if one.code == "packed"])
    names = await parcels.names_of_lines(tx, to_unpack(checks))
    for event, check in zip(packed, checks, strict=True):
        if check.code == "packed":
            tx.say(shipment_packed(check))
        elif check.answered_at_the_dock:
            tx.say(pack_refused(check, names))
        else:
            tx.refuse(event, Refusal(check.code, check.text))


@hears(ParcelDispatched)
async def record_dispatches(scanned: Sequence[ParcelDispatched], tx: Transaction[Policy]) -> None:
    """Record that parcels left; one that had no release is an alarm, and left all the same."""
    found = await parcels.lock_parcels(tx, [one.shipment_id for one in scanned])
    to_come = await parcels.units_to_come(tx, [parcel.order_id for parcel in found.values()])
    judged = rules.dispatches([dispatch_scan(one, tx.now) for one in scanned], found, to_come)
    await parcels.record_dispatch_scans(tx, judged)
    await parcels.record_dispatched(tx, [one for one in judged if one.left])
    for event, dispatch in zip(scanned, judged, strict=True):
        if dispatch.left and dispatch.parcel:
            tx.say(shipment_dispatched(dispatch.parcel, dispatch))
        elif dispatch.code == "no_such_shipment":
            tx.refuse(event, Refusal(dispatch.code, rules.no_such(event.shipment_id)))


def pack_scan(event: ParcelPacked, now: datetime) -> PackScan:
    """A pack as the rules see it; a device's clock may run ahead, ours holds then."""
    units: Counter[str] = Counter()
    for line in event.lines:
        units[line.line_id] += line.quantity
    return PackScan(
        event.shipment_id,
        event.warehouse,
        event.scan_id,
        event.version,
        units,
        min(event.packed_at, now),
    )


def dispatch_scan(event: ParcelDispatched, now: datetime) -> DispatchScan:
    """A dispatch as the rules see it; a device's clock may run ahead, ours holds then."""
    return DispatchScan(
        event.shipment_id,
        event.warehouse,
        event.scan_id,
        event.carrier,
        event.tracking,
        min(event.dispatched_at, now),
    )


def to_unpack(checks: Iterable[PackCheck]) -> set[str]:
    """Lines that the dock is told to take out of parcels."""
    return {line for check in checks for line in check.unpack or {}}


def shipment_packed(check: PackCheck) -> ShipmentPacked:
    """Exactly what was packed, and so what is captured."""
    parcel = known(check.parcel)
    return ShipmentPacked(
        order_id=parcel.order_id,
        shipment_id=parcel.shipment_id,
        version=check.scan.version,
        amount_minor=parcel.amount_minor,
        packed_at=check.scan.packed_at,
    )


def pack_refused(check: PackCheck, names: Mapping[str, tuple[str, str]]) -> PackRefused:
    """What is wrong with a pack, what to take out, and what the parcel must hold."""
    parcel = known(check.parcel)
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


def known(parcel: Parcel | None) -> Parcel:
    """The parcel of a scan that was answered. Raises ``LookupError`` when there is none."""
    if parcel is None:
        raise LookupError("a scan of no shipment was answered at the dock")
    return parcel


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
