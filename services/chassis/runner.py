"""Runs what is due: timers in one transaction, outside calls in three steps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import uniform
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import asyncpg
import structlog

from services.chassis import effect_store
from services.chassis.batch import Recorder, Saying
from services.chassis.clock import LOOK_EVERY_SECONDS, Clock
from services.chassis.effect_store import Taken
from services.chassis.effects import (
    Call,
    Done,
    Due,
    Effect,
    GaveUp,
    Outcome,
    Refused,
    Retry,
    Settled,
    Timer,
    Unknown,
)
from services.chassis.failing import Failure, classed
from services.chassis.transaction import Transaction

if TYPE_CHECKING:
    from asyncpg import Record
    from asyncpg.pool import Pool

SLOW_LOOK_SECONDS = 1.0
"""The net under every wake-up."""
PAUSE_AFTER_FAILURE_SECONDS = 0.5

log = structlog.get_logger()


class Runner:
    """Runs the effects of one service in one process."""

    def __init__(
        self,
        pool: Pool[Record],
        effects: Sequence[Effect],
        recorder: Recorder,
        clock: Clock,
        policy: Any,
        holder: str,
        committed: Callable[[Saying], None],
    ) -> None:
        self.pool = pool
        self.timers = [effect for effect in effects if isinstance(effect, Timer)]
        self.calls = [effect for effect in effects if isinstance(effect, Call)]
        self.others = effect_store.Others(
            [call.kind for call in self.calls],
            [call.kind for call in self.calls if call.given_up_blocks],
        )
        self.recorder = recorder
        self.clock = clock
        self.policy = policy
        self.holder = holder
        self.committed = committed
        self.wake = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Run what is due until told to stop; what is in hand is finished first."""
        while not stop.is_set():
            try:
                if not await self.run_due():
                    await self._wait()
            except Exception as error:
                log.warning(
                    "effects_failed",
                    failure=classed(error).name,
                    error=type(error).__name__,
                    exc_info=classed(error) is not Failure.RETRYABLE,
                )
                await asyncio.sleep(PAUSE_AFTER_FAILURE_SECONDS * uniform(0.5, 1))  # noqa: S311  jitter, not a secret

    async def run_due(self) -> int:
        """Run one round of what is due now; how many rows were taken."""
        self.wake.clear()
        self.clock.look()
        count = 0
        for timer in self.timers:
            count += await self._fire(timer)
        if self.calls:
            counts = await asyncio.gather(*(self._round(call) for call in self.calls))
            count += sum(counts)
        return count

    async def _wait(self) -> None:
        """Wait for a commit that schedules, a new setting of the clock, or the next moment."""
        now = self.clock.now()
        seconds = await effect_store.seconds_to_next(self.pool, now)
        limit = (
            min(SLOW_LOOK_SECONDS, max(0.01, seconds)) if seconds is not None else SLOW_LOOK_SECONDS
        )
        loop = asyncio.get_running_loop()
        end = loop.time() + limit
        while not self.wake.is_set() and (left := end - loop.time()) > 0:
            if self.clock.look():
                return
            try:
                await asyncio.wait_for(self.wake.wait(), min(LOOK_EVERY_SECONDS, left))
            except TimeoutError:
                continue

    async def _fire(self, timer: Timer) -> int:
        """Fire due timers of a kind in one transaction."""
        async with self.pool.acquire() as connection, connection.transaction():
            tx = Transaction(connection, self.clock.now(), self.policy)
            rows = await effect_store.lock_due_timers(connection, timer.kind, tx.now, timer.batch)
            if not rows:
                return 0
            await effect_store.close(connection, "done", [(row.id, {}) for row in rows])
            await timer.fire([row.due for row in rows], tx)
            saying = await self.recorder.finish(connection, tx)
        self.committed(saying)
        return len(rows)

    async def _round(self, call: Call) -> int:
        """Settle lost leases and open questions of a kind, then make the calls that are due."""
        lost = await self._settle_lost(call)
        asked = await self._ask(call) if call.ask else 0
        return lost + asked + await self._call(call)

    async def _call(self, call: Call) -> int:
        token = uuid4()
        try:
            count, started = await self._start(call, token)
        except asyncpg.UniqueViolationError:
            return 0  # another process has just started a call of the same subject
        if started:
            outcomes = await self._make(call, started, call.call)
            await self._record(call, token, started, outcomes)
        return count

    async def _start(self, call: Call, token: UUID) -> tuple[int, list[Taken]]:
        """Commit the calls as started, with their requests, before anyone is called."""
        async with self.pool.acquire() as connection, connection.transaction():
            tx = Transaction(connection, self.clock.now(), self.policy)
            rows = await effect_store.lock_due_calls(
                connection, call.kind, self.others, tx.now, call.limits.batch
            )
            if not rows:
                return 0, []
            requests = await call.prepare([row.due for row in rows], tx)
            started = [
                Taken(row.id, with_request(row.due, dict(request)), row.asked)
                for row in rows
                if (request := requests.get(row.due.key)) is not None
            ]
            pointless = [row.id for row in rows if requests.get(row.due.key) is None]
            if pointless:
                await effect_store.close(connection, "superseded", [(row, {}) for row in pointless])
            if started:
                await effect_store.start(
                    connection,
                    [(row.id, row.due.request) for row in started],
                    token,
                    self.holder,
                    call.limits.lease_seconds,
                )
            saying = await self.recorder.finish(connection, tx)
        self.committed(saying)
        return len(rows), started

    async def _make(
        self, call: Call, rows: Sequence[Taken], make: Callable[[Due], Awaitable[Outcome]]
    ) -> list[Outcome]:
        """Make calls side by side, each within its time-out; no transaction is open."""
        gate = asyncio.Semaphore(call.limits.concurrent)

        async def one(due: Due) -> Outcome:
            async with gate:
                try:
                    async with asyncio.timeout(call.limits.timeout_seconds):
                        return await make(due)
                except TimeoutError:
                    return Unknown(f"no answer within {call.limits.timeout_seconds} s")
                except Exception as error:
                    log.error("call_failed", kind=call.kind, key=due.key, exc_info=error)
                    return Unknown(f"{type(error).__name__}")

        return list(await asyncio.gather(*(one(row.due) for row in rows)))

    async def _record(
        self, call: Call, token: UUID, rows: Sequence[Taken], outcomes: Sequence[Outcome]
    ) -> None:
        """Record outcomes under the lease that the calls were made with."""
        async with self.pool.acquire() as connection, connection.transaction():
            mine = await effect_store.lock_mine(connection, [row.id for row in rows], token)
            kept = [(r, o) for r, o in zip(rows, outcomes, strict=True) if r.id in mine]
            tx = Transaction(connection, self.clock.now(), self.policy)
            await self._conclude(call, kept, tx)
            saying = await self.recorder.finish(connection, tx)
        self.committed(saying)

    async def _conclude(
        self, call: Call, pairs: Sequence[tuple[Taken, Outcome]], tx: Transaction[Any]
    ) -> None:
        """Close what is settled, put back what is not, and let the service record the first."""
        settled: list[Settled] = []
        closed: dict[str, list[tuple[int, dict[str, Any]]]] = {}
        back: dict[str, list[tuple[int, str, float | None]]] = {}
        for row, raw in pairs:
            outcome = bounded(call, row, raw)
            if isinstance(outcome, Done | Refused):
                name = "done" if isinstance(outcome, Done) else "refused"
                closed.setdefault(name, []).append((row.id, dict(outcome.result)))
            else:
                state, pause = put_back(call, row, outcome)
                back.setdefault(state, []).append((row.id, outcome.reason, pause))
            if not isinstance(outcome, Retry) and not (isinstance(outcome, Unknown) and call.ask):
                settled.append(Settled(row.due, outcome))
        for name, ended in closed.items():
            await effect_store.close(tx.connection, name, ended)
        for state, rows in back.items():
            await effect_store.put_back(tx.connection, state, rows)
        if settled:
            await call.record(settled, tx)

    async def _settle_lost(self, call: Call) -> int:
        """Calls whose lease is over are unknown, never due again by themselves."""
        async with self.pool.acquire() as connection, connection.transaction():
            rows = await effect_store.lock_expired(connection, call.kind, call.limits.batch)
            if not rows:
                return 0
            tx = Transaction(connection, self.clock.now(), self.policy)
            lost: list[tuple[Taken, Outcome]] = [
                (row, Unknown("the lease was lost")) for row in rows
            ]
            await self._conclude(call, lost, tx)
            saying = await self.recorder.finish(connection, tx)
        self.committed(saying)
        return len(rows)

    async def _ask(self, call: Call) -> int:
        """Ask what became of calls whose outcome is unknown."""
        token = uuid4()
        async with self.pool.acquire() as connection, connection.transaction():
            rows = await effect_store.lock_questions(connection, call.kind, call.limits.batch)
            if not rows or call.ask is None:
                return 0
            await effect_store.lease_questions(
                connection, [row.id for row in rows], token, self.holder, call.limits.lease_seconds
            )
        asked = [Taken(row.id, row.due, row.asked + 1) for row in rows]
        outcomes = await self._make(call, asked, call.ask)
        await self._record(call, token, asked, outcomes)
        return len(rows)


def with_request(due: Due, request: dict[str, Any]) -> Due:
    """The same effect as it is started: with its request, one attempt further."""
    return Due(due.kind, due.key, due.subject, due.due_at, due.attempt + 1, request)


def put_back(call: Call, row: Taken, outcome: Retry | Unknown | GaveUp) -> tuple[str, float | None]:
    """The state that an unsettled row waits in, and for how many seconds; None: for a person."""
    match outcome:
        case Retry(_, after):
            return "scheduled", after or call.limits.retry_seconds(row.due.attempt)
        case Unknown():
            return "unknown", call.limits.retry_seconds(row.asked + 1) if call.ask else None
        case GaveUp():
            return "given_up", None


def bounded(call: Call, row: Taken, outcome: Outcome) -> Outcome:
    """Give up what has spent its attempts, or its questions."""
    if isinstance(outcome, Retry) and row.due.attempt >= call.limits.attempts:
        return GaveUp(f"after {row.due.attempt} attempts: {outcome.reason}")
    if isinstance(outcome, Unknown) and call.ask and row.asked >= call.limits.questions:
        return GaveUp(f"after {row.asked} questions: {outcome.reason}")
    return outcome
