"""Fires timers: what is due and what it causes commit together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog

from services.chassis import effect_store
from services.chassis.batch import Recorder, Saying
from services.chassis.clock import Clock
from services.chassis.effects import Timer
from services.chassis.failing import Failure, classed
from services.chassis.transaction import Transaction

if TYPE_CHECKING:
    from asyncpg import Record
    from asyncpg.pool import Pool

log = structlog.get_logger()


class Timers:
    """Fires the due timers of one service."""

    def __init__(
        self,
        pool: Pool[Record],
        recorder: Recorder,
        clock: Clock,
        policy: Any,
        committed: Callable[[Saying], None],
    ) -> None:
        self.pool = pool
        self.recorder = recorder
        self.clock = clock
        self.policy = policy
        self.committed = committed

    async def fire(self, timer: Timer) -> int:
        """Fire due timers of a kind; one that cannot be fired does not keep the others."""
        try:
            return await self._fire_together(timer)
        except Exception as error:
            if classed(error) is Failure.RETRYABLE:
                raise
            log.error("timers_failed", kind=timer.kind, exc_info=error)
        count = 0
        while count < timer.batch and await self._fire_one(timer):
            count += 1
        return count

    async def _fire_together(self, timer: Timer) -> int:
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

    async def _fire_one(self, timer: Timer) -> bool:
        """Fire the first due timer alone; a culprit is put back, and given up in the end."""
        async with self.pool.acquire() as connection, connection.transaction():
            tx = Transaction(connection, self.clock.now(), self.policy)
            rows = await effect_store.lock_due_timers(connection, timer.kind, tx.now, 1)
            if not rows:
                return False
            [row] = rows
            try:
                async with connection.transaction():
                    await effect_store.close(connection, "done", [(row.id, {})])
                    await timer.fire([row.due], tx)
                    saying = await self.recorder.finish(connection, tx)
            except Exception as error:
                if classed(error) is Failure.RETRYABLE:
                    raise
                log.error("timer_failed", kind=timer.kind, key=row.due.key, exc_info=error)
                await effect_store.postpone(connection, row.id, type(error).__name__)
                return True
        self.committed(saying)
        return True
