"""What each kind of dead letter becomes when it is redriven, and when the worker stops over them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from deploy.local.home import Addresses
from schemas import topics
from schemas.warehouses import StockCounted
from services.chassis.broker import ensure_topics
from services.chassis.dead_letters import (
    PARKED,
    PARKED_ALARM_SECONDS,
    Selection,
    chosen,
    forget_personal_bytes,
    redrive,
)
from services.chassis.decoding import Record
from services.chassis.effects import Timer
from services.chassis.failing import HANDLER_FAILURES_BEFORE_STOP, WorkerStopped
from services.chassis.handling import hears
from services.chassis.redriving import Redriving
from services.chassis.transaction import Refusal, Transaction
from tests import harness
from tests.chassis.conftest import MakeWorker
from tests.chassis.test_batch import a_count, a_request
from tests.chassis.test_parking import Desk, a_cancel, noted, redriven, settled, states
from tests.chassis.test_premises import KIND, WAIT, a_correction, a_scan, awaiting
from tests.chassis.test_premises import Desk as ScanDesk
from tests.chassis.test_worker import counts, publish, running, until

MakeService = Callable[..., Awaitable[harness.Service]]
LIMIT = HANDLER_FAILURES_BEFORE_STOP


class Counting:
    """Refuses counts of more than a limit."""

    def __init__(self) -> None:
        self.most = 5

    @property
    def handlers(self) -> Any:
        """What it hears."""

        @hears(StockCounted)
        async def note_counts(told: Sequence[StockCounted], tx: Transaction[Any]) -> None:
            for one in told:
                if one.quantity > self.most:
                    tx.refuse(one, Refusal("too_many", "so many do not fit: count again"))
            kept = [one.count_id for one in told if one.quantity <= self.most]
            await tx.execute(
                "INSERT INTO notes (what, key) SELECT 'count', unnest($1::text[])", kept
            )

        return [note_counts]


async def test_a_refused_fact_is_judged_anew_and_then_holds_its_identity(
    chassis_service: MakeService,
) -> None:
    desk = Counting()
    service = await chassis_service(desk.handlers)
    count = a_count("A", 7)
    await service.hear(count, count)
    await redriven(service)
    assert await states(service) == [("dead", 2)]
    desk.most = 10
    await redriven(service)
    await service.hear(count)
    assert await noted(service) == ["A"]
    assert await states(service) == [("done", 3)]
    await service.hear(a_count("A", 8))
    assert [letter["code"] for letter in await service.dead_letters()][1:] == ["identity_conflict"]


async def test_a_refusal_parks_nothing(chassis_service: MakeService) -> None:
    service = await chassis_service(Counting().handlers)
    await service.hear(a_count("A", 7))
    await service.hear(a_count("A", 3).model_copy(update={"warehouse": "EAST"}))
    assert await noted(service) == ["A"]


async def test_what_was_refused_at_the_door_is_judged_at_the_door_again(
    chassis_service: MakeService,
) -> None:
    service = await chassis_service(Counting().handlers)
    topic = "crossdock.warehouse.receipts"
    unknown = b'{"type": "stock.cuonted", "sku": "LAMP"}'
    await service.hear_records(Record(topic, 0, 1, None, unknown, ()))
    await redriven(service)
    [letter] = await service.dead_letters()
    assert (letter["state"], letter["code"], letter["attempts"]) == ("dead", "unknown_type", 2)


async def test_an_outsiders_fact_is_dated_as_when_it_came_first(
    chassis_service: MakeService,
) -> None:
    desk = Counting()
    service = await chassis_service(desk.handlers)
    record = replace(service.record_of(a_count("A", 7)), timestamp_ms=1_700_000_000_000)
    headers = tuple(header for header in record.headers if header[0] not in {"ce_id", "ce_time"})
    record = replace(record, headers=headers)
    await service.hear_records(record)
    [before] = await service.rows("SELECT event_id FROM dead_letters")
    desk.most = 10
    await redriven(service)
    [after] = await service.rows("SELECT event_id FROM inbound")
    assert after["event_id"] == before["event_id"]


async def test_a_redriven_fact_may_wait_for_its_premise_and_die_of_it_again(
    chassis_service: MakeService,
) -> None:
    desk = ScanDesk()
    service = await chassis_service(desk.handlers, [desk.timer])
    await service.hear(a_correction())
    for days in (1, 2):
        service.clock.set(harness.START + days * WAIT)
        await service.fire()
        assert await states(service) == [("dead", days)]
        await redriven(service)
        assert await states(service) == [("done", days + 1)]
        assert await awaiting(service) == ["S1"]
    await service.hear(a_scan())
    assert await noted(service) == ["S1", "S1"]


async def test_what_waited_and_then_failed_is_taken_alone_and_parks_its_aggregate(
    chassis_service: MakeService,
) -> None:
    desk = ScanDesk()
    service = await chassis_service(desk.handlers, [Timer(KIND, desk.timer.fire)])
    await service.hear(a_correction("S1", 5_000), a_correction("S2", 5))
    await service.hear(a_scan("S1"), a_scan("S2"))
    assert await noted(service) == ["S1", "S2"]
    await settled(service)
    assert await noted(service) == ["S1", "S2", "S2"]
    assert sorted(await states(service)) == [("dead", 2), ("done", 2)]
    await service.hear(a_scan("S1", 3))
    assert ("parked", 0) in await states(service)


async def test_what_was_forgotten_is_not_redriven(chassis_service: MakeService) -> None:
    desk = Desk()
    service = await chassis_service(desk.handlers)
    desk.broken = {"shop:1:1"}
    await service.hear(a_request("shop:1:1"))
    await service.hear(a_cancel("c1"))
    await service.pool.execute("UPDATE dead_letters SET arrived_at = now() - interval '31 days'")
    await forget_personal_bytes(service.pool, [f"{service.worker.settings.namespace}demand"])
    assert await redriven(service) == []
    [dead, parked] = await service.dead_letters()
    await service.pool.execute("UPDATE dead_letters SET state = 'redriven' WHERE state = 'parked'")
    await settled(service)
    assert (dead["state"], parked["state"]) == ("dead", "parked")
    [_, parked] = await service.dead_letters()
    assert (parked["state"], parked["code"]) == ("dead", "forgotten")


async def test_parked_for_long_is_an_alarm(chassis_service: MakeService) -> None:
    desk = Desk()
    service = await chassis_service(desk.handlers)
    desk.broken = {"shop:1:1"}
    await service.hear(a_request("shop:1:1"), a_cancel("c1"), a_cancel("c2"))
    [row] = await service.rows(PARKED, PARKED_ALARM_SECONDS)
    assert (row["parked"], row["parked_too_long"]) == (2, 0)
    await service.pool.execute(
        """UPDATE dead_letters SET arrived_at = now() - interval '16 minutes'
           WHERE id = (SELECT max(id) FROM dead_letters)"""
    )
    [row] = await service.rows(PARKED, PARKED_ALARM_SECONDS)
    assert row["parked_too_long"] == 1
    assert row["oldest_seconds"] > PARKED_ALARM_SECONDS


async def test_a_service_that_stopped_buries_nothing_more_until_something_works(
    chassis_service: MakeService,
) -> None:
    desk = Desk()
    requests = [a_request(f"shop:1:{n}") for n in range(LIMIT + 5)]
    desk.broken = {request.line_id for request in requests}
    service = await chassis_service(desk.handlers)
    with pytest.raises(WorkerStopped, match="then redrive"):
        await service.hear(*requests)
    assert len(await service.dead_letters()) == LIMIT - 1

    again = await chassis_service(desk.handlers)
    again.offsets = service.offsets
    await again.batches.recall_stop()
    for _ in range(2):
        with pytest.raises(WorkerStopped):
            await again.hear(*requests[-3:])
    assert len(await service.dead_letters()) == LIMIT - 1

    desk.broken = {requests[-1].line_id}
    await again.hear(*requests[-3:])
    assert await noted(service) == [request.line_id for request in requests[-3:-1]]
    assert len(await service.dead_letters()) == LIMIT
    assert await service.rows("SELECT * FROM stopped") == []


async def test_what_is_redriven_is_taken_by_the_running_worker(
    make_worker: MakeWorker, servers: Addresses, namespace: str
) -> None:
    await ensure_topics(servers.kafka, namespace, [topics.WAREHOUSE_RECEIPTS])
    desk = Counting()
    worker = make_worker(desk.handlers, namespace=namespace)
    pool = await worker.open_pool()

    async def state(wanted: str) -> bool:
        return await pool.fetchval("SELECT count(*) > 0 FROM dead_letters WHERE state = $1", wanted)

    desk.most = 2
    async with running(worker):
        await publish(servers, namespace, *counts("A"))
        await until(lambda: state("dead"))
        desk.most = 10
        async with pool.acquire() as connection:
            rows = await chosen(connection, Selection())
            await redrive(connection, [row["id"] for row in rows])
        await until(lambda: state("done"))
        assert await pool.fetchval("SELECT key FROM notes") == "A"


async def test_a_stop_over_our_own_failures_is_told_until_something_works(
    make_worker: MakeWorker, servers: Addresses, namespace: str, tmp_path: Path
) -> None:
    refused = tmp_path / "run" / "worker-allocation.refused"
    mended = False

    @hears(StockCounted)
    async def fail(told: Sequence[StockCounted], tx: Transaction[Any]) -> None:
        await tx.fetchval("SELECT 1 / $1::int", 1 if mended else 0)

    await publish(servers, namespace, *counts(*(f"C{n}" for n in range(LIMIT))))
    for _ in range(2):
        with pytest.raises(WorkerStopped):
            await make_worker([fail], namespace=namespace).run()
        told = json.loads(refused.read_text())
        assert told["reason"] == "handlers_failing"
    mended = True
    worker = make_worker([fail], namespace=namespace)
    pool = await worker.open_pool()
    assert await pool.fetchval("SELECT count(*) FROM dead_letters") == LIMIT - 1

    async def told_no_more() -> bool:
        return not refused.exists()

    async with running(worker):
        await until(told_no_more)
        assert await pool.fetchval("SELECT count(*) FROM stopped") == 0


async def test_redriving_goes_on_after_a_passing_failure(chassis_service: MakeService) -> None:
    desk = Desk()
    service = await chassis_service(desk.handlers)
    desk.broken = {"shop:1:1"}
    await service.hear(a_request("shop:1:1"))
    desk.broken = set()
    async with service.pool.acquire() as connection:
        await redrive(connection, [row["id"] for row in await chosen(connection, Selection())])
    commit = service.batches.recorder.finish

    async def lost(*_: Any) -> Any:
        raise ConnectionResetError

    object.__setattr__(service.batches.recorder, "finish", lost)
    with pytest.raises(ConnectionResetError):
        await Redriving(service.batches).round()
    assert await states(service) == [("redriven", 1)]
    object.__setattr__(service.batches.recorder, "finish", commit)
    await settled(service)
    assert await noted(service) == ["shop:1:1"]
