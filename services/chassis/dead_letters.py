"""Dead letters as people work with them: look, choose, redrive, drop.

Run by the service's own role in its schema. Nothing is handled here: ``redrive`` marks letters, the
service's worker takes them, and what is parked behind follows by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.chassis import parking

if TYPE_CHECKING:
    from asyncpg import Connection, Record
    from asyncpg.pool import Pool, PoolConnectionProxy

    Connected = Connection[Record] | PoolConnectionProxy[Record]

CHOSEN_AT_MOST = 10_000
BEHIND_SHOWN = 100
PERSONAL_BYTES_DAYS = 30
PARKED_ALARM_SECONDS = 900.0

PARKED = """
    SELECT count(*) AS parked,
           count(*) FILTER (WHERE arrived_at < clock_timestamp() - $1 * interval '1 second')
               AS parked_too_long,
           extract(epoch FROM clock_timestamp() - min(arrived_at))::float8 AS oldest_seconds
    FROM dead_letters WHERE state = 'parked'
"""
"""For status, with ``PARKED_ALARM_SECONDS``: what is parked, how much of it too long, since when."""


@dataclass(frozen=True)
class Selection:
    """Which dead letters a person means; None: any."""

    ids: Sequence[int] | None = None
    code: str | None = None
    type_name: str | None = None
    topic: str | None = None
    aggregate: str | None = None


@dataclass(frozen=True)
class Shown:
    """A letter with all there is to know of it: bytes, headers, place, attempts."""

    letter: Record
    behind: Sequence[Record]
    """What is parked behind it, in order, ``BEHIND_SHOWN`` at most."""
    behind_count: int


async def chosen(
    connection: Connected, selection: Selection, limit: int = CHOSEN_AT_MOST
) -> list[Record]:
    """The letters that wait for a person and are meant, oldest first: a dry run of what follows.

    Each with how many events are parked ``behind`` it.
    """
    return await connection.fetch(
        """SELECT d.*, (SELECT count(*) FROM dead_letters b
                        WHERE b.parks = d.parks AND b.id > d.id AND b.state = 'parked') AS behind
           FROM dead_letters d
           WHERE state = 'dead'
             AND ($1::bigint[] IS NULL OR id = ANY ($1)) AND ($2::text IS NULL OR code = $2)
             AND ($3::text IS NULL OR type_name = $3) AND ($4::text IS NULL OR topic = $4)
             AND ($5::text IS NULL OR aggregate = $5)
           ORDER BY id LIMIT $6""",
        selection.ids,
        selection.code,
        selection.type_name,
        selection.topic,
        selection.aggregate,
        limit,
    )


async def show(connection: Connected, letter: int) -> Shown | None:
    """One letter, whatever its state, and what waits behind it."""
    row = await connection.fetchrow("SELECT * FROM dead_letters WHERE id = $1", letter)
    if row is None:
        return None
    behind = await connection.fetch(
        """SELECT id, type_name, event_id, topic, partition, "offset", arrived_at,
                  count(*) OVER () AS total
           FROM dead_letters WHERE parks = $1 AND id > $2 AND state = 'parked'
           ORDER BY id LIMIT $3""",
        row["parks"],
        letter,
        BEHIND_SHOWN,
    )
    return Shown(row, behind, behind[0]["total"] if behind else 0)


async def redrive(connection: Connected, letters: Sequence[int]) -> list[int]:
    """Mark letters to be taken again; those that were marked.

    Not marked are letters that do not wait for a person any more, and those whose bytes were
    forgotten: only their sender has the fact.
    """
    rows = await connection.fetch(
        """UPDATE dead_letters SET state = 'redriven', changed_at = clock_timestamp()
           WHERE id = ANY ($1) AND state = 'dead' AND NOT (value IS NULL AND headers = '[]')
           RETURNING id""",
        letters,
    )
    return sorted(row["id"] for row in rows)


async def drop(connection: Connected, letters: Sequence[int]) -> list[int]:
    """Decide that letters do not count; those that were dropped. What is parked behind follows."""
    async with connection.transaction():
        rows = await connection.fetch(
            "SELECT DISTINCT parks FROM dead_letters WHERE id = ANY ($1) AND parks IS NOT NULL",
            letters,
        )
        aggregates = [row["parks"] for row in rows]
        await parking.lock(connection, aggregates)
        dropped = await connection.fetch(
            """UPDATE dead_letters SET state = 'dropped', changed_at = clock_timestamp()
               WHERE id = ANY ($1) AND state IN ('dead', 'parked', 'redriven') RETURNING id""",
            letters,
        )
        await parking.follow(connection, aggregates)
    return sorted(row["id"] for row in dropped)


async def forget_personal_bytes(pool: Pool[Record], topics: Sequence[str]) -> None:
    """Forget what old dead letters of these topics held; that they died, and why, stays."""
    await pool.execute(
        """UPDATE dead_letters SET value = NULL, key = NULL, headers = '[]'
           WHERE topic = ANY ($1) AND value IS NOT NULL
             AND arrived_at < clock_timestamp() - $2 * interval '1 day'""",
        topics,
        PERSONAL_BYTES_DAYS,
    )
