"""The relay: sends the outbox's rows to Kafka in order, and deletes what was acknowledged.

Per partition the next rows go only after the former are acknowledged, and nobody skips a row that
was not: so when a record first appears, all older ones of its key are already in the topic.
Copies are possible, readers drop them by event id; disorder is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import orjson
import structlog
from aiokafka import AIOKafkaProducer

from schemas.envelope import VALUE_LIMIT_BYTES
from services.chassis.shards import Shards

if TYPE_CHECKING:
    from aiokafka.producer.message_accumulator import BatchBuilder
    from asyncpg import Record
    from asyncpg.pool import Pool

ROWS_PER_SHARD = 500
BYTES_PER_ROUND = 8 * 1024 * 1024
"""A round of large rows is cut here, each shard's part alike, so that a long outage cannot fill
the memory. Never below one row a shard."""
POLL_SECONDS = 0.25
"""The net under every wake-up."""
ACK_TIMEOUT_SECONDS = 20.0
STOP_TIMEOUT_SECONDS = 5.0
PAUSE_AFTER_ERROR_SECONDS = 0.5
HEADROOM_BYTES = 64 * 1024
BATCH_BYTES = VALUE_LIMIT_BYTES + HEADROOM_BYTES
"""One value always fits into a batch, and a batch below the broker's limit of 1 MiB."""

log = structlog.get_logger()


class SendFailed(Exception):
    """Some rows were not acknowledged; the producer is made anew and they are read again."""


class Relay:
    """Relays the shards that this process owns."""

    def __init__(self, kafka: str, pool: Pool[Record], shards: Shards, service: str) -> None:
        self.kafka = kafka
        self.pool = pool
        self.shards = shards
        self.service = service
        self.wake = asyncio.Event()
        self.producer: AIOKafkaProducer | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until told to stop; a failure is logged, paused for, and tried again."""
        while not stop.is_set():
            try:
                if not await self.round():
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self.wake.wait(), POLL_SECONDS)
            except Exception as error:  # whatever it was: rebuild, read again
                log.warning("relay_failed", error=type(error).__name__, text=str(error)[:200])
                await self._drop_producer()
                await asyncio.sleep(PAUSE_AFTER_ERROR_SECONDS)
        await self._drop_producer()

    async def drain(self, timeout_seconds: float) -> None:
        """Send what is left before the process ends, within a bound."""
        with suppress(Exception):
            async with asyncio.timeout(timeout_seconds):
                while await self.round():
                    continue

    async def round(self) -> int:
        """Send one page of each owned shard; how many rows were sent."""
        self.wake.clear()
        async with self.shards.in_round:
            owned = self.shards.mine()
            if not owned:
                return 0
            rows = await self._page(sorted(owned))
            if not rows:
                return 0
            sent = await self._send(rows)
            await self._delete(sent)
            if len(sent) < len(rows):
                raise SendFailed(f"{len(rows) - len(sent)} of {len(rows)} rows not acknowledged")
            return len(sent)

    async def _page(self, shards: Sequence[int]) -> list[Record]:
        """The first rows of each shard, cut by count and bytes where they lie; at least one each.

        The sizes of stored values are known without reading them.
        """
        return await self.pool.fetch(
            """SELECT o.shard, o.seq, o.topic, o.partition, o.key, o.headers, o.value, o.tombstone
               FROM unnest($1::smallint[]) AS mine (shard),
                    LATERAL (
                        SELECT page.*, row_number() OVER so_far AS n,
                               sum(octet_length(value) + octet_length(headers)) OVER so_far AS bytes
                        FROM (SELECT * FROM outbox WHERE outbox.shard = mine.shard
                              ORDER BY seq LIMIT $2) AS page
                        WINDOW so_far AS (ORDER BY seq)) AS o
               WHERE o.n = 1 OR o.bytes <= $3
               ORDER BY o.shard, o.seq""",
            shards,
            ROWS_PER_SHARD,
            BYTES_PER_ROUND // len(shards),
        )

    async def _send(self, rows: Sequence[Record]) -> list[Record]:
        """Send rows, partitions side by side, each in order; what was acknowledged."""
        producer = await self._producer()
        partitions: dict[tuple[str, int], list[Record]] = {}
        for row in rows:
            partitions.setdefault((row["topic"], row["partition"]), []).append(row)
        sent = await asyncio.gather(
            *(
                send_partition(producer, topic, partition, queue)
                for (topic, partition), queue in partitions.items()
            )
        )
        return [row for part in sent for row in part]

    async def _delete(self, rows: Sequence[Record]) -> None:
        if rows:
            await self.pool.execute(
                """DELETE FROM outbox o USING unnest($1::smallint[], $2::bigint[]) AS s (shard, seq)
                   WHERE o.shard = s.shard AND o.seq = s.seq""",
                [row["shard"] for row in rows],
                [row["seq"] for row in rows],
            )

    async def _producer(self) -> AIOKafkaProducer:
        if self.producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self.kafka,
                client_id=f"crossdock-{self.service}-relay",
                enable_idempotence=True,
                acks="all",
                max_request_size=2 * BATCH_BYTES,
                max_batch_size=BATCH_BYTES,
                linger_ms=0,
            )
            self.producer = producer  # before it starts: what fails to start is stopped, too
            try:
                await producer.start()
            except BaseException:
                await self._drop_producer()
                raise
        return self.producer

    async def _drop_producer(self) -> None:
        if self.producer is not None:
            producer, self.producer = self.producer, None
            with suppress(Exception):
                await asyncio.wait_for(producer.stop(), STOP_TIMEOUT_SECONDS)


async def send_partition(
    producer: AIOKafkaProducer, topic: str, partition: int, rows: Sequence[Record]
) -> list[Record]:
    """Send a partition's rows in order, the next batch only after the former's acknowledgement."""
    sent: list[Record] = []
    try:
        while len(sent) < len(rows):
            batch = producer.create_batch()
            end = len(sent)
            while end < len(rows) and append(batch, rows[end]):
                end += 1
            batch.close()
            future = await producer.send_batch(batch, topic, partition=partition)
            await asyncio.wait_for(future, ACK_TIMEOUT_SECONDS)
            sent.extend(rows[len(sent) : end])
    except Exception as error:  # every row from here on stays in the table
        log.warning("rows_not_acknowledged", topic=topic, partition=partition, error=repr(error))
    return sent


def append(batch: BatchBuilder, row: Record) -> bool:
    """Add a row to a batch; False when it is full."""
    headers = [(name, value.encode()) for name, value in orjson.loads(row["headers"])]
    value = None if row["tombstone"] else row["value"]
    added = batch.append(key=row["key"].encode(), value=value, timestamp=None, headers=headers)
    return added is not None
