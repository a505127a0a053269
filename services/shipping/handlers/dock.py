"""What the dock says about parcels: packed, damaged, scanned out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from schemas.warehouses import PackedLine, ParcelDamaged, ParcelDispatched, ParcelPacked
from services.chassis.handling import hears
from services.chassis.transaction import Refusal, Transaction
from services.shipping import telling
from services.shipping.domain import parcels as rules
from services.shipping.domain.damage import DAMAGED, DamageScan, check_damage
from services.shipping.domain.dispatching import DispatchScan, dispatches
from services.shipping.domain.packing import PackCheck, PackScan
from services.shipping.domain.packing import check_packs as judge_packs
from services.shipping.domain.policy import Policy
from services.shipping.steps import go_on, release_paid, take_out
from services.shipping.store import parcels, scans


@hears(ParcelPacked)
async def check_packs(packed: Sequence[ParcelPacked], tx: Transaction[Policy]) -> None:
    """Take a pack of what was asked for, less what was not found; answer any other.

    What was paid before, in a version that held more, may leave at once.
    """
    found = await parcels.lock_parcels(tx, [one.shipment_id for one in packed])
    checks = judge_packs([pack_scan(one, tx.now) for one in packed], found)
    await scans.record_pack_scans(tx, checks)
    await take_out(tx, [one.change for one in checks if one.change], "missing")
    await parcels.record_packed(tx, [one for one in checks if one.packed])
    await answer_packs(tx, packed, checks)
    await release_paid(tx, [one.packed for one in checks if one.packed])
    if short := {one.packed.order_id for one in checks if one.packed and one.change}:
        await go_on(tx, sorted(short))


async def answer_packs(
    tx: Transaction[Policy], packed: Sequence[ParcelPacked], checks: Sequence[PackCheck]
) -> None:
    """Say what was packed; tell the dock what to put right."""
    names = await parcels.names_of_lines(tx, to_unpack(checks))
    for event, check in zip(packed, checks, strict=True):
        if check.packed:
            tx.say(telling.shipment_packed(check.packed, check.scan.packed_at))
        elif check.parcel and check.answered_at_the_dock:
            tx.say(telling.pack_refused(check, check.parcel, names))
        else:
            tx.refuse(event, Refusal(check.code, check.text))


@hears(ParcelDamaged)
async def take_out_damaged_units(damaged: Sequence[ParcelDamaged], tx: Transaction[Policy]) -> None:
    """Take broken units out of parcels, even of released ones; the rest is packed anew."""
    found = await parcels.lock_parcels(tx, [one.shipment_id for one in damaged])
    checks, leaving = check_damage([damage_scan(one, tx.now) for one in damaged], found)
    await scans.record_damage_scans(tx, checks)
    await take_out(tx, rules.changes(found, leaving), "damaged")
    for event, check in zip(damaged, checks, strict=True):
        if check.code != DAMAGED:
            tx.refuse(event, Refusal(check.code, check.text))
    await go_on(tx, sorted({found[name].order_id for name in leaving}))


@hears(ParcelDispatched)
async def record_dispatches(scanned: Sequence[ParcelDispatched], tx: Transaction[Policy]) -> None:
    """Record that parcels left; one that had no release is an alarm, and left all the same."""
    found = await parcels.lock_parcels(tx, [one.shipment_id for one in scanned])
    to_come = await parcels.units_to_come(tx, [parcel.order_id for parcel in found.values()])
    judged = dispatches([dispatch_scan(one, tx.now) for one in scanned], found, to_come)
    await scans.record_dispatch_scans(tx, judged)
    await parcels.record_dispatched(tx, [one for one in judged if one.left])
    for event, dispatch in zip(scanned, judged, strict=True):
        if dispatch.left and dispatch.parcel:
            tx.say(telling.shipment_dispatched(dispatch.parcel, dispatch))
        elif dispatch.code == "no_such_shipment":
            tx.refuse(event, Refusal(dispatch.code, rules.no_such(event.shipment_id)))


def pack_scan(event: ParcelPacked, now: datetime) -> PackScan:
    """A pack as the rules see it; a device's clock may run ahead, ours holds then."""
    return PackScan(
        event.shipment_id,
        event.warehouse,
        event.scan_id,
        event.version,
        units_of(event.lines),
        min(event.packed_at, now),
    )


def damage_scan(event: ParcelDamaged, now: datetime) -> DamageScan:
    """Damage as the rules see it; a device's clock may run ahead, ours holds then."""
    return DamageScan(
        event.shipment_id,
        event.warehouse,
        event.scan_id,
        units_of(event.lines),
        min(event.damaged_at, now),
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


def units_of(lines: Iterable[PackedLine]) -> Counter[str]:
    """Quantity by line; a scan may name a line more than once."""
    units: Counter[str] = Counter()
    for line in lines:
        units[line.line_id] += line.quantity
    return units


def to_unpack(checks: Iterable[PackCheck]) -> set[str]:
    """Lines that the dock is told to take out of parcels."""
    return {line for check in checks for line in check.unpack or {}}
