"""Outsiders' facts that wait for a premise: kept whole, until it comes or their time is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zlib import crc32

from services.chassis.decoding import Record
from services.chassis.letters import record_of, storable, stored_headers
from services.chassis.transaction import Awaiting, NewEffect, Refusal, Transaction

if TYPE_CHECKING:
    from asyncpg import Record as Row
    from asyncpg.pool import PoolConnectionProxy

SLOTS = 256
"""Premises share this many locks, so that a large batch takes a bounded number of them."""


async def lock(
    connection: PoolConnectionProxy[Row], awaited: Iterable[str], came: Iterable[str] = ()
) -> None:
    """Lock premises until the transaction ends: those awaited alone, those that came together.

    Whoever waits looks again under this lock, whoever brings a premise looks under it for who
    waits: so the two cannot pass each other by in two processes.
    """
    alone = {slot_of(premise) for premise in awaited}
    slots = sorted(alone | {slot_of(premise) for premise in came})
    await connection.execute(
        """SELECT CASE WHEN alone
                  THEN pg_advisory_xact_lock(hashtext(current_schema() || ' premises'), slot)::text
                  ELSE pg_advisory_xact_lock_shared(
                           hashtext(current_schema() || ' premises'), slot)::text END
           FROM unnest($1::int[], $2::bool[]) AS s (slot, alone)""",
        slots,
        [slot in alone for slot in slots],
    )


def slot_of(premise: str) -> int:
    """The lock of a premise."""
    return crc32(premise.encode()) % SLOTS


async def keep(tx: Transaction[Any], waiting: Sequence[tuple[Awaiting, Record]]) -> None:
    """Keep facts with their records, and schedule the end of their waiting."""
    await tx.executemany(
        """INSERT INTO awaiting (identity, premise, kind, until, topic, partition, "offset", key,
               headers, value, timestamp_ms, type_name, aggregate, event_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
           ON CONFLICT (identity) DO UPDATE
           SET premise = EXCLUDED.premise, kind = EXCLUDED.kind, until = EXCLUDED.until""",
        [
            (
                one.event.identity(), one.premise, one.kind, one.until, record.topic,
                record.partition, record.offset, record.key, stored_headers(record), record.value,
                record.timestamp_ms, one.event.type_name(), storable(one.event.aggregate),
                one.event.envelope.event_id,
            )
            for one, record in waiting
        ],
    )  # fmt: skip
    tx.schedule(
        *(
            NewEffect(one.kind, one.event.identity(), one.premise, one.until, one.request)
            for one, _ in waiting
        )
    )


async def take(tx: Transaction[Any], came: Iterable[str]) -> list[Record]:
    """Take out the records that wait for these premises, in the order they were kept."""
    rows = await tx.fetch("DELETE FROM awaiting WHERE premise = ANY ($1) RETURNING *", list(came))
    for row in rows:
        tx.supersede(row["kind"], [row["identity"]])
    return [record_of(row) for row in sorted(rows, key=lambda row: row["kept_at"])]


async def refuse_awaited(tx: Transaction[Any], refusals: Mapping[str, Refusal]) -> set[str]:
    """Make facts that waited long enough dead letters, by identity; those that still waited.

    For the timer of their kind: a fact that is not in the answer was taken just now.
    """
    rows = await tx.fetch(
        """WITH gone AS (DELETE FROM awaiting WHERE identity = ANY ($1) RETURNING *),
           letters AS (
               INSERT INTO dead_letters (topic, partition, "offset", key, headers, value, type_name,
                   aggregate, event_id, code, reason, detail, at_the_door, identity, timestamp_ms)
               SELECT topic, partition, "offset", key, headers, value, type_name, aggregate,
                      event_id, code, reason, detail, false, identity, timestamp_ms
               FROM gone JOIN unnest($1::text[], $2::text[], $3::text[], $4::jsonb[])
                              AS r (identity, code, reason, detail) USING (identity)
               ORDER BY kept_at
               ON CONFLICT (topic, partition, "offset") DO UPDATE  -- it was redriven, and waited anew
               SET code = EXCLUDED.code, reason = EXCLUDED.reason, detail = EXCLUDED.detail,
                   identity = EXCLUDED.identity, parks = NULL, state = 'dead',
                   changed_at = clock_timestamp())
           SELECT identity FROM gone""",
        list(refusals),
        [refusal.code for refusal in refusals.values()],
        [storable(refusal.text) for refusal in refusals.values()],
        [dict(refusal.detail) for refusal in refusals.values()],
    )
    return {row["identity"] for row in rows}
