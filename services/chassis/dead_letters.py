"""Dead letters: what could not be taken, whole, with a reason that a person understands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.chassis.decoding import Record, RefusedRecord
from services.chassis.transaction import Refusal

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record as Row
    from asyncpg.pool import Pool, PoolConnectionProxy


PERSONAL_BYTES_DAYS = 30


@dataclass(frozen=True)
class DeadLetter:
    """A record, why it died, and what it was about where that is known."""

    record: Record
    refusal: Refusal
    type_name: str | None
    aggregate: str | None = None
    event_id: UUID | None = None
    at_the_door: bool = True

    @staticmethod
    def of(refused: RefusedRecord) -> DeadLetter:
        """A record refused at the door."""
        return DeadLetter(refused.record, refused.refusal, refused.type_name)


async def bury(connection: PoolConnectionProxy[Row], letters: Sequence[DeadLetter]) -> None:
    """Keep dead letters; the same record again is the same letter."""
    await connection.executemany(
        """INSERT INTO dead_letters (topic, partition, "offset", key, headers, value, type_name,
               aggregate, event_id, code, reason, detail, at_the_door)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
           ON CONFLICT (topic, partition, "offset") DO NOTHING""",
        [
            (
                letter.record.topic,
                letter.record.partition,
                letter.record.offset,
                letter.record.key,
                [
                    [name, storable(raw.decode(errors="replace"))]
                    for name, raw in letter.record.headers
                ],
                letter.record.value,
                storable(letter.type_name),
                storable(letter.aggregate),
                letter.event_id,
                letter.refusal.code,
                storable(letter.refusal.text),
                dict(letter.refusal.detail),
                letter.at_the_door,
            )
            for letter in letters
        ],
    )


async def forget_personal_bytes(pool: Pool[Row], topics: Sequence[str]) -> None:
    """Forget what old dead letters of these topics held; that they died, and why, stays."""
    await pool.execute(
        """UPDATE dead_letters SET value = NULL, key = NULL, headers = '[]'
           WHERE topic = ANY ($1) AND value IS NOT NULL
             AND arrived_at < clock_timestamp() - $2 * interval '1 day'""",
        topics,
        PERSONAL_BYTES_DAYS,
    )


def storable(text: str | None) -> str | None:
    """Text without the one character that PostgreSQL cannot store."""
    return None if text is None else text.replace("\x00", "\ufffd")
