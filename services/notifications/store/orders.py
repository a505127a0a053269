"""Orders, whose rows are the locks of everything that is told about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import orjson

from services.chassis.transaction import Transaction
from services.notifications.domain.orders import Order, Policy, Trouble

if TYPE_CHECKING:
    from asyncpg import Record


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
        tuple(row["reasons"]), row["erased"], _trouble(row), row["mended_episode"],
        row["overdue_episode"], row["held_back"],
    )  # fmt: skip


def _trouble(row: Record) -> Trouble | None:
    if not row["trouble_episode"]:
        return None
    return Trouble(
        row["trouble_episode"], row["trouble_cause"], row["trouble_deadline"],
        row["trouble_shipment_id"], row["trouble_told_in"],
    )  # fmt: skip


async def record_orders(
    tx: Transaction[Policy], orders: Iterable[Order], before: Mapping[str, Order]
) -> None:
    """Write the locked orders that differ from what they were."""
    changed = [order for order in orders if order != before[order.order_id]]
    if not changed:
        return
    troubles = [order.trouble for order in changed]
    await tx.execute(
        """UPDATE orders o
           SET state = n.state, has_contact = n.has_contact, opened = n.opened,
               messages = n.messages, placed_at = n.placed_at, currency = n.currency,
               freight_minor = n.freight_minor, ship_complete = n.ship_complete,
               reasons = n.reasons::jsonb, erased = n.erased, trouble_episode = n.episode,
               trouble_cause = n.cause, trouble_deadline = n.deadline,
               trouble_shipment_id = n.shipment_id, trouble_told_in = n.told_in,
               mended_episode = n.mended, overdue_episode = n.overdue, held_back = n.held_back
           FROM unnest($1::text[], $2::text[], $3::bool[], $4::bool[], $5::int[],
                       $6::timestamptz[], $7::text[], $8::bigint[], $9::bool[], $10::text[],
                       $11::bool[], $12::int[], $13::text[], $14::timestamptz[], $15::text[],
                       $16::int[], $17::int[], $18::int[], $19::bool[])
                AS n (order_id, state, has_contact, opened, messages, placed_at, currency,
                      freight_minor, ship_complete, reasons, erased, episode, cause, deadline,
                      shipment_id, told_in, mended, overdue, held_back)
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
        [order.erased for order in changed],
        [one.episode if one else 0 for one in troubles],
        [one.cause if one else None for one in troubles],
        [one.deadline if one else None for one in troubles],
        [one.shipment_id if one else None for one in troubles],
        [one.told_in if one else None for one in troubles],
        [order.mended for order in changed],
        [order.overdue for order in changed],
        [order.held_back for order in changed],
    )
