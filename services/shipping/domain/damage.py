"""Which units the dock may report as broken (flow §4, §5)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from services.shipping.domain.packing import elsewhere, not_asked
from services.shipping.domain.parcels import Parcel, Units, no_such, without

DAMAGED = "damaged"


@dataclass(frozen=True)
class DamageScan:
    """What the dock says is broken: quantity by line."""

    shipment_id: str
    warehouse: str
    scan_id: str
    units: Units
    damaged_at: datetime


@dataclass(frozen=True)
class DamageCheck:
    """A damage scan, judged: ``code`` is ``damaged``, or why nothing is taken out."""

    scan: DamageScan
    parcel: Parcel | None
    code: str
    text: str = ""


def check_damage(
    scans: Iterable[DamageScan], parcels: Mapping[str, Parcel]
) -> tuple[list[DamageCheck], Mapping[str, Units]]:
    """Judge damage scans in the order they came, and the units that leave, by shipment."""
    now_at = dict(parcels)
    checks: list[DamageCheck] = []
    leaving: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for scan in scans:
        parcel = now_at.get(scan.shipment_id)
        code, text = _judged(scan, parcel)
        checks.append(DamageCheck(scan, parcel, code, text))
        if parcel and code == DAMAGED:
            leaving[scan.shipment_id].update(scan.units)
            now_at[scan.shipment_id] = without(parcel, scan.units).after
    return checks, leaving


def _judged(scan: DamageScan, parcel: Parcel | None) -> tuple[str, str]:
    """Code, and a sentence that says what is wrong and what to do."""
    if parcel is None:
        return "no_such_shipment", no_such(scan.shipment_id)
    if not parcel.told:
        return "not_asked", not_asked(parcel)
    if parcel.warehouse != scan.warehouse:
        return "other_warehouse", elsewhere(parcel, scan.warehouse)
    if parcel.state == "withdrawn":
        return "withdrawn", already_withdrawn(parcel)
    if parcel.state == "dispatched":
        return "already_dispatched", already_dispatched(parcel)
    held = parcel.units
    for line, quantity in sorted(scan.units.items()):
        if quantity > held.get(line, 0):
            return "not_in_parcel", not_in(parcel, line, quantity)
    return DAMAGED, ""


def already_withdrawn(parcel: Parcel) -> str:
    """The sentence for damage of a parcel that holds nothing any more."""
    return (
        f"{parcel.shipment_id} was withdrawn and holds nothing: its units are stock again. Report "
        "broken ones as stock.adjusted"
    )


def already_dispatched(parcel: Parcel) -> str:
    """The sentence for damage of a parcel that left."""
    return (
        f"{parcel.shipment_id} has left the dock: check the label, or take it up with the carrier"
    )


def not_in(parcel: Parcel, line: str, quantity: int) -> str:
    """The sentence for damage of units that a parcel must not hold."""
    return (
        f"{quantity} units of {line} cannot be broken in {parcel.shipment_id}, which must hold "
        f"{parcel.units.get(line, 0)} of them: scan again what is broken in it, and report other "
        "units as stock.adjusted"
    )
