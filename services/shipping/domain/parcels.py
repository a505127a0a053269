"""What the dock may do with a parcel, and when it may leave (flow §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.shipping.domain.planning import ParcelLine

State = Literal[
    "collecting", "planned", "authorized", "packed", "released", "dispatched", "withdrawn"
]


@dataclass(frozen=True)
class Parcel:
    """A shipment as it stands, with what it must hold."""

    shipment_id: str
    order_id: str
    warehouse: str
    state: State
    version: int
    amount_minor: int
    lines: tuple[ParcelLine, ...]

    @property
    def told_to_the_dock(self) -> bool:
        """Whether the dock was ever asked to pack it."""
        return self.state not in ("collecting", "planned")

    @property
    def planned(self) -> bool:
        """Whether its units and its amount are fixed."""
        return self.state != "collecting"


@dataclass(frozen=True)
class PackScan:
    """What the dock says it packed: quantity by line."""

    shipment_id: str
    warehouse: str
    scan_id: str
    version: int
    units: Mapping[str, int]
    packed_at: datetime


@dataclass(frozen=True)
class PackCheck:
    """A pack scan, judged: ``code`` is ``packed`` or why not; ``unpack`` is quantity by line."""

    scan: PackScan
    parcel: Parcel | None
    code: str
    text: str = ""
    unpack: Mapping[str, int] | None = None

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
        if check.code == "packed" and check.parcel:
            now_at[scan.shipment_id] = replace(check.parcel, state="packed")
        checks.append(check)
    return checks


def check_pack(scan: PackScan, parcel: Parcel | None) -> PackCheck:
    """Judge one pack scan. Only exactly what was asked for, in its latest version, is packed."""
    if parcel is None:
        return PackCheck(scan, None, "no_such_shipment", no_such(scan.shipment_id))
    if not parcel.told_to_the_dock:
        return PackCheck(
            scan,
            parcel,
            "not_asked",
            f"nothing was asked to be packed for {parcel.shipment_id} yet: unpack it and wait for "
            "its parcel.pack_requested",
        )
    if parcel.warehouse != scan.warehouse:
        return PackCheck(
            scan,
            parcel,
            "other_warehouse",
            f"{parcel.shipment_id} leaves from {parcel.warehouse}, not from {scan.warehouse}: "
            "unpack it, and scan the label of the parcel that you packed",
        )
    code, text = _judged(scan, parcel)
    if code == "packed":
        return PackCheck(scan, parcel, code)
    return PackCheck(scan, parcel, code, text, excess(scan, parcel))


def _judged(scan: PackScan, parcel: Parcel) -> tuple[str, str]:
    """Code and sentence for the dock."""
    name = parcel.shipment_id
    asked = {line.line_id: line.quantity for line in parcel.lines}
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
    if scan.units != asked:
        missing = sum(asked.values()) - sum(scan.units.values())
        return "short_pack", f"{name} lacks {missing} units: add them and scan the pack again."
    return "packed", ""


def excess(scan: PackScan, parcel: Parcel) -> dict[str, int]:
    """The units of a pack that its parcel must not hold."""
    asked = {line.line_id: line.quantity for line in parcel.lines}
    if parcel.state == "withdrawn":
        asked = {}
    over = {line: quantity - asked.get(line, 0) for line, quantity in scan.units.items()}
    return {line: quantity for line, quantity in over.items() if quantity > 0}


def no_such(shipment_id: str) -> str:
    """The sentence for a label that shipping never made."""
    return (
        f"there is no shipment {shipment_id}: scan the id that parcel.pack_requested gave, and set "
        "the parcel aside"
    )


@dataclass(frozen=True)
class Capture:
    """Money that was taken for one packed version of a shipment."""

    shipment_id: str
    version: int
    amount_minor: int
    captured_at: datetime


def may_leave(parcel: Parcel, capture: Capture) -> bool:
    """Whether a capture releases a parcel: it is packed, and exactly what is in it was captured."""
    return (
        parcel.state == "packed"
        and capture.version == parcel.version
        and capture.amount_minor == parcel.amount_minor
    )


@dataclass(frozen=True)
class DispatchScan:
    """The dock scanned a parcel out."""

    shipment_id: str
    warehouse: str
    scan_id: str
    carrier: str
    tracking: str
    dispatched_at: datetime


@dataclass(frozen=True)
class Dispatch:
    """A dispatch scan, judged.

    ``code`` is ``dispatched``, ``dispatched_unreleased`` (an alarm), ``dispatched_again`` (known
    already) or ``no_such_shipment``.
    """

    scan: DispatchScan
    parcel: Parcel | None
    code: str
    complete: bool = False

    @property
    def left(self) -> bool:
        """Whether the parcel left with this scan."""
        return self.code in ("dispatched", "dispatched_unreleased")


def dispatches(
    scans: Iterable[DispatchScan], parcels: Mapping[str, Parcel], to_come: Mapping[str, int]
) -> list[Dispatch]:
    """Judge dispatch scans; ``to_come`` is, by order, the units neither dispatched nor refused."""
    now_at = dict(parcels)
    left = dict(to_come)
    judged: list[Dispatch] = []
    for scan in scans:
        parcel = now_at.get(scan.shipment_id)
        code = _left(parcel)
        complete = False
        if parcel and code.startswith("dispatched") and parcel.state != "dispatched":
            left[parcel.order_id] -= sum(line.quantity for line in parcel.lines)
            complete = left[parcel.order_id] == 0
            now_at[scan.shipment_id] = replace(parcel, state="dispatched")
        judged.append(Dispatch(scan, parcel, code, complete))
    return judged


def _left(parcel: Parcel | None) -> str:
    if parcel is None or not parcel.planned:
        return "no_such_shipment"
    if parcel.state == "dispatched":
        return "dispatched_again"
    return "dispatched" if parcel.state == "released" else "dispatched_unreleased"
