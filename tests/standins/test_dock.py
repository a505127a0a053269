"""The dock packs what it is told and scans released parcels out; a repeat is the same scan."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.home import Addresses
from schemas.allocation import UnitsRouted
from schemas.shipping import (
    DockLine,
    PackRefused,
    PackRequested,
    ParcelReleased,
    ParcelWithdrawn,
)
from schemas.topics import DOCK_MOVES, DOCK_PARCELS, WAREHOUSE_PARCELS, heard_by
from schemas.values import Reason
from schemas.warehouses import ParcelDamaged, ParcelDispatched, ParcelPacked
from services.chassis.broker import committed_offsets, ensure_topics
from services.chassis.clock import Clock, set_clock
from services.chassis.settings import Deployment
from services.standins.dock import PACKED_ANEW_AT_MOST, Dock, Mishaps, answered, packed
from services.standins.listening import Listener
from services.standins.publishing import Publisher

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WITHIN_SECONDS = 60


def lines(*quantities: int) -> tuple[DockLine, ...]:
    """Lines of lamps, by their numbers of units."""
    return tuple(
        DockLine(line_id=f"web:7:{number}", sku="LAMP", title="Lamp", quantity=quantity)
        for number, quantity in enumerate(quantities, start=1)
    )


def asked(version: int = 1, *quantities: int, shipment: str = "web:7/1") -> PackRequested:
    """What shipping asks to pack."""
    return PackRequested(
        order_id="web:7",
        shipment_id=shipment,
        warehouse="MAIN",
        version=version,
        lines=lines(*quantities),
    )


def refused(scan_id: str, version: int, *quantities: int) -> PackRefused:
    """Shipping's answer to a parcel packed wrong."""
    return PackRefused(
        order_id="web:7",
        shipment_id="web:7/1",
        warehouse="MAIN",
        scan_id=scan_id,
        version=version,
        reason=Reason(code="older_version", text="version 2 is to be packed"),
        unpack=(),
        lines=lines(*quantities),
    )


def released(version: int = 1, shipment: str = "web:7/1") -> ParcelReleased:
    """The permission to leave."""
    return ParcelReleased(order_id="web:7", shipment_id=shipment, warehouse="MAIN", version=version)


def withdrawn(version: int) -> ParcelWithdrawn:
    """The parcel will not leave."""
    return ParcelWithdrawn(
        order_id="web:7",
        shipment_id="web:7/1",
        warehouse="MAIN",
        version=version,
        reason=Reason(code="cancelled", text="all of it was cancelled"),
        unpack=lines(3),
    )


def test_exactly_what_is_asked_is_packed() -> None:
    [scan] = answered([asked(2, 3, 1)], MONDAY)
    assert isinstance(scan, ParcelPacked)
    assert (scan.shipment_id, scan.version, scan.packed_at) == ("web:7/1", 2, MONDAY)
    assert [(line.line_id, line.quantity) for line in scan.lines] == [
        ("web:7:1", 3),
        ("web:7:2", 1),
    ]


def test_the_same_request_heard_later_is_the_same_scan() -> None:
    [one], [again] = answered([asked(1, 3)], MONDAY), answered([asked(1, 3)], MONDAY + timedelta(1))
    assert (one.identity(), one.content()) == (again.identity(), again.content())
    [out], [out_again] = answered([released()], MONDAY), answered([released()], MONDAY)
    assert (out.identity(), out.content()) == (out_again.identity(), out_again.content())


def test_of_a_parcel_only_the_latest_version_is_packed() -> None:
    scans = answered([asked(1, 3), asked(2, 2), asked(1, 9, shipment="web:8/1")], MONDAY)
    assert {(scan.shipment_id, scan.version) for scan in scans if isinstance(scan, ParcelPacked)} == {
        ("web:7/1", 2), ("web:8/1", 1),
    }  # fmt: skip


