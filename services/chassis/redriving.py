"""Takes dead letters again that a person has marked, and what was parked behind them.

Each alone in a transaction of its own, through the handlers that took it first, in the order of
arrival. Inbox and inbound see to it that it runs once.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from services.chassis import inbox, parking
from services.chassis.batch import BUG_RETRIES, Batches, Saying
from services.chassis.decoding import Heard, RefusedRecord
from services.chassis.failing import Failure, classed, unprocessable
from services.chassis.judging import Judging
from services.chassis.letters import DeadLetter, bury, record_of
from services.chassis.transaction import Refusal, Transaction

if TYPE_CHECKING:
    from asyncpg import Record as Row
    from asyncpg.pool import PoolConnectionProxy

LOOK_SECONDS = 1.0
ROUND_LETTERS = 100
PAUSE_AFTER_FAILURE_SECONDS = 1.0

FORGOTTEN = Refusal(
    "forgotten", "its bytes were personal and are forgotten by now: ask its sender to send it again"
)
NOT_HEARD = Refusal(
    "unknown_type", "this release does not hear it: drop it, or redrive it on one that does"
)

log = structlog.get_logger()


class Redriving:
    """Takes what is redriven through the handlers of one worker."""

    def __init__(self, batches: Batches) -> None:
        self.batches = batches
        self.pool = batches.pool

    async def run(self, stop: asyncio.Event) -> None:
        """Take what is redriven until told to stop; a passing failure is waited out."""
        while not stop.is_set():
            try:
                taken = await self.round()
            except Exception as error:
                log.warning(
                    "redriving_failed",
                    failure=classed(error).name,
                    error=type(error).__name__,
                    exc_info=classed(error) is not Failure.RETRYABLE,
                )
                await asyncio.sleep(PAUSE_AFTER_FAILURE_SECONDS)
                continue
            if not taken:
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), LOOK_SECONDS)

    async def round(self) -> int:
        """Take the first that are redriven, one after the other; how many were taken."""
        rows = await self.pool.fetch(
            "SELECT id, parks FROM dead_letters WHERE state = 'redriven' ORDER BY id LIMIT $1",
            ROUND_LETTERS,
        )
        taken = 0
        for row in rows:
            taken += await self._take(row["id"], row["parks"])
        return taken

    async def _take(self, letter: int, parks: str | None) -> bool:
        """Take one; what our handlers fail on is a dead letter again."""
        for attempt in range(1 + BUG_RETRIES):
            try:
                return await self._once(letter, parks)
            except Exception as error:
                failure = classed(error)
                log.warning("redriven_letter_failed", letter=letter, exc_info=error)
                if failure is Failure.RETRYABLE:
                    raise
                if failure is Failure.UNPROCESSABLE or attempt == BUG_RETRIES:
                    await self._failed(letter, unprocessable(error))
                    return True
        raise AssertionError("unreachable")

    async def _once(self, letter: int, parks: str | None) -> bool:
        """Judge a letter as if it had come now; False when another process has it."""
        batches = self.batches
        batches.clock.look()
        async with self.pool.acquire() as connection, connection.transaction():
            if parks:
                await parking.lock(connection, [parks])
            row = await connection.fetchrow(
                """UPDATE dead_letters
                   SET state = 'done', attempts = attempts + 1, changed_at = clock_timestamp()
                   WHERE id = (SELECT id FROM dead_letters WHERE id = $1 AND state = 'redriven'
                               FOR UPDATE SKIP LOCKED)
                   RETURNING *""",
                letter,
            )
            if row is None:
                return False
            saying = await self._judge(connection, row)
            if parks:
                await parking.follow(connection, [parks])
        batches.committed(saying)
        return True

    async def _judge(self, connection: PoolConnectionProxy[Row], row: Row) -> Saying:
        """Take a letter's event; what refuses it now is what the letter tells from here on."""
        batches = self.batches
        if row["identity"] is not None:  # the letter itself holds it
            await inbox.forget(connection, [row["identity"]])
        tx = Transaction(connection, batches.clock.now(), batches.policy)
        found = self._decoded(row)
        if isinstance(found, Heard):
            judging = Judging(tx, batches.decoder, batches.ranked)
            await bury(connection, await judging.judge([found]))
        else:
            await bury(connection, [DeadLetter.of(found)])
        return await batches.recorder.finish(connection, tx)

    def _decoded(self, row: Row) -> Heard | RefusedRecord:
        record = record_of(row)
        if record.value is None and not record.headers:
            return RefusedRecord(record, FORGOTTEN, row["type_name"])
        found = self.batches.decoder.decode(record)
        if isinstance(found, RefusedRecord):
            return found
        if found is None or type(found.event) not in self.batches.ranked:
            return RefusedRecord(record, NOT_HEARD, row["type_name"])
        return found

    async def _failed(self, letter: int, why: Refusal) -> None:
        """Note another failure; what is parked behind it goes on waiting, and from now on waits."""
        async with self.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(
                """UPDATE dead_letters
                   SET state = 'dead', attempts = attempts + 1, changed_at = clock_timestamp(),
                       code = $2, reason = $3, detail = $4
                   WHERE id = $1 AND state = 'redriven' RETURNING *""",
                letter,
                why.code,
                why.text,
                dict(why.detail),
            )
            found = None if row is None else self._decoded(row)
            if isinstance(found, Heard):
                await connection.execute(
                    "UPDATE dead_letters SET parks = $2 WHERE id = $1", letter, found.event.parks
                )
