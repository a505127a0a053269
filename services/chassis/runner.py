"""Runs what is due: timers in one transaction, outside calls in three steps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import uniform
from time import monotonic
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
    Outcome,
    Refused,
    Retry,
    Settled,
    Timer,
    Unknown,
)
from services.chassis.failing import Failure, classed
from services.chassis.outcomes import bounded, put_back, with_request
from services.chassis.timers import Timers
from services.chassis.transaction import Transaction

if TYPE_CHECKING:
    from asyncpg import Record
    from asyncpg.pool import Pool

SLOW_LOOK_SECONDS = 1.0
"""The net under every wake-up."""
QUICK_LOOK_SECONDS = 0.2
"""What is due and was not taken waits behind its subject: looking at once would only burn."""
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
        self.firing = Timers(pool, recorder, clock, policy, committed)

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
        rounds = [self.firing.fire(timer) for timer in self.timers]
        rounds += [self._round(call) for call in self.calls]
        counts = await asyncio.gather(*rounds, return_exceptions=True)
        for found in counts:
            if isinstance(found, BaseException):
                raise found  # the other kinds have had their round
        return sum(found for found in counts if isinstance(found, int))

    async def _wait(self) -> None:
        """Wait for a commit that schedules, a new setting of the clock, or the next moment."""
        now = self.clock.now()
        seconds = await effect_store.seconds_to_next(self.pool, now)
        wanted = SLOW_LOOK_SECONDS if seconds is None else seconds
        limit = min(SLOW_LOOK_SECONDS, max(QUICK_LOOK_SECONDS, wanted))
        loop = asyncio.get_running_loop()
        end = loop.time() + limit
        while not self.wake.is_set() and (left := end - loop.time()) > 0:
            if self.clock.look():
                return
            try:
                await asyncio.wait_for(self.wake.wait(), min(LOOK_EVERY_SECONDS, left))
            except TimeoutError:
                continue

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
                connection, call.kind, self.others, tx.now, call.limits.concurrent
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
        """Record outcomes under the lease that the calls were made with.

        What is known must not be lost: when they cannot be recorded together, each is alone; what
        then still cannot be is found out by its lease.
        """
        pairs = list(zip(rows, outcomes, strict=True))
        if await self._recorded(call, token, pairs):
            return
        for row, outcome in pairs:
            try:
                await self._record_once(call, token, [(row, outcome)])
            except Exception as error:
                log.error("outcome_not_recorded", kind=call.kind, key=row.due.key, exc_info=error)

    async def _recorded(
        self, call: Call, token: UUID, pairs: Sequence[tuple[Taken, Outcome]]
    ) -> bool:
        """Record all together, a passing failure again for half of the lease."""
        end = monotonic() + call.limits.lease_seconds / 2
        while True:
            try:
                await self._record_once(call, token, pairs)
            except Exception as error:
                log.warning("outcomes_not_recorded", kind=call.kind, error=type(error).__name__)
                if classed(error) is not Failure.RETRYABLE or monotonic() > end:
                    return False
            else:
                return True
            await asyncio.sleep(PAUSE_AFTER_FAILURE_SECONDS * uniform(0.5, 1))  # noqa: S311  # jitter

    async def _record_once(
        self, call: Call, token: UUID, pairs: Sequence[tuple[Taken, Outcome]]
    ) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            ids = [row.id for row, _ in pairs]
            mine = await effect_store.lock_mine(connection, ids, token)
            kept = [(row, outcome) for row, outcome in pairs if row.id in mine]
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
            rows = await effect_store.lock_expired(connection, call.kind, call.limits.concurrent)
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
            rows = await effect_store.lock_questions(connection, call.kind, call.limits.concurrent)
            if not rows or call.ask is None:
                return 0
            await effect_store.lease_questions(
                connection, [row.id for row in rows], token, self.holder, call.limits.lease_seconds
            )
        asked = [Taken(row.id, row.due, row.asked + 1) for row in rows]
        outcomes = await self._make(call, asked, call.ask)
        await self._record(call, token, asked, outcomes)
        return len(rows)
