"""Orders, whose rows are the locks, and contacts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from services.chassis.transaction import Transaction
from services.notifications.domain.orders import Order, Policy

if TYPE_CHECKING:
    from asyncpg import Record


@dataclass(frozen=True)
class Contact:
    """Who a customer is. Personal: goes into its table and into a mail, nowhere else."""

    order_id: str
    customer_ref: str
    name: str
    email: str
    language: str
    time_zone: str
    address_lines: tuple[str, ...]


async def lock_orders(tx: Transaction[Policy], order_ids: Iterable[str]) -> dict[str, Order]:
    """Lock orders, so that facts of several topics about one order are taken one after another.

    An order never heard of begins here; its insert waits for another transaction's.
    """
    wanted = sorted(set(order_ids))
    rows = await _locked(tx, wanted)
    if len(rows) < len(wanted):
        await tx.execute(
            """INSERT INTO orders (order_id, first_heard_at)
               SELECT o, $2 FROM unnest($1::text[]) AS new (o)
               ON CONFLICT (order_id) DO NOTHING""",
            sorted(set(wanted).difference(row["order_id"] for row in rows)),
            tx.now,
        )
        rows = await _locked(tx, wanted)
    return {row["order_id"]: _order(row) for row in rows}


async def _locked(tx: Transaction[Policy], order_ids: Sequence[str]) -> list[Record]:
    return await tx.fetch(
        "SELECT * FROM orders WHERE order_id = ANY($1) ORDER BY order_id FOR UPDATE", order_ids
    )


def _order(row: Record) -> Order:
    return Order(
        row["order_id"], row["state"], row["has_contact"], row["opened"], row["messages"],
        row["placed_at"], row["currency"], row["freight_minor"], row["ship_complete"],
        tuple(row["reasons"]),
    )  # fmt: skip


async def record_orders(
    tx: Transaction[Policy], orders: Iterable[Order], before: Mapping[str, Order]
) -> None:
    """Write the locked orders that differ from what they were."""
    changed = [order for order in orders if order != before[order.order_id]]
    if not changed:
        return
    await tx.execute(
        """UPDATE orders o
           SET state = n.state, has_contact = n.has_contact, opened = n.opened,
               messages = n.messages, placed_at = n.placed_at, currency = n.currency,
               freight_minor = n.freight_minor, ship_complete = n.ship_complete,
               reasons = n.reasons::jsonb
           FROM unnest($1::text[], $2::text[], $3::bool[], $4::bool[], $5::int[],
                       $6::timestamptz[], $7::text[], $8::bigint[], $9::bool[], $10::text[])
                AS n (order_id, state, has_contact, opened, messages, placed_at, currency,
                      freight_minor, ship_complete, reasons)
           WHERE o.order_id = n.order_id""",
        [order.order_id for order in changed],
        [order.state for order in changed],
        [order.has_contact for order in changed],
        [order.opened for order in changed],
        [order.messages for order in changed],
        [order.placed_at for order in changed],
        [order.currency for order in changed],
        [order.freight_minor for order in changed],
        [order.ship_complete for order in changed],
        [orjson.dumps(order.reasons).decode() for order in changed],
    )


async def record_contacts(tx: Transaction[Policy], contacts: Iterable[Contact]) -> None:
    """Keep contacts, the last one given per order. The orders are locked by the caller."""
    last = {contact.order_id: contact for contact in contacts}
    await tx.executemany(
        """INSERT INTO contacts
               (order_id, customer_ref, name, email, language, time_zone, address_lines)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (order_id) DO UPDATE
           SET customer_ref = EXCLUDED.customer_ref, name = EXCLUDED.name,
               email = EXCLUDED.email, language = EXCLUDED.language,
               time_zone = EXCLUDED.time_zone, address_lines = EXCLUDED.address_lines""",
        [
            (
                contact.order_id, contact.customer_ref, contact.name, contact.email,
                contact.language, contact.time_zone, list(contact.address_lines),
            )
            for contact in last.values()
        ],
    )  # fmt: skip
