"""A dock that packs what it is told and scans released parcels out: ``python -m …standins.dock``.

It answers the same request with the same scan, whenever and however often it hears it. Told to, it
packs some parcels short and breaks a unit in others: which ones, a hash of seed and shipment says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import structlog
import uvloop
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.envelope import Event
from schemas.shipping import (
    DockLine,
    PackRefused,
    PackRequested,
    ParcelReleased,
    ParcelWithdrawn,
)
from schemas.warehouses import PackedLine, ParcelDamaged, ParcelDispatched, ParcelPacked
from services.chassis.clock import Clock
from services.chassis.logs import configure_logs
from services.chassis.settings import Deployment
from services.standins.listening import Listener, Records, stop_on_signal, type_of
from services.standins.publishing import Publisher

SOURCE = "/crossdock/standins/dock"
CARRIER = "Meadow Parcels"
ID_LIMIT = 128
PACKED_ANEW_AT_MOST = 3
"""So often one version is packed again after a refusal; then a person should look."""
ANEW = ":anew"
ALREADY_PACKED = "already_packed"
"""A refusal after which nothing is to be packed: the parcel was taken as it is."""

FIRST_VERSION = 1
"""Mishaps happen when a parcel is packed for the first time, so that each comes to its end."""

HEARD: dict[str, type[Event]] = {
    event.type_name(): event
    for event in (PackRequested, PackRefused, ParcelWithdrawn, ParcelReleased)
}
Scan = ParcelPacked | ParcelDamaged | ParcelDispatched

log = structlog.get_logger()


class DockSettings(BaseSettings):
    """From the environment, ``CROSSDOCK_DOCK_…``."""

    model_config = SettingsConfigDict(env_prefix="CROSSDOCK_DOCK_", frozen=True, extra="ignore")

    seed: int = Field(default=7, description="the same seed has the same mishaps")
    short_percent: float = Field(
        default=0, ge=0, le=100, description="parcels of several units of which one is not found"
    )
    damaged_percent: float = Field(
        default=0, ge=0, le=100, description="parcels in which a unit breaks once they are packed"
    )


@dataclass(frozen=True)
class Mishaps:
    """Which parcels are packed short, and in which a unit breaks: the same for the same seed."""

    seed: int = 0
    short_percent: float = 0
    damaged_percent: float = 0

    def packs_short(self, request: PackRequested) -> bool:
        """Whether one unit is not found; a parcel of one unit is always found."""
        return (
            request.version == FIRST_VERSION
            and sum(line.quantity for line in request.lines) > 1
            and self._drawn("short", request.shipment_id, self.short_percent)
        )

    def breaks(self, request: PackRequested) -> bool:
        """Whether a unit breaks once all of it is packed."""
        return not self.packs_short(request) and self.keeps(request.shipment_id, request.version)

    def keeps(self, shipment_id: str, version: int) -> bool:
        """Whether a parcel is kept though it may leave: one that breaks has been reported."""
        return version == FIRST_VERSION and self._drawn(
            "damaged", shipment_id, self.damaged_percent
        )

    def _drawn(self, what: str, shipment_id: str, percent: float) -> bool:
        number = int(digest(f"{self.seed}:{what}:{shipment_id}")[:8], 16)
        return number * 100 < percent * 16**8


NO_MISHAPS = Mishaps()


class Dock:
    """Answers each batch of ``dock.parcels`` with the scans of the people at the dock."""

    def __init__(self, publisher: Publisher, clock: Clock, mishaps: Mishaps = NO_MISHAPS) -> None:
        self.publisher = publisher
        self.clock = clock
        self.mishaps = mishaps

    async def answer(self, records: Records) -> None:
        """Pack and scan out what the records ask for; return once that is acknowledged."""
        self.clock.look()
        now = self.clock.now()
        answers = answered(heard(records), now, self.mishaps)
        if answers:
            await self.publisher.publish(answers, SOURCE, now)
            log.info("parcels_answered", scans=len(answers))


def heard(records: Records) -> list[Event]:
    """What concerns parcels, in the order heard; moves of units need no answer."""
    events: list[Event] = []
    for record in records:
        event_type = HEARD.get(type_of(record))
        if event_type is None or record.value is None:
            continue
        try:
            events.append(event_type.model_validate_json(record.value))
        except ValidationError:
            log.warning("request_not_understood", topic=record.topic, offset=record.offset)
    return events


def answered(events: Sequence[Event], now: datetime, mishaps: Mishaps = NO_MISHAPS) -> list[Scan]:
    """The scans that follow: what each parcel is told last is done.

    Of its versions the latest is packed; one that may leave leaves, unless it is changed or
    withdrawn after that; one that is withdrawn is unpacked, which no scan tells.
    """
    scans: dict[str, list[Scan]] = {}
    versions: dict[str, int] = {}
    for event in events:
        if not isinstance(event, PackRequested | PackRefused | ParcelWithdrawn | ParcelReleased):
            continue
        if event.version < versions.get(event.shipment_id, 0):
            continue
        before = scans.get(event.shipment_id, [])
        versions[event.shipment_id] = event.version
        scans[event.shipment_id] = [*scans_after(event, before, now, mishaps)]
    return [scan for of_one in scans.values() for scan in of_one]


def scans_after(
    event: PackRequested | PackRefused | ParcelWithdrawn | ParcelReleased,
    before: Sequence[Scan],
    now: datetime,
    mishaps: Mishaps,
) -> Iterator[Scan]:
    """What is scanned of a parcel when it is told this after what was about to be scanned."""
    if isinstance(event, ParcelReleased):
        yield from before
        if not mishaps.keeps(event.shipment_id, event.version):
            yield dispatched(event, now)
    elif isinstance(event, PackRequested):
        yield from first_scans(event, now, mishaps)
    elif isinstance(event, PackRefused):
        again = packed(event, now)
        yield from [again] if again else before


def first_scans(request: PackRequested, now: datetime, mishaps: Mishaps) -> Iterator[Scan]:
    """The scans of a parcel packed as asked, or short, or with a unit that breaks right after."""
    scan = packed(request, now)
    if scan is None:
        return
    if mishaps.packs_short(request):
        scan = scan.model_copy(update={"lines": one_less(scan.lines)})
    yield scan
    if mishaps.breaks(request):
        yield damaged(request, now)


def packed(request: PackRequested | PackRefused, now: datetime) -> ParcelPacked | None:
    """The scan of a packed parcel; None when there is nothing to pack, or it was refused too often."""
    if isinstance(request, PackRefused) and request.reason.code == ALREADY_PACKED:
        return None
    scan_id = pack_scan_id(request)
    if not request.lines or scan_id is None:
        return None
    return ParcelPacked(
        warehouse=request.warehouse,
        scan_id=scan_id,
        shipment_id=request.shipment_id,
        version=request.version,
        lines=tuple(packed_lines(request.lines)),
        parcel_id=parcel_id(request.shipment_id),
        packed_at=now,
    )


def damaged(request: PackRequested, now: datetime) -> ParcelDamaged:
    """The scan of one unit that broke."""
    return ParcelDamaged(
        warehouse=request.warehouse,
        scan_id=bounded_id(f"broken:{request.shipment_id}:v{request.version}"),
        shipment_id=request.shipment_id,
        lines=(PackedLine(line_id=request.lines[0].line_id, quantity=1),),
        parcel_id=parcel_id(request.shipment_id),
        damaged_at=now,
    )


def one_less(lines: Sequence[PackedLine]) -> tuple[PackedLine, ...]:
    """What is packed when one unit of the last line is not found."""
    *others, last = lines
    left = last.model_copy(update={"quantity": last.quantity - 1})
    return (*others, left) if left.quantity else tuple(others)


def packed_lines(lines: Iterable[DockLine]) -> Iterable[PackedLine]:
    """What is put in: exactly what is asked."""
    return (PackedLine(line_id=line.line_id, quantity=line.quantity) for line in lines)


def pack_scan_id(request: PackRequested | PackRefused) -> str | None:
    """The same id for the same shipment and version, and another for each packing anew.

    None when this version was packed anew too often.
    """
    first = bounded_id(f"pack:{request.shipment_id}:v{request.version}")
    if isinstance(request, PackRequested) or not request.scan_id.startswith(first):
        return first
    if request.scan_id.count(ANEW) >= PACKED_ANEW_AT_MOST:
        log.error("packed_anew_too_often", shipment_id=request.shipment_id)
        return None
    return f"{request.scan_id}{ANEW}"


def dispatched(released: ParcelReleased, now: datetime) -> ParcelDispatched:
    """The scan of a parcel that leaves."""
    return ParcelDispatched(
        warehouse=released.warehouse,
        scan_id=bounded_id(f"out:{released.shipment_id}:v{released.version}"),
        shipment_id=released.shipment_id,
        parcel_id=parcel_id(released.shipment_id),
        carrier=CARRIER,
        tracking=f"MP-{digest(released.shipment_id)[:10].upper()}",
        dispatched_at=now,
    )


def parcel_id(shipment_id: str) -> str:
    """What is written on the parcel."""
    return f"P-{digest(shipment_id)[:12]}"


def bounded_id(text: str) -> str:
    """A scan id that fits, with room for packing anew."""
    room = ID_LIMIT - PACKED_ANEW_AT_MOST * len(ANEW)
    return text if len(text) <= room else f"{text[:40]}:{digest(text)[:40]}"


def digest(text: str) -> str:
    """A name that is always the same for the same text."""
    return sha256(text.encode()).hexdigest()


async def run() -> None:
    """Work at the dock until a signal."""
    deployment = Deployment()
    stop = stop_on_signal()
    async with Publisher(deployment.kafka, deployment.namespace, "crossdock-dock") as publisher:
        mishaps = Mishaps(**DockSettings().model_dump())
        dock = Dock(publisher, Clock(deployment.home), mishaps)
        log.info("dock_open")
        await Listener(deployment, "dock", "scanners").listen(dock.answer, stop)


def main() -> None:
    """Run as a process of its own."""
    configure_logs("dock")
    uvloop.run(run())


if __name__ == "__main__":
    main()
