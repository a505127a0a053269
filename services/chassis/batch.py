"""One batch, one transaction: remember, hand over, bury, move positions, say.

What cannot be processed is found by halving the batch, so that only the culprit is put aside.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import uniform
from time import monotonic
from typing import TYPE_CHECKING, Any

import structlog

from services.chassis import effect_store
from services.chassis.clock import Clock
from services.chassis.decoding import Decoder, Heard, Record, RefusedRecord
from services.chassis.failing import (
    HANDLER_FAILURES_BEFORE_STOP,
    Failure,
    WorkerStopped,
    classed,
    unprocessable,
)
from services.chassis.handling import Handler, by_type
from services.chassis.judging import Judging
from services.chassis.letters import DeadLetter, bury, storable
from services.chassis.outbox import Outbox, OutboxRow, wake_others
from services.chassis.parking import park
from services.chassis.positions import record_positions
from services.chassis.transaction import Transaction

if TYPE_CHECKING:
    from asyncpg import Record as Row
    from asyncpg.pool import Pool, PoolConnectionProxy

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
BUG_RETRIES = 2
"""A bug may be a race in disguise: so many further tries before the batch is halved."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Saying:
    """What a commit brought: rows to relay, effects to run."""

    rows: Sequence[OutboxRow]
    scheduled: bool


@dataclass(frozen=True)
class Recorder:
    """Ends a transaction: effects, then the outbox as its last statement."""

    outbox: Outbox
    foreign: Callable[[Sequence[OutboxRow]], Sequence[OutboxRow]]
    """Which rows belong to relays of other processes."""
    channel: str

    async def finish(self, connection: PoolConnectionProxy[Row], tx: Transaction[Any]) -> Saying:
        """Write what the transaction wants done and said."""
        if tx.awaiting or tx.came:
            raise RuntimeError("facts wait for premises, and premises come, only in handlers")
        scheduled = await effect_store.apply(connection, tx.effects) if tx.effects else False
        rows = await self.outbox.write(connection, tx.said, tx.now)
        if foreign := self.foreign(rows):
            await wake_others(connection, self.channel, foreign)
        return Saying(rows, scheduled)


