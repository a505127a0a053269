"""Every statement over effects. Machine time is the database's; business time is a parameter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from services.chassis.effects import Due
from services.chassis.transaction import NewEffect, Superseded

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Connection as PgConnection
    from asyncpg import Record
    from asyncpg.pool import Pool, PoolConnectionProxy

    Connection = PoolConnectionProxy[Record]


TIMER_ATTEMPTS = 10


@dataclass(frozen=True)
class Taken:
    """A row in hand: its id, and what the service sees of it."""

    id: int
    due: Due
    asked: int


def taken(row: Record) -> Taken:
    """A row as the runner hands it on."""
    due = Due(
        row["kind"], row["key"], row["subject"], row["due_at"], row["attempt"], row["request"]
    )
    return Taken(row["id"], due, row["asked"])


async def apply(connection: Connection, changes: Iterable[NewEffect | Superseded]) -> bool:
    """Schedule and supersede, in the order told. True when something was scheduled."""
    scheduled = False
    for kind, run in groupby(changes, key=type):
        if kind is NewEffect:
            await _schedule(connection, [one for one in run if isinstance(one, NewEffect)])
            scheduled = True
        else:
            for one in run:
                if isinstance(one, Superseded):
                    await _supersede(connection, one)
    return scheduled


async def _schedule(connection: Connection, effects: Sequence[NewEffect]) -> None:
    await connection.execute(
        """INSERT INTO effects (kind, key, subject, due_at, request, retry_at)
           SELECT k, y, s, d, r::jsonb,
                  CASE WHEN w > 0 THEN clock_timestamp() + w * interval '1 second' END
           FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[],
                       $6::float8[]) AS new (k, y, s, d, r, w)
           ON CONFLICT (kind, key) DO NOTHING""",
        [effect.kind for effect in effects],
        [effect.key for effect in effects],
        [effect.subject for effect in effects],
        [effect.due_at for effect in effects],
        [dict(effect.request) for effect in effects],
        [effect.wait_seconds for effect in effects],
    )


async def _supersede(connection: Connection, superseded: Superseded) -> None:
    await connection.execute(
        """WITH gone AS (
               DELETE FROM effects
               WHERE kind = $1 AND key = ANY($2) AND state = 'scheduled' RETURNING *)
           INSERT INTO effects_history (id, kind, key, subject, due_at, request, outcome, attempt)
           SELECT id, kind, key, subject, due_at, request, 'superseded', attempt FROM gone""",
        superseded.kind,
        superseded.keys,
    )


async def lock_due_timers(
    connection: Connection, kind: str, now: datetime, batch: int
) -> list[Taken]:
    """Lock due timers of a kind, oldest first; other runners pass them over."""
    rows = await connection.fetch(
        """SELECT * FROM effects
           WHERE kind = $1 AND state = 'scheduled' AND due_at <= $2
             AND (retry_at IS NULL OR retry_at <= clock_timestamp())
           ORDER BY due_at, id LIMIT $3 FOR UPDATE SKIP LOCKED""",
        kind,
        now,
        batch,
    )
    return [taken(row) for row in rows]


@dataclass(frozen=True)
class Others:
    """All kinds that touch the outside share their subjects; some block them once given up."""

    calls: Sequence[str]
    blocking: Sequence[str]


async def lock_due_calls(
    connection: Connection, kind: str, others: Others, now: datetime, batch: int
) -> list[Taken]:
    """Lock due calls of a kind: the oldest of each subject, and none whose subject is in hand."""
    rows = await connection.fetch(
        """SELECT * FROM effects e
           WHERE kind = $1 AND state = 'scheduled' AND due_at <= $2
             AND (retry_at IS NULL OR retry_at <= clock_timestamp())
             AND NOT EXISTS (
                 SELECT FROM effects o
                 WHERE o.subject = e.subject AND o.id <> e.id AND o.kind = ANY($4)
                   AND (o.state = 'started'
                        OR (o.state = 'unknown' AND o.retry_at IS NOT NULL)
                        OR (o.state = 'given_up' AND o.kind = ANY($5))
                        OR (o.state = 'scheduled' AND o.due_at <= $2
                            AND (o.due_at, o.id) < (e.due_at, e.id))))
           ORDER BY due_at, id LIMIT $3 FOR UPDATE OF e SKIP LOCKED""",
        kind,
        now,
        batch,
        others.calls,
        others.blocking,
    )
    return [taken(row) for row in rows]


async def lock_questions(connection: Connection, kind: str, batch: int) -> list[Taken]:
    """Lock calls whose outcome is unknown and whose next question is due."""
    rows = await connection.fetch(
        """SELECT * FROM effects
           WHERE kind = $1 AND state = 'unknown' AND retry_at <= clock_timestamp()
             AND (leased_until IS NULL OR leased_until < clock_timestamp())
           ORDER BY retry_at LIMIT $2 FOR UPDATE SKIP LOCKED""",
        kind,
        batch,
    )
    return [taken(row) for row in rows]


async def start(
    connection: Connection,
    requests: Sequence[tuple[int, dict[str, Any]]],
    token: UUID,
    holder: str,
    lease_seconds: float,
) -> None:
    """Mark calls as started, with their requests, under one lease."""
    await connection.execute(
        """UPDATE effects e
           SET state = 'started', outside = true, attempt = e.attempt + 1, request = s.r,
               lease_token = $3, holder = $4, retry_at = NULL,
               leased_until = clock_timestamp() + $5 * interval '1 second'
           FROM unnest($1::bigint[], $2::jsonb[]) AS s (i, r) WHERE e.id = s.i""",
        [row for row, _ in requests],
        [request for _, request in requests],
        token,
        holder,
        lease_seconds,
    )


async def lease_questions(
    connection: Connection, ids: Sequence[int], token: UUID, holder: str, lease_seconds: float
) -> None:
    """Take the questions of unknown calls under one lease."""
    await connection.execute(
        """UPDATE effects
           SET asked = asked + 1, lease_token = $2, holder = $3,
               leased_until = clock_timestamp() + $4 * interval '1 second'
           WHERE id = ANY($1)""",
        ids,
        token,
        holder,
        lease_seconds,
    )


async def lock_mine(connection: Connection, ids: Sequence[int], token: UUID) -> set[int]:
    """Lock the rows that still belong to a lease; a lost lease must record nothing."""
    rows = await connection.fetch(
        """SELECT id FROM effects WHERE id = ANY($1) AND lease_token = $2
           ORDER BY id FOR UPDATE""",
        ids,
        token,
    )
    return {row["id"] for row in rows}


async def close(
    connection: Connection, outcome: str, closed: Sequence[tuple[int, dict[str, Any]]]
) -> None:
    """Move rows to the history with their outcome and result."""
    await connection.execute(
        """WITH gone AS (DELETE FROM effects WHERE id = ANY($1) RETURNING *)
           INSERT INTO effects_history
               (id, kind, key, subject, due_at, request, outcome, result, attempt)
           SELECT id, kind, key, subject, due_at, request, $3, c.r, attempt
           FROM gone JOIN unnest($1::bigint[], $2::jsonb[]) AS c (i, r) ON c.i = gone.id""",
        [row for row, _ in closed],
        [result for _, result in closed],
        outcome,
    )


async def put_back(
    connection: Connection, state: str, rows: Sequence[tuple[int, str, float | None]]
) -> None:
    """Leave rows in a state, with what was told; to be looked at again after so many seconds."""
    await connection.execute(
        """UPDATE effects e
           SET state = $4, told = p.t, lease_token = NULL, leased_until = NULL,
               retry_at = clock_timestamp() + p.s * interval '1 second'
           FROM unnest($1::bigint[], $2::text[], $3::float8[]) AS p (i, t, s) WHERE e.id = p.i""",
        [row for row, _, _ in rows],
        [told for _, told, _ in rows],
        [seconds for _, _, seconds in rows],
        state,
    )


async def postpone(connection: Connection, row: int, told: str) -> None:
    """Put a timer that cannot be fired back, a little longer each time, and give it up in the end."""
    await connection.execute(
        """UPDATE effects
           SET attempt = attempt + 1, told = $2,
               retry_at = clock_timestamp() + least(60, 2 ^ attempt) * interval '1 second',
               state = CASE WHEN attempt + 1 >= $3 THEN 'given_up' ELSE state END
           WHERE id = $1""",
        row,
        told,
        TIMER_ATTEMPTS,
    )


async def lock_expired(connection: Connection, kind: str, batch: int) -> list[Taken]:
    """Lock started calls whose lease is over: nobody knows what became of them."""
    rows = await connection.fetch(
        """SELECT * FROM effects
           WHERE kind = $1 AND state = 'started' AND leased_until < clock_timestamp()
           ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED""",
        kind,
        batch,
    )
    return [taken(row) for row in rows]


async def expire_leases_of(connection: Connection | PgConnection[Record], holder: str) -> None:
    """End the leases of a process that is known to be dead: on its calls, and its questions."""
    await connection.execute(
        """UPDATE effects SET leased_until = clock_timestamp()
           WHERE holder = $1 AND state IN ('started', 'unknown')
             AND leased_until > clock_timestamp()""",
        holder,
    )


async def seconds_to_next(pool: Pool[Record], now: datetime) -> float | None:
    """Machine seconds until a retry, a question or a lost lease is due; None: nothing waits."""
    return await pool.fetchval(
        """SELECT extract(epoch FROM min(moment) - clock_timestamp())::float8 FROM (
               SELECT coalesce(retry_at, clock_timestamp()) FROM effects
               WHERE state = 'scheduled' AND due_at <= $1
               UNION ALL SELECT greatest(retry_at, leased_until) FROM effects
               WHERE state = 'unknown' AND retry_at IS NOT NULL
               UNION ALL SELECT leased_until FROM effects WHERE state = 'started'
           ) AS waiting (moment)""",
        now,
    )
