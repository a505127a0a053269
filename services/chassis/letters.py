"""What a dead letter is, and how it is kept: whole, with a reason that a person understands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, overload

from services.chassis.decoding import Heard, Record, RefusedRecord
from services.chassis.transaction import Refusal

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record as Row
    from asyncpg.pool import PoolConnectionProxy

PARKING_CODES = ("unprocessable", "parked")
"""Codes of letters that others wait behind."""

State = Literal["dead", "parked", "redriven", "dropped", "done"]


@dataclass(frozen=True)
class DeadLetter:
    """A record, why it died, and what it was about where that is known."""

    record: Record
    refusal: Refusal
    type_name: str | None
    aggregate: str | None = None
    event_id: UUID | None = None
    at_the_door: bool = True
    identity: str | None = None
    """What it holds in ``inbound``, so that the same fact told again is dropped."""
    parks: str | None = None
    """What waits behind it."""
    state: State = "dead"
    attempts: int = 1

    @staticmethod
    def of(refused: RefusedRecord) -> DeadLetter:
        """A record refused at the door."""
        return DeadLetter(refused.record, refused.refusal, refused.type_name)

    @staticmethod
    def heard(
        found: Heard,
        refusal: Refusal,
        identity: str | None = None,
        state: State = "dead",
        attempts: int = 1,
    ) -> DeadLetter:
        """An event that was understood but not taken: parked, failed, or refused by its handler.

        A refusal is a decision: nothing waits behind it.
        """
        event = found.event
        return DeadLetter(
            found.record,
            refusal,
            event.type_name(),
            event.aggregate,
            event.envelope.event_id,
            at_the_door=False,
            identity=identity,
            parks=event.parks if refusal.code in PARKING_CODES else None,
            state=state,
            attempts=attempts,
        )


def stored_headers(record: Record) -> list[list[str]]:
    """A record's headers as JSON can hold them."""
    return [[name, storable(raw.decode(errors="replace"))] for name, raw in record.headers]


def record_of(row: Row) -> Record:
    """The record that a row keeps, as it was taken."""
    headers: list[list[str]] = row["headers"]
    return Record(
        row["topic"],
        row["partition"],
        row["offset"],
        row["key"],
        row["value"],
        tuple((name, text.encode()) for name, text in headers),
        row["timestamp_ms"],
    )


async def bury(connection: PoolConnectionProxy[Row], letters: Sequence[DeadLetter]) -> None:
    """Keep dead letters; the same record again is the same letter, also one that was done with."""
    await connection.executemany(
        """INSERT INTO dead_letters AS d (topic, partition, "offset", key, headers, value,
               type_name, aggregate, event_id, code, reason, detail, at_the_door, identity,
               timestamp_ms, parks, state, attempts)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
           ON CONFLICT (topic, partition, "offset") DO UPDATE
           SET type_name = EXCLUDED.type_name, aggregate = EXCLUDED.aggregate,
               event_id = EXCLUDED.event_id, code = EXCLUDED.code, reason = EXCLUDED.reason,
               detail = EXCLUDED.detail, at_the_door = EXCLUDED.at_the_door,
               identity = EXCLUDED.identity, parks = EXCLUDED.parks, state = EXCLUDED.state,
               changed_at = clock_timestamp()
           WHERE d.state = 'done'""",
        [as_row(letter) for letter in letters],
    )


def as_row(letter: DeadLetter) -> tuple[object, ...]:
    """A letter as it is stored."""
    record = letter.record
    return (
        record.topic,
        record.partition,
        record.offset,
        record.key,
        stored_headers(record),
        record.value,
        storable(letter.type_name),
        storable(letter.aggregate),
        letter.event_id,
        letter.refusal.code,
        storable(letter.refusal.text),
        dict(letter.refusal.detail),
        letter.at_the_door,
        storable(letter.identity),
        record.timestamp_ms,
        storable(letter.parks),
        letter.state,
        letter.attempts,
    )


@overload
def storable(text: str) -> str: ...
@overload
def storable(text: None) -> None: ...
@overload
def storable(text: str | None) -> str | None: ...
def storable(text: str | None) -> str | None:
    """Text without the one character that PostgreSQL cannot store."""
    return None if text is None else text.replace("\x00", "\ufffd")
