"""One bad effect does not stop the others, and no more is started than is being called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from services.chassis.effect_store import (
    Others,
    expire_leases_of,
    lease_questions,
    lock_questions,
)
from services.chassis.effects import Call, Done, Due, Outcome, Settled, Timer, Unknown
from tests.chassis.test_effects import (
    NOTE,
    QUICK,
    MakeService,
    Outside,
    Tx,
    later,
    schedule,
    states,
)


async def test_no_more_is_started_than_is_being_called(chassis_service: MakeService) -> None:
    outside = Outside()
    service = await chassis_service(effects=[])
    started: list[int] = []

    async def call(_: Due) -> Outcome:
        [row] = await service.rows("SELECT count(*) AS n FROM effects WHERE state = 'started'")
        started.append(row["n"])
        return Done()

    limits = replace(QUICK, timeout_seconds=5, concurrent=4)
    service.runner.calls = [Call("call", outside.prepare, call, outside.record, None, limits)]
    service.runner.others = Others(["call"], [])
    await schedule(service, *(later(service, f"K{n}") for n in range(10)))
    await service.fire()
    assert (max(started), len(outside.settled)) == (4, 10)


async def test_a_timer_that_cannot_be_fired_does_not_keep_the_others(
    chassis_service: MakeService,
) -> None:
    async def fire(due: Sequence[Due], tx: Tx) -> None:
        await tx.execute(NOTE, "fired", [one.key for one in due])
        if "bad" in [one.key for one in due]:
            raise LookupError("a bug")

    service = await chassis_service(effects=[Timer("timer", fire)])
    await schedule(service, *(later(service, key, kind="timer") for key in ("A", "bad", "B")))
    await service.fire()
    assert await states(service) == {"A": "done", "bad": "scheduled", "B": "done"}
    fired = await service.rows("SELECT key FROM notes ORDER BY key")
    assert [row["key"] for row in fired] == ["A", "B"]


async def test_an_outcome_that_cannot_be_recorded_does_not_lose_the_others(
    chassis_service: MakeService,
) -> None:
    outside = Outside()
    service = await chassis_service(effects=[])

    async def record(settled: Sequence[Settled], tx: Tx) -> None:
        if "bad" in [one.due.key for one in settled]:
            raise LookupError("a bug")
        await outside.record(settled, tx)

    service.runner.calls = [Call("call", outside.prepare, outside.call, record, None, QUICK)]
    service.runner.others = Others(["call"], [])
    await schedule(service, *(later(service, key) for key in ("A", "bad", "B")))
    await service.runner.run_due()
    assert sorted(one.due.key for one in outside.settled) == ["A", "B"]
    assert await states(service) == {"A": "done", "bad": "started", "B": "done"}


async def test_a_dead_process_holds_neither_its_calls_nor_its_questions(
    chassis_service: MakeService,
) -> None:
    outside = Outside(Unknown("cut off"), answers=[Done()])
    service = await chassis_service(effects=[outside.effect()])
    await schedule(service, later(service, "K"))
    await service.runner.run_due()
    async with service.pool.acquire() as connection:
        [row] = await connection.fetch("UPDATE effects SET retry_at = now() RETURNING id")
        await lease_questions(connection, [row["id"]], uuid4(), "dead:1", 600)
        assert await lock_questions(connection, "call", 1) == []
        await expire_leases_of(connection, "another:2")
        assert await lock_questions(connection, "call", 1) == []
        await expire_leases_of(connection, "dead:1")
    await service.fire()
    assert outside.asked == ["K"]
    assert await states(service) == {"K": "done"}