class Batches:
    """Takes the batches of one worker through its handlers, exactly once each."""

    def __init__(
        self,
        pool: Pool[Row],
        decoder: Decoder,
        handlers: Sequence[Handler],
        recorder: Recorder,
        clock: Clock,
        policy: Any,
        retry_for_seconds: float,
        committed: Callable[[Saying], None],
    ) -> None:
        self.pool = pool
        self.decoder = decoder
        self.ranked = by_type(handlers)
        self.recorder = recorder
        self.clock = clock
        self.policy = policy
        self.retry_for_seconds = retry_for_seconds
        self.committed = committed
        self.failures_in_a_row = 0
        self.has_stopped = False
        self.on_mended: Callable[[], None] = lambda: None

    async def recall_stop(self) -> None:
        """Know whether this service stopped over failures that nobody has mended yet.

        Then the first failure stops it again: each start would bury as many events as the run had.
        """
        self.has_stopped = await self.pool.fetchval("SELECT count(*) > 0 FROM stopped")
        if self.has_stopped:
            self.failures_in_a_row = HANDLER_FAILURES_BEFORE_STOP - 1

    async def take(self, records: Sequence[Record]) -> None:
        """Take a batch, retrying what passes and putting aside what does not.

        Raises what is retryable and did not pass within ``retry_for_seconds``, and
        ``WorkerStopped`` after too many failures of our own in a row.
        """
        end = monotonic() + self.retry_for_seconds
        await self._bisect(records, end, again=False)

    async def _bisect(self, records: Sequence[Record], end: float, *, again: bool) -> None:
        try:
            await self._retrying(records, end)
        except Exception as error:
            failure = classed(error)
            if failure is Failure.RETRYABLE:
                raise
            if len(records) > 1:
                middle = len(records) // 2
                await self._bisect(records[:middle], end, again=False)
                await self._bisect(records[middle:], end, again=False)
            elif failure is Failure.ALONE_ONCE and not again:
                await self._bisect(records, end, again=True)
            else:
                await self._put_aside(records[0], error)

    async def _retrying(self, records: Sequence[Record], end: float) -> None:
        pause, bugs = FIRST_PAUSE_SECONDS, 0
        while True:
            try:
                handed = await self._once(records)
            except Exception as error:
                failure = classed(error)
                bugs += failure is Failure.BUG
                log.warning(
                    "batch_failed",
                    failure=failure.name,
                    records=len(records),
                    error=type(error).__name__,
                    exc_info=failure is Failure.BUG,
                )
                passing = failure is Failure.RETRYABLE or (
                    failure is Failure.BUG and bugs <= BUG_RETRIES
                )
                if not passing or monotonic() + pause > end:
                    raise
            else:
                return await self._mended() if handed else None
            await asyncio.sleep(pause * uniform(0.5, 1))  # noqa: S311  jitter, not a secret
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _mended(self) -> None:
        """Our handlers took something: whatever failed before, it is not all of us."""
        self.failures_in_a_row = 0
        if self.has_stopped:
            await self.pool.execute("DELETE FROM stopped")
            self.has_stopped = False
            self.on_mended()

    async def _once(self, records: Sequence[Record]) -> int:
        """Take a batch in one transaction; how many events the handlers were given."""
        self.clock.look()
        heard, refused = self._decoded(records)
        async with self.pool.acquire() as connection, connection.transaction():
            heard = await park(connection, heard)
            tx = Transaction(connection, self.clock.now(), self.policy)
            letters = [DeadLetter.of(one) for one in refused]
            judging = Judging(tx, self.decoder, self.ranked)
            letters += await judging.judge(heard)
            await self._bury(connection, letters)
            await record_positions(connection, records)
            saying = await self.recorder.finish(connection, tx)
        self.committed(saying)
        return len(judging.handed)

    def _decoded(self, records: Sequence[Record]) -> tuple[list[Heard], list[RefusedRecord]]:
        heard: list[Heard] = []
        refused: list[RefusedRecord] = []
        for record in records:
            found = self.decoder.decode(record)
            if isinstance(found, Heard) and type(found.event) in self.ranked:
                heard.append(found)
            elif isinstance(found, RefusedRecord):
                refused.append(found)
        return heard, refused

    async def _bury(
        self, connection: PoolConnectionProxy[Row], letters: Sequence[DeadLetter]
    ) -> None:
        if letters:
            await bury(connection, letters)
            for one in letters:
                log.warning(
                    "event_refused",
                    code=one.refusal.code,
                    topic=one.record.topic,
                    partition=one.record.partition,
                    offset=one.record.offset,
                )

    async def _put_aside(self, record: Record, error: Exception) -> None:
        """Make one record a dead letter, alone in a transaction of its own."""
        if self.failures_in_a_row + 1 >= HANDLER_FAILURES_BEFORE_STOP:
            await self._stop(error)
        refusal = unprocessable(error)
        found = self.decoder.decode(record)
        dead = (
            DeadLetter.heard(found, refusal)
            if isinstance(found, Heard)
            else DeadLetter(record, refusal, None, at_the_door=False)
        )
        async with self.pool.acquire() as connection, connection.transaction():
            await bury(connection, [dead])
            await record_positions(connection, [record])
        self.failures_in_a_row += 1
        log.error("event_put_aside", topic=record.topic, offset=record.offset, exc_info=error)

    async def _stop(self, error: Exception) -> None:
        """Stop with what failed last still to be taken: it is us, not them."""
        text = (
            f"{HANDLER_FAILURES_BEFORE_STOP} events in a row could not be handled, the last with "
            f"{unprocessable(error).text}: look at the log and the dead letters, mend, start "
            "again, then redrive"
        )
        log.error("handlers_failing", exc_info=error)
        await self.pool.execute(
            "INSERT INTO stopped (told) VALUES ($1) ON CONFLICT DO NOTHING", storable(text)
        )
        raise WorkerStopped(text, "handlers_failing")
