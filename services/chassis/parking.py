"""Parking: what follows a dead letter of the same aggregate waits behind it, in order.

Whether an aggregate is parked changes under its lock alone, so that nothing is parked behind a
letter that was taken meanwhile, and nothing overtakes what is parked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from zlib import crc32

from services.chassis.decoding import Heard
from services.chassis.letters import DeadLetter, bury
from services.chassis.transaction import Refusal

if TYPE_CHECKING:
    from asyncpg import Connection as PgConnection
    from asyncpg import Record as Row
    from asyncpg.pool import PoolConnectionProxy

    Connection = PoolConnectionProxy[Row] | PgConnection[Row]

SLOTS = 256
"""Aggregates share this many locks, so that dropping thousands takes a bounded number."""


async def lock(connection: Connection, aggregates: Iterable[str]) -> None:
    """Lock aggregates until the transaction ends, in one order for all."""
    await connection.execute(
        """SELECT pg_advisory_xact_lock(hashtext(current_schema() || ' parking'), slot)
           FROM unnest($1::int[]) AS slot""",
        sorted({crc32(name.encode()) % SLOTS for name in aggregates}),
    )


async def park(connection: PoolConnectionProxy[Row], heard: Sequence[Heard]) -> Sequence[Heard]:
    """Put aside what belongs to parked aggregates; give back what may go on."""
    names = {name for one in heard if (name := one.event.parks)}
    if not names or not (found := await _parked(connection, names)):
        return heard
    await lock(connection, found)
    found = await _parked(connection, found)
    await bury(connection, [behind(one) for one in heard if one.event.parks in found])
    return [one for one in heard if one.event.parks not in found]


def behind(one: Heard) -> DeadLetter:
    """The letter of an event that only waits."""
    refusal = Refusal("parked", f"waits behind an earlier dead letter of {one.event.parks}")
    return DeadLetter.heard(one, refusal, state="parked", attempts=0)


async def _parked(connection: Connection, names: Iterable[str]) -> set[str]:
    rows = await connection.fetch(
        """SELECT DISTINCT parks FROM dead_letters
           WHERE parks = ANY ($1) AND state IN ('dead', 'parked', 'redriven')""",
        list(names),
    )
    return {row["parks"] for row in rows}


async def follow(connection: Connection, aggregates: Iterable[str]) -> None:
    """Let the first of the parked follow, where nothing is before it; the aggregates are locked."""
    await connection.execute(
        """UPDATE dead_letters SET state = 'redriven', changed_at = clock_timestamp()
           WHERE id IN (
               SELECT min(id) FROM dead_letters
               WHERE parks = ANY ($1) AND state IN ('dead', 'parked', 'redriven')
               GROUP BY parks HAVING bool_and(state = 'parked'))""",
        list(aggregates),
    )
