"""Which process relays which shard of an outbox: session advisory locks, shared by rank.

A killed process frees its locks at once; a frozen or lost one sends no beat, and the server ends
its session. Two owners at once would cause copies, never disorder.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING
from zlib import crc32

import structlog

from services.chassis.outbox import SHARDS

if TYPE_CHECKING:
    from asyncpg import Connection, Record

BEAT_SECONDS = 0.5
SESSION_TIMEOUT_MS = 4_000
BEAT_VALID_SECONDS = 3.0
RECONNECT_SECONDS = 0.5
FIRST_MEMBER = 100
"""Lock numbers below are shards, from here on members."""

log = structlog.get_logger()


class Shards:
    """The shards that this process may relay, kept by a beat on a connection of its own."""

    def __init__(
        self,
        schema: str,
        connect: Callable[[], Awaitable[Connection[Record]]],
        wake: Callable[[], None],
    ) -> None:
        self.space = crc32(schema.encode()) - (1 << 31)
        self.channel = f"outbox_{schema}"
        self.connect = connect
        self.wake = wake
        self.owned: set[int] = set()
        self.in_round = asyncio.Lock()
        """Held by the relay while it sends: a shard is given up only between rounds."""
        self.good_until = 0.0
        self.connection: Connection[Record] | None = None
        self.member = 0

    def mine(self) -> set[int]:
        """The shards that may be relayed now; none when the last beat is too old."""
        return self.owned if monotonic() < self.good_until else set()

    async def run(self, stop: asyncio.Event) -> None:
        """Beat until told to stop, then let go of everything."""
        while not stop.is_set():
            try:
                await self.beat()
            except Exception as error:  # whatever it was, the session is not to be trusted
                log.warning("relay_session_lost", error=type(error).__name__)
                await self.close()
                await asyncio.sleep(RECONNECT_SECONDS)
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), BEAT_SECONDS)
        await self.close()

    async def close(self) -> None:
        """End the session; the server frees its locks."""
        self.owned = set()
        if self.connection is not None:
            connection, self.connection = self.connection, None
            with suppress(Exception):
                await connection.close(timeout=1)

    async def beat(self) -> None:
        """Show that we live, and take or give shards until we hold our share."""
        connection = self.connection or await self._join()
        rows = await connection.fetch(
            """SELECT objid::int AS lock FROM pg_locks
               WHERE locktype = 'advisory' AND objsubid = 2 AND granted
                 AND classid::bigint = $1 AND database =
                     (SELECT oid FROM pg_database WHERE datname = current_database())""",
            self.space % (1 << 32),
        )
        locks = {row["lock"] for row in rows}
        members = sorted(lock for lock in locks if lock >= FIRST_MEMBER)
        rank = members.index(self.member) if self.member in members else 0
        quota = SHARDS // max(1, len(members)) + (rank < SHARDS % max(1, len(members)))
        await self._give(len(self.owned) - quota)
        await self._take(quota - len(self.owned), set(range(SHARDS)) - locks)
        self.good_until = monotonic() + BEAT_VALID_SECONDS

    async def _join(self) -> Connection[Record]:
        self.connection = connection = await self.connect()
        self.member = FIRST_MEMBER + await connection.fetchval("SELECT nextval('relay_members')")
        await connection.execute("SELECT pg_advisory_lock($1, $2)", self.space, self.member)
        await connection.add_listener(self.channel, self._notified)
        return connection

    def _notified(self, *_: object) -> None:
        self.wake()

    async def _give(self, count: int) -> None:
        """Unlock what is over the share, between two rounds of the relay."""
        if count <= 0 or self.connection is None:
            return
        async with self.in_round:
            for shard in sorted(self.owned, reverse=True)[:count]:
                self.owned.discard(shard)
                await self.connection.execute(
                    "SELECT pg_advisory_unlock($1, $2)", self.space, shard
                )

    async def _take(self, count: int, free: set[int]) -> None:
        """Lock free shards up to the share."""
        if count <= 0 or self.connection is None:
            return
        for shard in sorted(free):
            if count and await self.connection.fetchval(
                "SELECT pg_try_advisory_lock($1, $2)", self.space, shard
            ):
                self.owned.add(shard)
                count -= 1
                self.wake()
