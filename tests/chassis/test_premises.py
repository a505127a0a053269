"""A fact that comes before its premise: kept whole, taken when the premise comes, buried in time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from schemas.stock_receipts import StockCountTaken
from schemas.warehouses import ReceiptCorrected, ReceiptScanned, StockCounted
from services.chassis.effects import Due, Timer
from services.chassis.handling import Handler, hears
from services.chassis.premises import refuse_awaited
from services.chassis.transaction import Refusal, Transaction
from tests import harness
from tests.chassis.test_batch import notes, said

MakeService = Callable[..., Awaitable[harness.Service]]
Tx = Transaction[Any]
NOTE = "INSERT INTO notes (what, key, n) SELECT $1, k, n FROM unnest($2::text[], $3::int[]) AS x (k, n)"
WAIT = timedelta(hours=24)
KIND = "scan_awaited"


class Desk:
    """Corrections wait for their scans; a gate holds either handler at its end."""

    def __init__(self) -> None:
        self.scans_gate = asyncio.Event()
        self.corrections_gate = asyncio.Event()
        self.scans_gate.set()
        self.corrections_gate.set()
        self.reached = asyncio.Event()
        self.answered: list[str] = []

    @property
    def handlers(self) -> list[Handler]:
        """A scan is the premise of its corrections; a count is said on."""

        @hears(ReceiptScanned)
        async def note_scans(scans: Sequence[ReceiptScanned], tx: Tx) -> None:
            await tx.execute(NOTE, "scan", [s.scan_id for s in scans], [s.good for s in scans])
            tx.premise_came(scan.scan_id for scan in scans)
            self.reached.set()
            await self.scans_gate.wait()

        @hears(ReceiptCorrected)
        async def note_corrections(corrections: Sequence[ReceiptCorrected], tx: Tx) -> None:
            rows = await tx.fetch("SELECT key FROM notes WHERE what = 'scan'")
            known = {row["key"] for row in rows}
            for one in corrections:
                if one.scan_id not in known:
                    tx.await_premise(one, kind=KIND, premise=one.scan_id, until=tx.now + WAIT)
            taken = [one for one in corrections if one.scan_id in known]
            await tx.execute(NOTE, "fix", [c.scan_id for c in taken], [c.good for c in taken])
            self.reached.set()
            await self.corrections_gate.wait()

        @hears(StockCounted)
        async def say_counts(counts: Sequence[StockCounted], tx: Tx) -> None:
            tx.say(*(said(count) for count in counts))

        return [note_scans, note_corrections, say_counts]

    @property
    def timer(self) -> Timer:
        """What becomes of a correction whose scan never came."""

        async def give_up(due: Sequence[Due], tx: Tx) -> None:
            refusal = Refusal("no_such_scan", "the scan never came: send it, or drop this")
            self.answered += sorted(await refuse_awaited(tx, {one.key: refusal for one in due}))

        return Timer(KIND, give_up)


def a_scan(scan_id: str = "S1", good: int = 12) -> ReceiptScanned:
    """A scan at the dock."""
    return ReceiptScanned(
        warehouse="MAIN", scan_id=scan_id, sku="LAMP", good=good, scanned_at=harness.START
    )


def a_correction(scan_id: str = "S1", good: int = 10, at: datetime = harness.START) -> Any:
    """A correction of a scan."""
    return ReceiptCorrected(
        warehouse="MAIN", scan_id=scan_id, sku="LAMP", good=good, damaged=0, corrected_at=at
    )


async def awaiting(service: harness.Service) -> list[str]:
    """What waits for its premise."""
    return [row["premise"] for row in await service.rows("SELECT premise FROM awaiting")]


async def test_what_came_before_its_premise_is_taken_when_that_comes(
    chassis_service: MakeService,
) -> None:
    desk = Desk()
    service = await chassis_service(desk.handlers, [desk.timer])
    correction = a_correction()
    await service.hear(correction)
    await service.hear(correction)
    assert (await notes(service), await awaiting(service)) == ([], ["S1"])
    await service.hear(a_scan("S2"))
    assert await awaiting(service) == ["S1"]
    await service.hear(a_scan("S1"))
    await service.hear(correction)
    assert (await notes(service))[1:] == [("scan", "S1"), ("fix", "S1")]
    assert await awaiting(service) == []
    service.clock.set(harness.START + 2 * WAIT)
    await service.fire()
    assert await service.dead_letters() == []


@pytest.mark.parametrize("premise_first", [True, False])
async def test_in_one_batch_any_order_will_do(
    chassis_service: MakeService, premise_first: bool
) -> None:
    desk = Desk()
    service = await chassis_service(desk.handlers, [desk.timer])
    batch = [a_scan(), a_correction()]
    await service.hear(*(batch if premise_first else reversed(batch)))
    assert sorted(await notes(service)) == [("fix", "S1"), ("scan", "S1")]
    assert await awaiting(service) == []


async def test_what_waited_too_long_is_a_dead_letter_as_it_was_sent(
    chassis_service: MakeService,
) -> None:
    desk = Desk()
    service = await chassis_service(desk.handlers, [desk.timer])
    record = service.record_of(a_correction())
    record = replace(record, headers=(*record.headers, ("device", b"gun-7")), timestamp_ms=17)
    await service.hear_records(record)
    service.clock.set(harness.START + WAIT)
    await service.fire()
    [letter] = await service.dead_letters()
    assert (letter["code"], letter["aggregate"]) == ("no_such_scan", "S1")
    assert (letter["value"], letter["key"]) == (record.value, record.key)
    assert (letter["partition"], letter["offset"]) == (record.partition, record.offset)
    assert ["device", "gun-7"] in letter["headers"]
    assert letter["timestamp_ms"] == 17
    assert desk.answered == [letter["identity"]]
    assert await awaiting(service) == []


async def test_two_facts_of_one_premise_are_taken_in_the_order_they_came(
    chassis_service: MakeService,
) -> None:
    desk = Desk()
    service = await chassis_service(desk.handlers, [desk.timer])
    for hour in (1, 2, 3):
        await service.hear(a_correction(good=hour, at=harness.START + timedelta(hours=hour)))
    await service.hear(a_scan())
    rows = await service.rows("SELECT n FROM notes WHERE what = 'fix' ORDER BY id")
    assert [row["n"] for row in rows] == [1, 2, 3]


async def test_a_premise_committed_by_another_process_meanwhile_is_seen(
    chassis_service: MakeService,
) -> None:
    desk = Desk()
    service = await chassis_service(desk.handlers, [desk.timer])
    desk.corrections_gate.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(service.hear(a_correction()))
        await desk.reached.wait()  # it has looked, and found no scan
        await service.batches.take([service.record_of(a_scan())])
        desk.corrections_gate.set()
    assert await notes(service) == [("scan", "S1"), ("fix", "S1")]
    assert await awaiting(service) == []


async def test_a_fact_kept_by_another_process_meanwhile_is_found(
    chassis_service: MakeService,
) -> None:
    desk = Desk()
    service = await chassis_service(desk.handlers, [desk.timer])
    desk.scans_gate.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(service.hear(a_scan()))
        await desk.reached.wait()  # the scan is written, nobody can see it
        await service.batches.take([service.record_of(a_correction())])
        assert await awaiting(service) == ["S1"]
        desk.scans_gate.set()
    assert await notes(service) == [("scan", "S1"), ("fix", "S1")]
    assert await awaiting(service) == []


async def test_a_kept_fact_that_fails_does_not_keep_its_premise_from_being_taken(
    chassis_service: MakeService,
) -> None:
    desk = Desk()
    service = await chassis_service(desk.handlers, [desk.timer])
    await service.hear(a_correction(good=5000))
    await service.hear(a_scan())
    assert await notes(service) == [("scan", "S1")]
    [letter] = await service.dead_letters()
    assert (letter["code"], letter["aggregate"]) == ("unprocessable", "S1")
    assert await awaiting(service) == []


async def test_what_is_said_beside_a_failing_kept_fact_is_said(
    chassis_service: MakeService,
) -> None:
    desk = Desk()
    service = await chassis_service(desk.handlers, [desk.timer])
    await service.hear(a_correction(good=5000))
    count = StockCounted(
        warehouse="MAIN", count_id="C1", sku="LAMP", quantity=1, counted_at=harness.START
    )
    assert [type(event) for event in await service.hear(a_scan(), count)] == [StockCountTaken]
