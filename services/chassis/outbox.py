"""Saying: rows of the outbox, written last in the transaction of what they tell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zlib import crc32

import orjson

from schemas.envelope import VALUE_LIMIT_BYTES, Event
from services.chassis.identifiers import partition_of, uuid7

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record
    from asyncpg.pool import PoolConnectionProxy

SHARDS = 8
"""Sets of output partitions; relays share them among each other."""


class ValueTooLarge(Exception):
    """An event of ours is over the limit; the broker would refuse it for ever."""


@dataclass(frozen=True)
class OutboxRow:
    """One event, ready to be sent."""

    shard: int
    topic: str
    partition: int
    key: str
    event_id: UUID
    headers: bytes
    value: bytes
    tombstone: bool = False
    """Sent without its value."""


def shard_of(topic: str, partition: int) -> int:
    """The shard of an output partition."""
    return (crc32(topic.encode()) + partition) % SHARDS


class Outbox:
    """Writes what one service says, under its namespace and its name."""

    def __init__(self, service: str, namespace: str) -> None:
        self.source = f"/crossdock/{service}"
        self.namespace = namespace

    def row(self, event: Event, cause: Event | None, now: datetime) -> OutboxRow:
        """The row of an event. Raises ``ValueTooLarge``."""
        value = event.model_dump_json().encode()
        event_id = uuid7()
        topic = f"{self.namespace}{event.TOPIC.name}"
        partition = partition_of(event.key, event.TOPIC.partitions)
        headers = orjson.dumps(self._headers(event, event_id, cause, now))
        size = len(value) + len(headers) + len(event.key.encode())
        if size > VALUE_LIMIT_BYTES:
            raise ValueTooLarge(
                f"{event.TYPE} of {event.aggregate[:128]} has {size} bytes with its headers, "
                f"at most {VALUE_LIMIT_BYTES} are said"
            )
        return OutboxRow(
            shard_of(topic, partition),
            topic,
            partition,
            event.key,
            event_id,
            headers,
            value,
            event.TOMBSTONE,
        )

    def _headers(
        self, event: Event, event_id: UUID, cause: Event | None, now: datetime
    ) -> list[tuple[str, str]]:
        """CloudEvents attributes in Kafka's binary mode, and the trace."""
        headers = [
            ("ce_specversion", "1.0"),
            ("ce_id", str(event_id)),
            ("ce_source", self.source),
            ("ce_type", event.type_name()),
            ("ce_time", now.isoformat()),
            ("ce_correlationid", str(cause.envelope.correlation_id if cause else event_id)),
            ("content-type", "application/json"),
        ]
        if cause:
            headers.append(("ce_causationid", str(cause.envelope.event_id)))
            if cause.envelope.traceparent:
                headers.append(("traceparent", cause.envelope.traceparent))
        return headers

    async def write(
        self,
        connection: PoolConnectionProxy[Record],
        said: Iterable[tuple[Event, Event | None]],
        now: datetime,
    ) -> Sequence[OutboxRow]:
        """Insert rows in the order said; the last statement of the transaction."""
        rows = [self.row(event, cause, now) for event, cause in said]
        if rows:
            await connection.execute(
                """INSERT INTO outbox
                       (shard, topic, partition, key, event_id, headers, value, tombstone)
                   SELECT * FROM unnest($1::smallint[], $2::text[], $3::int[], $4::text[],
                                        $5::uuid[], $6::bytea[], $7::bytea[], $8::bool[])""",
                [row.shard for row in rows],
                [row.topic for row in rows],
                [row.partition for row in rows],
                [row.key for row in rows],
                [row.event_id for row in rows],
                [row.headers for row in rows],
                [row.value for row in rows],
                [row.tombstone for row in rows],
            )
        return rows


async def wake_others(
    connection: PoolConnectionProxy[Record], channel: str, rows: Iterable[OutboxRow]
) -> None:
    """Notify the relays of other processes that rows of their shards were committed."""
    for shard in sorted({row.shard for row in rows}):
        await connection.execute("SELECT pg_notify($1, $2)", channel, str(shard))
