"""Two memories: our own events by id, outsiders' facts by what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, cast

import orjson

from schemas.envelope import Event, InboundEvent
from services.chassis.decoding import Heard, RefusedRecord
from services.chassis.identifiers import moment_of
from services.chassis.transaction import Refusal

if TYPE_CHECKING:
    from uuid import UUID

    from asyncpg import Record
    from asyncpg.pool import PoolConnectionProxy

    Connection = PoolConnectionProxy[Record]

HASH_BYTES = 16
KEPT_DAYS = 28
"""Twice the longest retention heard: no topic can still hold an event that was forgotten."""
AHEAD_DAYS = 3
"""Partitions made ahead, so that the turn of a day finds one."""


def content_hash(content: bytes) -> bytes:
    """A digest of what must be equal when an event comes again."""
    return blake2b(content, digest_size=HASH_BYTES).digest()


def too_old(heard: Heard, now: datetime) -> Refusal | None:
    """Refuse an id of ours from outside the days that the inbox remembers."""
    try:
        moment = moment_of(heard.event.envelope.event_id)
    except ValueError as error:
        return Refusal("undecodable", f"ce_id: {error}")
    oldest = now - timedelta(days=KEPT_DAYS - 1)
    newest = now + timedelta(days=AHEAD_DAYS - 1)
    if oldest <= moment <= newest:
        return None
    return Refusal(
        "too_old",
        f"the id is of {moment:%Y-%m-%d}, events from {oldest:%Y-%m-%d} to {newest:%Y-%m-%d} are "
        "remembered: nobody could tell whether it was handled already, so say the fact anew",
    )


@dataclass(frozen=True)
class Conflict:
    """A fact whose identity is held by another content."""

    heard: Heard
    refused: RefusedRecord


@dataclass(frozen=True)
class Remembered:
    """What became of a batch: new, refused, or contradicting what was told before."""

    fresh: Sequence[Heard]
    refused: Sequence[RefusedRecord]
    conflicts: Sequence[Conflict]


async def remember(connection: Connection, heard: Sequence[Heard]) -> Remembered:
    """Remember what is new of a batch; what is known already is in none of the answers."""
    now = datetime.now(UTC)
    own: list[Heard] = []
    inbound: list[Heard] = []
    refused: list[RefusedRecord] = []
    for one in heard:
        if isinstance(one.event, InboundEvent):
            inbound.append(one)
        elif refusal := too_old(one, now):
            refused.append(RefusedRecord(one.record, refusal, one.event.type_name()))
        else:
            own.append(one)
    fresh = await _remember_own(connection, own, refused) if own else set[int]()
    conflicts: list[Conflict] = []
    if inbound:
        fresh |= await _remember_inbound(connection, inbound, conflicts)
    return Remembered([one for one in heard if id(one) in fresh], refused, conflicts)


async def _remember_own(
    connection: Connection, heard: Sequence[Heard], refused: list[RefusedRecord]
) -> set[int]:
    """Insert ids in sorted order (two workers that share them then never deadlock)."""
    first: dict[UUID, Heard] = {}
    for one in heard:
        first.setdefault(one.event.envelope.event_id, one)
    ids = sorted(first)
    hashes = [content_hash(first[event_id].record.value or b"") for event_id in ids]
    rows = await connection.fetch(
        """INSERT INTO inbox (event_id, content_hash)
           SELECT * FROM unnest($1::uuid[], $2::bytea[])
           ON CONFLICT DO NOTHING RETURNING event_id""",
        ids,
        hashes,
    )
    new = {row["event_id"] for row in rows}
    if len(new) == len(heard):
        return {id(one) for one in heard}
    # A second statement, not one with the first: after a wait only this one sees what was committed.
    known = await connection.fetch(
        "SELECT event_id, content_hash FROM inbox WHERE event_id = ANY($1)", ids
    )
    kept = {row["event_id"]: row["content_hash"] for row in known}
    for one in heard:
        event_id = one.event.envelope.event_id
        if kept[event_id] != content_hash(one.record.value or b""):
            text = f"the event id {event_id} was heard before with other content"
            refused.append(
                RefusedRecord(one.record, Refusal("id_reused", text), one.event.type_name())
            )
    return {id(first[event_id]) for event_id in new}


async def _remember_inbound(
    connection: Connection, heard: Sequence[Heard], conflicts: list[Conflict]
) -> set[int]:
    """Insert identities in sorted order; the first fact of an identity holds it."""
    contents = {id(one): _content(one.event) for one in heard}
    first: dict[str, Heard] = {}
    for one in heard:
        first.setdefault(cast("InboundEvent", one.event).identity(), one)
    identities = sorted(first)
    chosen = [first[identity] for identity in identities]
    rows = await connection.fetch(
        """INSERT INTO inbound (identity, content_hash, content, event_id, source, heard_at)
           SELECT i, h, c::jsonb, e, s, clock_timestamp()
           FROM unnest($1::text[], $2::bytea[], $3::text[], $4::uuid[], $5::text[])
                AS new (i, h, c, e, s)
           ON CONFLICT DO NOTHING RETURNING identity""",
        identities,
        [content_hash(contents[id(one)]) for one in chosen],
        [contents[id(one)].decode() for one in chosen],
        [one.event.envelope.event_id for one in chosen],
        [one.event.envelope.source for one in chosen],
    )
    new = {row["identity"] for row in rows}
    known = await connection.fetch(
        "SELECT identity, content_hash, content, source FROM inbound WHERE identity = ANY($1)",
        identities,
    )
    kept = {row["identity"]: row for row in known}
    for one in heard:
        row = kept[cast("InboundEvent", one.event).identity()]
        if row["content_hash"] != content_hash(contents[id(one)]):
            conflicts.append(_conflict(one, row, contents[id(one)]))
    return {id(first[identity]) for identity in new}


def _content(event: Event) -> bytes:
    return orjson.dumps(cast("InboundEvent", event).content(), option=orjson.OPT_SORT_KEYS)


def _conflict(one: Heard, row: Record, content: bytes) -> Conflict:
    """The same identity with other content: show both, and where they differ."""
    before: dict[str, object] = row["content"]
    after: dict[str, object] = orjson.loads(content)
    fields = sorted(name for name in before | after if before.get(name) != after.get(name))
    text = (
        f"{one.event.aggregate} was told before with other content ({', '.join(fields)} differ): "
        "the first one holds; send a change as a fact of its own"
    )
    detail = {"first": before, "now": after, "first_source": row["source"]}
    refusal = Refusal("identity_conflict", text, detail)
    return Conflict(one, RefusedRecord(one.record, refusal, one.event.type_name()))


async def forget(connection: Connection, identities: Iterable[str]) -> None:
    """Let go of identities, so that the same fact is judged anew."""
    await connection.execute("DELETE FROM inbound WHERE identity = ANY($1)", list(identities))
