"""Where reading goes on, kept in the transaction of what was read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from asyncpg import Record as Row
    from asyncpg.pool import Pool, PoolConnectionProxy


class Placed(Protocol):
    """A record of ours, or the client's: what matters is where it stood."""

    @property
    def topic(self) -> str:
        """The topic's full name."""
        ...

    @property
    def partition(self) -> int:
        """Its partition."""
        ...

    @property
    def offset(self) -> int:
        """Its place in the partition."""
        ...


def next_offsets(records: Iterable[Placed]) -> dict[tuple[str, int], int]:
    """Per topic and partition, the offset after the last of these records."""
    found: dict[tuple[str, int], int] = {}
    for record in records:
        place = (record.topic, record.partition)
        found[place] = max(found.get(place, 0), record.offset + 1)
    return found


async def record_positions(connection: PoolConnectionProxy[Row], records: Iterable[Placed]) -> None:
    """Move positions forward, in sorted order; a late batch never moves one back."""
    moved = sorted(next_offsets(records).items())
    await connection.execute(
        """INSERT INTO positions AS p (topic, partition, next_offset)
           SELECT * FROM unnest($1::text[], $2::int[], $3::bigint[])
           ON CONFLICT (topic, partition) DO UPDATE SET next_offset = EXCLUDED.next_offset
           WHERE p.next_offset < EXCLUDED.next_offset""",
        [topic for (topic, _), _ in moved],
        [partition for (_, partition), _ in moved],
        [offset for _, offset in moved],
    )


async def positions(pool: Pool[Row]) -> dict[tuple[str, int], int]:
    """Every position of the service."""
    rows = await pool.fetch("SELECT topic, partition, next_offset FROM positions")
    return {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
