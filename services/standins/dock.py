"""A dock that packs what it is told and scans released parcels out: ``python -m …standins.dock``.

It answers the same request with the same scan, whenever and however often it hears it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256

import structlog
import uvloop
from pydantic import ValidationError

from schemas.envelope import Event
from schemas.shipping import DockLine, PackRefused, PackRequested, ParcelReleased
from schemas.warehouses import PackedLine, ParcelDispatched, ParcelPacked
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

HEARD: dict[str, type[Event]] = {
    event.type_name(): event for event in (PackRequested, PackRefused, ParcelReleased)
}

log = structlog.get_logger()


class Dock:
    """Answers each batch of ``dock.parcels`` with the scans of the people at the dock."""

    def __init__(self, publisher: Publisher, clock: Clock) -> None:
        self.publisher = publisher
        self.clock = clock

    async def answer(self, records: Records) -> None:
        """Pack and scan out what the records ask for; return once that is acknowledged."""
        self.clock.look()
        now = self.clock.now()
        answers = answered(heard(records), now)
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


def answered(events: Sequence[Event], now: datetime) -> list[ParcelPacked | ParcelDispatched]:
    """The scans that follow: of each parcel the latest version is packed, then what may leave leaves."""
    packs: dict[str, ParcelPacked] = {}
    for event in events:
        if isinstance(event, (PackRequested, PackRefused)) and (scan := packed(event, now)):
            known = packs.get(event.shipment_id)
            if known is None or known.version <= scan.version:
                packs[event.shipment_id] = scan
    out = [dispatched(event, now) for event in events if isinstance(event, ParcelReleased)]
    return [*packs.values(), *out]


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
        dock = Dock(publisher, Clock(deployment.home))
        log.info("dock_open")
        await Listener(deployment, "dock", "scanners").listen(dock.answer, stop)


def main() -> None:
    """Run as a process of its own."""
    configure_logs("dock")
    uvloop.run(run())


if __name__ == "__main__":
    main()
