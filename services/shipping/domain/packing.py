"""Whether what the dock packed is what a parcel must hold (flow §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.shipping.domain.parcels import Change, Parcel, Units, no_such, without

PACKED = "packed"
PACKED_SHORT = "packed_short"


@dataclass(frozen=True)
class PackScan:
    """What the dock says it packed: quantity by line."""

    shipment_id: str
    warehouse: str
    scan_id: str
    version: int
    units: Units
    packed_at: datetime


@dataclass(frozen=True)
class PackCheck:
    """A pack scan, judged: ``code`` is ``packed``, ``packed_short``, or why not.

    ``unpack`` is quantity by line; None: the dock has nothing to put right.
    """

    scan: PackScan
    parcel: Parcel | None
    code: str
    text: str = ""
    unpack: Units | None = None
    packed: Parcel | None = None
    """The parcel as it is packed now."""
    change: Change | None = None
    """What a short pack changes: units that were not found leave."""

    @property
    def answered_at_the_dock(self) -> bool:
        """Whether the dock is told on ``dock.parcels``; else the scan is a dead letter."""
        return self.unpack is not None


def check_packs(scans: Iterable[PackScan], parcels: Mapping[str, Parcel]) -> list[PackCheck]:
    """Judge pack scans in the order they came; the first right one packs the parcel."""
    now_at = dict(parcels)
    checks: list[PackCheck] = []
    for scan in scans:
        check = check_pack(scan, now_at.get(scan.shipment_id))
        if check.packed:
            now_at[scan.shipment_id] = check.packed
        checks.append(check)
    return checks


def check_pack(scan: PackScan, parcel: Parcel | None) -> PackCheck:
    """Judge one pack scan. Only what was asked for, in its latest version, is packed.

    What lacks from it was not found: the parcel goes on without.
    """
    if parcel is None:
        return PackCheck(scan, None, "no_such_shipment", no_such(scan.shipment_id))
    if not parcel.told:
        return PackCheck(scan, parcel, "not_asked", not_asked(parcel))
    if parcel.warehouse != scan.warehouse:
        return PackCheck(scan, parcel, "other_warehouse", elsewhere(parcel, scan.warehouse))
    code, text = _judged(scan, parcel)
    if code == PACKED:
        return PackCheck(scan, parcel, code, packed=replace(parcel, state="packed"))
    if code == PACKED_SHORT:
        change = without(parcel, lacking(scan, parcel), packed=True)
        return PackCheck(scan, parcel, code, packed=change.after, change=change)
    return PackCheck(scan, parcel, code, text, excess(scan, parcel))


def _judged(scan: PackScan, parcel: Parcel) -> tuple[str, str]:
    """Code and sentence for the dock."""
    name = parcel.shipment_id
    asked = parcel.units
    if parcel.state == "withdrawn":
        return "withdrawn", f"{name} was withdrawn: unpack all of it."
    if parcel.state != "authorized":
        return "already_packed", f"{name} was packed before: do not pack it again."
    if scan.version != parcel.version:
        return (
            "other_version",
            f"Version {scan.version} of {name} was packed: pack version {parcel.version}.",
        )
    if foreign := sorted(scan.units.keys() - asked.keys()):
        return "foreign_line", f"{name} holds what is not its own ({', '.join(foreign[:5])})."
    if any(quantity > asked[line] for line, quantity in scan.units.items()):
        return "too_many", f"{name} holds more units than were asked for."
    return (PACKED if scan.units == asked else PACKED_SHORT), ""


def excess(scan: PackScan, parcel: Parcel) -> dict[str, int]:
    """The units of a pack that its parcel must not hold."""
    asked = parcel.units
    over = {line: quantity - asked.get(line, 0) for line, quantity in scan.units.items()}
    return {line: quantity for line, quantity in over.items() if quantity > 0}


def lacking(scan: PackScan, parcel: Parcel) -> dict[str, int]:
    """The units that a parcel must hold and that were not packed."""
    short = {line: asked - scan.units.get(line, 0) for line, asked in parcel.units.items()}
    return {line: quantity for line, quantity in short.items() if quantity > 0}


def not_asked(parcel: Parcel) -> str:
    """The sentence for a parcel that the dock was never told of."""
    return (
        f"nothing was asked to be packed for {parcel.shipment_id} yet: unpack it and wait for its "
        "parcel.pack_requested"
    )


def elsewhere(parcel: Parcel, warehouse: str) -> str:
    """The sentence for a label that was scanned in the wrong warehouse."""
    return (
        f"{parcel.shipment_id} leaves from {parcel.warehouse}, not from {warehouse}: unpack it, "
        "and scan the label of the parcel that you packed"
    )