def test_a_changed_parcel_is_packed_again_as_it_is_asked_for_then() -> None:
    changed = asked(2, 2).model_copy(update={"unpack": lines(1)})
    [first], [second] = answered([asked(1, 3)], MONDAY), answered([changed], MONDAY)
    assert isinstance(second, ParcelPacked)
    assert second.version == 2
    assert [line.quantity for line in second.lines] == [2]
    assert first.scan_id != second.scan_id


def test_a_withdrawn_parcel_is_not_packed() -> None:
    assert answered([asked(1, 3), withdrawn(2)], MONDAY) == []
    assert answered([withdrawn(2), asked(1, 3)], MONDAY) == []


def test_a_released_parcel_that_is_changed_before_it_left_is_packed_anew() -> None:
    [scan] = answered([released(1), asked(2, 2)], MONDAY)
    assert isinstance(scan, ParcelPacked)
    assert answered([released(1), withdrawn(2)], MONDAY) == []


class TestMishaps:
    def test_without_being_told_nothing_goes_wrong(self) -> None:
        requests = [asked(1, 3, shipment=f"web:{n}/1") for n in range(200)]
        scans = answered(requests, MONDAY, Mishaps(seed=3))
        assert [scan.TYPE for scan in scans] == ["parcel.packed"] * 200

    def test_a_parcel_packed_short_lacks_one_unit_and_leaves(self) -> None:
        mishaps = Mishaps(short_percent=100)
        [scan] = answered([asked(1, 3, 1)], MONDAY, mishaps)
        assert isinstance(scan, ParcelPacked)
        assert [line.quantity for line in scan.lines] == [3]
        [out] = answered([released(2)], MONDAY, mishaps)
        assert isinstance(out, ParcelDispatched)

    def test_the_only_unit_is_found(self) -> None:
        [scan] = answered([asked(1, 1)], MONDAY, Mishaps(short_percent=100))
        assert isinstance(scan, ParcelPacked)
        assert scan.lines[0].quantity == 1

    def test_a_unit_that_breaks_is_told_and_keeps_the_parcel_until_it_is_packed_anew(self) -> None:
        mishaps = Mishaps(damaged_percent=100)
        scan, broken = answered([asked(1, 3)], MONDAY, mishaps)
        assert isinstance(scan, ParcelPacked)
        assert isinstance(broken, ParcelDamaged)
        assert [(line.line_id, line.quantity) for line in broken.lines] == [("web:7:1", 1)]
        assert answered([released(1)], MONDAY, mishaps) == []
        [again] = answered([asked(2, 2)], MONDAY, mishaps)
        assert isinstance(again, ParcelPacked)
        assert len(answered([released(2)], MONDAY, mishaps)) == 1

    def test_a_hash_of_seed_and_shipment_says_which_parcels(self) -> None:
        names = [f"web:{n}/1" for n in range(1_000)]

        def drawn(seed: int) -> list[str]:
            mishaps = Mishaps(seed, short_percent=5)
            return [name for name in names if mishaps.packs_short(asked(1, 3, shipment=name))]

        assert drawn(1) == drawn(1) != drawn(2)
        assert 25 <= len(drawn(1)) <= 80


def test_a_parcel_that_must_hold_nothing_is_not_packed() -> None:
    assert answered([asked(2)], MONDAY) == []


def test_an_older_pack_that_was_refused_is_packed_as_the_version_asked_for() -> None:
    first, second = packed(asked(1, 3), MONDAY), packed(asked(2, 2), MONDAY)
    assert first is not None
    assert packed(refused(first.scan_id, 2, 2), MONDAY) == second


def test_a_refused_pack_of_the_same_version_is_packed_anew_within_a_bound() -> None:
    scan = packed(asked(1, 3), MONDAY)
    seen: list[str] = []
    while scan is not None:
        seen.append(scan.scan_id)
        scan = packed(refused(scan.scan_id, 1, 3), MONDAY)
    assert len(set(seen)) == len(seen) == 1 + PACKED_ANEW_AT_MOST


def test_a_long_shipment_id_still_makes_a_scan_id() -> None:
    shipment = f"web:{'9' * 100}/1"
    scans = answered([asked(1, 3, shipment=shipment), released(shipment=shipment)], MONDAY)
    assert len({scan.scan_id for scan in scans}) == 2


