"""Messages due, sent, suppressed and failed. The orders are locked by the caller."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pydantic import TypeAdapter

from services.chassis.transaction import Transaction
from services.notifications.domain.facts import Facts
from services.notifications.domain.messages import GatheredKind, Message
from services.notifications.domain.orders import Policy
from services.notifications.store.contacts import Contact

if TYPE_CHECKING:
    from asyncpg import Record
    from asyncpg.pool import Pool

FACTS = TypeAdapter(Facts)


@dataclass(frozen=True)
class Outgoing:
    """A started message with the person it goes to. Personal."""

    message_id: str
    facts: Facts
    contact: Contact


@dataclass(frozen=True)
class Ending:
    """What became of a message."""

    message_id: str
    state: Literal["sent", "suppressed", "failed", "unknown"]
    reason: str | None = None
    sent_at: datetime | None = None


async def gathering(
    tx: Transaction[Policy], order_ids: Iterable[str], kind: GatheredKind
) -> set[str]:
    """The orders for which a message of a kind gathers news: it has not been started."""
    rows = await tx.fetch(
        """SELECT order_id FROM messages
           WHERE order_id = ANY($1) AND kind = $2 AND state = 'due'
             AND kind IN ('backordered', 'date_changed', 'refunded')""",
        list(order_ids),
        kind,
    )
    return {row["order_id"] for row in rows}


async def add_messages(tx: Transaction[Policy], messages: Sequence[Message]) -> None:
    """Add messages that became due."""
    await tx.execute(
        """INSERT INTO messages (message_id, order_id, kind, n, shipment_id, cancel_id, episode,
                                 due_at, created_at)
           SELECT m, o, k, n, s, c, e, d, $9
           FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[],
                       $7::int[], $8::timestamptz[]) AS new (m, o, k, n, s, c, e, d)""",
        [message.message_id for message in messages],
        [message.order_id for message in messages],
        [message.kind for message in messages],
        [message.n for message in messages],
        [message.shipment_id for message in messages],
        [message.cancel_id for message in messages],
        [message.episode for message in messages],
        [message.due_at for message in messages],
        tx.now,
    )


async def messages(tx: Transaction[Policy], message_ids: Iterable[str]) -> list[Message]:
    """Some messages, oldest of each order first."""
    rows = await tx.fetch(
        "SELECT * FROM messages WHERE message_id = ANY($1) ORDER BY order_id, n",
        list(message_ids),
    )
    return [_message(row) for row in rows]


async def facts(
    tx: Transaction[Policy], message_ids: Iterable[str]
) -> dict[str, tuple[Message, Facts]]:
    """Started messages with what they say."""
    rows = await tx.fetch(
        "SELECT * FROM messages WHERE message_id = ANY($1) ORDER BY order_id, n",
        list(message_ids),
    )
    return {row["message_id"]: (_message(row), FACTS.validate_python(row["facts"])) for row in rows}


def _message(row: Record) -> Message:
    return Message(
        row["message_id"], row["order_id"], row["kind"], row["n"], row["due_at"],
        row["shipment_id"], row["cancel_id"], row["episode"],
    )  # fmt: skip


async def start_messages(tx: Transaction[Policy], started: Mapping[str, Facts]) -> None:
    """Write down what messages say before they are sent; a further attempt says it anew."""
    if not started:
        return
    await tx.execute(
        """UPDATE messages m SET state = 'started', facts = s.f
           FROM unnest($1::text[], $2::jsonb[]) AS s (id, f) WHERE m.message_id = s.id""",
        list(started),
        [FACTS.dump_python(one, mode="json", exclude_defaults=True) for one in started.values()],
    )


async def end_messages(tx: Transaction[Policy], endings: Sequence[Ending]) -> None:
    """Write down what became of messages."""
    if not endings:
        return
    await tx.execute(
        """UPDATE messages m SET state = e.state, reason = e.reason, sent_at = e.sent_at
           FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
                AS e (id, state, reason, sent_at) WHERE m.message_id = e.id""",
        [ending.message_id for ending in endings],
        [ending.state for ending in endings],
        [ending.reason for ending in endings],
        [ending.sent_at for ending in endings],
    )


async def outgoing(pool: Pool[Record], message_id: str) -> Outgoing | None:
    """A started message and its customer, read outside any transaction just before it is sent.

    The address is read here, and nowhere put down: an effect's request holds nothing personal.
    """
    row = await pool.fetchrow(
        """SELECT m.message_id, m.facts, c.*
           FROM messages m JOIN contacts c USING (order_id) WHERE m.message_id = $1""",
        message_id,
    )
    if row is None:
        return None
    contact = Contact(
        row["order_id"], row["customer_ref"], row["name"], row["email"], row["language"],
        row["time_zone"], tuple(row["address_lines"]),
    )  # fmt: skip
    return Outgoing(row["message_id"], FACTS.validate_python(row["facts"]), contact)
