"""Timers and outside calls: started before called, never guessed, one at a time per subject."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.chassis.effect_store import Others
from services.chassis.effects import (
    Call,
    Done,
    Due,
    GaveUp,
    Limits,
    NewEffect,
    Outcome,
    Refused,
    Retry,
    Settled,
    Timer,
    Unknown,
)
from services.chassis.transaction import Superseded, Transaction
from tests import harness

MakeService = Callable[..., Awaitable[harness.Service]]
Tx = Transaction[Any]
QUICK = Limits(timeout_seconds=0.2, attempts=3, first_retry_seconds=0.01, questions=3)
NOTE = "INSERT INTO notes (what, key) SELECT $1, * FROM unnest($2::text[])"


class Outside:
    """An outside that answers as it is told, and remembers what it was asked."""

    def __init__(self, *outcomes: Outcome | None, answers: Sequence[Outcome] = ()) -> None:
        self.outcomes = list(outcomes)
        self.answers = list(answers)
        self.called: list[str] = []
        self.asked: list[str] = []
        self.settled: list[Settled] = []

    async def prepare(self, due: Sequence[Due], _: Tx) -> Mapping[str, Mapping[str, Any] | None]:
        """Ask for what the key says; a key that begins with x is pointless."""
        return {one.key: None if one.key.startswith("x") else {"for": one.key} for one in due}

    async def call(self, due: Due) -> Outcome:
        """Give the next outcome; None never answers."""
        self.called.append(due.key)
        outcome = self.outcomes.pop(0) if self.outcomes else Done({"key": due.key})
        if outcome is None:
            await asyncio.Event().wait()
            raise AssertionError("unreachable")
        return outcome

    async def ask(self, due: Due) -> Outcome:
        """Give the next answer to a question."""
        self.asked.append(due.key)
        return self.answers.pop(0)

    async def record(self, settled: Sequence[Settled], tx: Tx) -> None:
        """Remember what was settled, in the transaction too."""
        self.settled.extend(settled)
        await tx.execute(NOTE, "settled", [one.due.key for one in settled])

    def effect(self, *, asks: bool = True, limits: Limits = QUICK) -> Call:
        """The kind of call that this outside takes."""
        return Call(
            "call", self.prepare, self.call, self.record, self.ask if asks else None, limits
        )


async def schedule(service: harness.Service, *changes: NewEffect | Superseded) -> None:
    """Schedule as a handler does."""
    async with service.pool.acquire() as connection, connection.transaction():
        tx: Tx = Transaction(connection, service.clock.now(), None)
        tx.effects.extend(changes)
        await service.runner.recorder.finish(connection, tx)


def later(service: harness.Service, key: str, hours: float = 0, **fields: Any) -> NewEffect:
    """An effect due in so many hours."""
    fields = {"kind": "call", "subject": key, **fields}
    return NewEffect(key=key, due_at=service.clock.now() + timedelta(hours=hours), **fields)


async def fire_until(service: harness.Service, outside: Outside, settled: int) -> None:
    """Run rounds until so many calls are settled, within a deadline."""
    async with asyncio.timeout(10):
        while len(outside.settled) < settled:
            await service.runner.run_due()
            await asyncio.sleep(0.005)


async def states(service: harness.Service) -> dict[str, str]:
    """State of each open effect, outcome of each closed one."""
    rows = await service.rows(
        "SELECT key, state FROM effects UNION ALL SELECT key, outcome FROM effects_history"
    )
    return {row["key"]: row["state"] for row in rows}


async def test_a_timer_fires_when_business_time_comes(chassis_service: MakeService) -> None:
    async def fire(due: Sequence[Due], tx: Tx) -> None:
        await tx.execute(NOTE, "fired", [one.key for one in due])

    service = await chassis_service(effects=[Timer("timer", fire)])
    await schedule(
        service, later(service, "A", 1, kind="timer"), later(service, "B", 3, kind="timer")
    )
    await service.fire()
    assert await states(service) == {"A": "scheduled", "B": "scheduled"}
    service.clock.set(harness.START + timedelta(hours=2))
    await service.fire()
    assert await states(service) == {"A": "done", "B": "scheduled"}


async def test_scheduling_again_changes_nothing_and_superseding_takes_back(
    chassis_service: MakeService,
) -> None:
    outside = Outside()
    service = await chassis_service(effects=[outside.effect()])
    await schedule(service, later(service, "A", 1), later(service, "A", 5), later(service, "B", 1))
    await schedule(service, Superseded("call", ("B",)), later(service, "B", 2))
    rows = await service.rows("SELECT key, due_at FROM effects ORDER BY key")
    hours = [(row["key"], (row["due_at"] - harness.START).total_seconds() / 3600) for row in rows]
    assert hours == [("A", 1), ("B", 2)]


async def test_a_call_is_committed_as_started_with_its_request_before_it_is_made(
    chassis_service: MakeService,
) -> None:
    seen: list[Any] = []
    outside = Outside()
    service = await chassis_service(effects=[])

    async def call(due: Due) -> Outcome:
        seen.extend(await service.rows("SELECT state, attempt, request FROM effects"))
        return Done()

    service.runner.calls = [Call("call", outside.prepare, call, outside.record, None, QUICK)]
    service.runner.others = Others(["call"], [])
    await schedule(service, later(service, "A"))
    await service.fire()
    assert [tuple(row) for row in seen] == [("started", 1, {"for": "A"})]
    assert await states(service) == {"A": "done"}


async def test_what_is_pointless_is_superseded_without_a_call(chassis_service: MakeService) -> None:
    outside = Outside()
    service = await chassis_service(effects=[outside.effect()])
    await schedule(service, later(service, "x1"))
    await service.fire()
    assert (outside.called, await states(service)) == ([], {"x1": "superseded"})


async def test_one_call_a_subject_at_a_time_oldest_first(chassis_service: MakeService) -> None:
    outside = Outside()
    service = await chassis_service(effects=[outside.effect()])
    await schedule(
        service,
        later(service, "new", -1, subject="S"),
        later(service, "old", -2, subject="S"),
        later(service, "other", -1, subject="T"),
    )
    await service.runner.run_due()
    assert sorted(outside.called) == ["old", "other"]
    await service.fire()
    assert outside.called[-1] == "new"


@pytest.mark.parametrize("blocks", [True, False])
async def test_what_was_given_up_blocks_its_subject_where_it_is_money(
    chassis_service: MakeService, *, blocks: bool
) -> None:
    outside = Outside(*[Retry("down")] * 3)
    call = replace(outside.effect(), given_up_blocks=blocks)
    service = await chassis_service(effects=[call])
    await schedule(service, later(service, "first", -1, subject="S"))
    await fire_until(service, outside, 1)
    await schedule(service, later(service, "second", subject="S"))
    await service.fire()
    assert ("second" in outside.called) is not blocks


async def test_a_refusal_is_a_value(chassis_service: MakeService) -> None:
    outside = Outside(Refused({"code": "declined"}))
    service = await chassis_service(effects=[outside.effect()])
    await schedule(service, later(service, "A"))
    await service.fire()
    assert outside.settled[0].outcome == Refused({"code": "declined"})
    assert await states(service) == {"A": "refused"}


async def test_what_did_not_happen_is_tried_again_and_given_up_within_bounds(
    chassis_service: MakeService,
) -> None:
    outside = Outside(Retry("down"), Retry("down"), Retry("down"), Done())
    service = await chassis_service(effects=[outside.effect()])
    await schedule(service, later(service, "A"))
    await fire_until(service, outside, 1)
    assert outside.settled[0].outcome == GaveUp("after 3 attempts: down")
    assert (outside.called, await states(service)) == (["A"] * 3, {"A": "given_up"})


async def test_no_answer_is_unknown_and_asked_about_never_called_again(
    chassis_service: MakeService,
) -> None:
    outside = Outside(None, answers=[Unknown("still"), Done({"found": True})])
    service = await chassis_service(effects=[outside.effect()])
    await schedule(service, later(service, "A"))
    await fire_until(service, outside, 1)
    assert outside.settled[0].outcome == Done({"found": True})
    assert (outside.called, outside.asked) == (["A"], ["A", "A"])


async def test_an_answer_that_it_never_happened_leads_to_another_attempt(
    chassis_service: MakeService,
) -> None:
    outside = Outside(None, Done(), answers=[Retry("never arrived")])
    service = await chassis_service(effects=[outside.effect()])
    await schedule(service, later(service, "A"))
    await fire_until(service, outside, 1)
    assert (outside.called, outside.settled[0].outcome) == (["A", "A"], Done())


async def test_where_nobody_can_be_asked_unknown_is_told_once_and_stays(
    chassis_service: MakeService,
) -> None:
    outside = Outside(None)
    service = await chassis_service(effects=[outside.effect(asks=False)])
    await schedule(service, later(service, "A"))
    await fire_until(service, outside, 1)
    await service.fire()
    assert isinstance(outside.settled[0].outcome, Unknown)
    assert (len(outside.settled), await states(service)) == (1, {"A": "unknown"})


async def test_a_lost_lease_is_unknown_and_its_late_outcome_records_nothing(
    chassis_service: MakeService,
) -> None:
    outside = Outside(answers=[Done({"asked": True})])
    service = await chassis_service(effects=[outside.effect()])

    async def slow(due: Due) -> Outcome:
        await service.pool.execute("UPDATE effects SET leased_until = clock_timestamp()")
        other = service.worker.runner(service.pool, service.runner.recorder, lambda _: None)
        async with asyncio.timeout(10):
            while not outside.settled:
                await other.run_due()
        return Done({"late": True})

    call = service.runner.calls[0]
    patient = Limits(timeout_seconds=10, first_retry_seconds=0.01)
    service.runner.calls = [Call("call", call.prepare, slow, call.record, call.ask, patient)]
    await schedule(service, later(service, "A"))
    await service.fire()
    assert [one.outcome for one in outside.settled] == [Done({"asked": True})]


async def test_waiting_on_machine_time_counts_as_open(chassis_service: MakeService) -> None:
    outside = Outside()
    service = await chassis_service(effects=[outside.effect()])
    await schedule(service, later(service, "A", wait_seconds=0.2))
    assert await service.runner.run_due() == 0
    assert await states(service) == {"A": "scheduled"}
    await fire_until(service, outside, 1)
    assert outside.called == ["A"]