@pytest.fixture
async def deployment(servers: Addresses, tmp_path: Path) -> Deployment:
    """A namespace of its own with the topics at the dock."""
    namespace = f"dock-{uuid4().hex[:8]}."
    await ensure_topics(servers.kafka, namespace, [DOCK_MOVES, DOCK_PARCELS, WAREHOUSE_PARCELS])
    set_clock(tmp_path, MONDAY)
    return Deployment(kafka=servers.kafka, namespace=namespace, home=tmp_path)


async def scans_on(deployment: Deployment, count: int) -> list[ParcelPacked | ParcelDispatched]:
    """The first scans that the dock published."""
    topic = f"{deployment.namespace}{WAREHOUSE_PARCELS.name}"
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        bootstrap_servers=deployment.kafka, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, one) for one in range(WAREHOUSE_PARCELS.partitions)])
        found: list[ParcelPacked | ParcelDispatched] = []
        async with asyncio.timeout(WITHIN_SECONDS):
            while len(found) < count:
                for part in (await consumer.getmany(timeout_ms=100)).values():
                    for record in part:
                        types = {one.type_name(): one for one in (ParcelPacked, ParcelDispatched)}
                        kind = types[dict(record.headers)["ce_type"].decode()]
                        found.append(kind.model_validate_json(record.value or b""))
        return found
    finally:
        await consumer.stop()


async def committed_all(deployment: Deployment, ends: int) -> bool:
    """Whether the dock has committed so many records."""
    group = f"{deployment.namespace}dock"
    found = await committed_offsets(deployment.kafka, [group])
    return sum(found[group].values()) == ends


async def until_committed(deployment: Deployment, ends: int) -> None:
    """Wait until the dock has committed everything it heard."""
    async with asyncio.timeout(WITHIN_SECONDS):
        while not await committed_all(deployment, ends):  # noqa: ASYNC110  # no commit is told
            await asyncio.sleep(0.05)


async def test_a_real_dock_answers_every_parcel_and_commits_what_it_heard(
    deployment: Deployment,
) -> None:
    stop = asyncio.Event()
    parcels = [asked(1, 2, shipment=f"web:{number}/1") for number in range(500)]
    move = UnitsRouted(
        sku="LAMP", warehouse="MAIN", move="put_away", quantity=1, order_id=None, line_id=None,
        dock=None, scan_id=None, delivery=None, decision_no=1,
    )  # fmt: skip
    async with Publisher(deployment.kafka, deployment.namespace) as publisher:
        dock = Dock(publisher, Clock(deployment.home))
        listener = Listener(deployment, "dock", "scanners")
        task = asyncio.create_task(listener.listen(dock.answer, stop))
        await publisher.publish([move, *parcels, released()], "/tests", MONDAY)
        scans = await scans_on(deployment, len(parcels) + 1)
        await until_committed(deployment, len(parcels) + 2)
        stop.set()
        await task
    assert {scan.shipment_id for scan in scans} == {
        one.shipment_id for one in [*parcels, released()]
    }
    assert heard_by("scanners") == (DOCK_MOVES, DOCK_PARCELS)


async def test_what_could_not_be_answered_is_not_committed(deployment: Deployment) -> None:
    async with Publisher(deployment.kafka, deployment.namespace) as publisher:
        await publisher.publish([asked(1, 2)], "/tests", MONDAY)

        async def failing(_: object) -> None:
            raise ConnectionError("the broker is away")

        with pytest.raises(ConnectionError):
            await Listener(deployment, "dock", "scanners").listen(failing, asyncio.Event())
        assert await committed_all(deployment, 0)
        stop = asyncio.Event()
        dock = Dock(publisher, Clock(deployment.home))
        task = asyncio.create_task(
            Listener(deployment, "dock", "scanners").listen(dock.answer, stop)
        )
        [scan] = await scans_on(deployment, 1)
        stop.set()
        await task
    assert scan.shipment_id == "web:7/1"
