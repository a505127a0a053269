"""Partitions and old dead letters, kept in order beside the work."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog

from services.chassis.dead_letters import forget_personal_bytes
from services.chassis.migrate import keep_partitions

if TYPE_CHECKING:
    from asyncpg import Record as Row
    from asyncpg.pool import Pool

KEEP_HOUSE_SECONDS = 3600.0

log = structlog.get_logger()


async def keep_house(pool: Pool[Row], personal_topics: Sequence[str], stop: asyncio.Event) -> None:
    """Keep the house each hour, until told to stop."""
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), KEEP_HOUSE_SECONDS)
            return
        await keep_house_once(pool, personal_topics)


async def keep_house_once(pool: Pool[Row], personal_topics: Sequence[str]) -> None:
    """Make and drop partitions; forget the bytes of old letters from these topics."""
    try:
        await keep_partitions(pool)
        await forget_personal_bytes(pool, personal_topics)
    except Exception as error:  # the next hour tries again, days before it matters
        log.warning("house_not_kept", error=type(error).__name__)
