"""Orders as shipping knows them; each fact goes into the row that it completes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from services.chassis.transaction import Transaction
from services.shipping.domain.planning import OpenShipment, Order
from services.shipping.domain.policy import Policy

if TYPE_CHECKING:
    from asyncpg import Record


@dataclass(frozen=True)
class Terms:
    """What an accepted order fixes for all its parcels."""

    order_id: str
    currency: str
    freight_minor: int
    ships_complete: bool


@dataclass(frozen=True)
class OrderedLine:
    """A line as it was accepted."""

    line_id: str
    order_id: str
    sku: str
    title: str
    ordered: int
    total_minor: int


async def lock_orders(tx: Transaction[Policy], order_ids: Iterable[str]) -> list[str]:
    """Lock orders in key order, new ones too: whatever concerns an order waits behind this lock."""
    ids = sorted(set(order_ids))
    await tx.execute(
        """INSERT INTO orders (order_id, heard_at) SELECT o, $2 FROM unnest($1::text[]) AS o
           ON CONFLICT DO NOTHING""",
        ids,
        tx.now,
    )
    await tx.execute(
        "SELECT FROM orders WHERE order_id = ANY($1) ORDER BY order_id FOR UPDATE", ids
    )
    return ids


async def note_terms(tx: Transaction[Policy], terms: Sequence[Terms]) -> None:
    """Write what orders were accepted with. An order refused before is judged anew."""
    await tx.execute(
        """UPDATE orders o SET currency = t.currency, freight_minor = t.freight_minor,
                  ships_complete = t.ships_complete, refused_at = NULL
           FROM unnest($1::text[], $2::text[], $3::bigint[], $4::boolean[])
                AS t (order_id, currency, freight_minor, ships_complete)
           WHERE o.order_id = t.order_id""",
        [one.order_id for one in terms],
        [one.currency for one in terms],
        [one.freight_minor for one in terms],
        [one.ships_complete for one in terms],
    )


async def note_ordered(tx: Transaction[Policy], lines: Sequence[OrderedLine]) -> None:
    """Write accepted lines; units granted or refused before are there already."""
    await tx.execute(
        """INSERT INTO lines (line_id, order_id, sku, title, ordered, total_minor)
           SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[],
                                $6::bigint[])
           ON CONFLICT (line_id) DO UPDATE SET title = EXCLUDED.title,
               ordered = EXCLUDED.ordered, total_minor = EXCLUDED.total_minor""",
        [line.line_id for line in lines],
        [line.order_id for line in lines],
        [line.sku for line in lines],
        [line.title for line in lines],
        [line.ordered for line in lines],
        [line.total_minor for line in lines],
    )


async def note_refused_units(
    tx: Transaction[Policy], refused: Sequence[tuple[str, str, str, int]]
) -> None:
    """Add refused units: line, order, SKU, quantity."""
    await tx.execute(
        """INSERT INTO lines (line_id, order_id, sku, refused)
           SELECT l, o, s, sum(q) FROM unnest($1::text[], $2::text[], $3::text[], $4::int[])
                AS r (l, o, s, q)
           GROUP BY l, o, s
           ON CONFLICT (line_id) DO UPDATE SET refused = lines.refused + EXCLUDED.refused""",
        [line for line, _, _, _ in refused],
        [order for _, order, _, _ in refused],
        [sku for _, _, sku, _ in refused],
        [quantity for _, _, _, quantity in refused],
    )


async def note_cancelled_units(
    tx: Transaction[Policy], cancelled: Sequence[tuple[str, str, str, int]]
) -> None:
    """Add units cancelled while they waited: line, order, SKU, quantity."""
    await tx.execute(
        """INSERT INTO lines (line_id, order_id, sku, cancelled)
           SELECT l, o, s, sum(q) FROM unnest($1::text[], $2::text[], $3::text[], $4::int[])
                AS c (l, o, s, q)
           GROUP BY l, o, s
           ON CONFLICT (line_id) DO UPDATE SET cancelled = lines.cancelled + EXCLUDED.cancelled""",
        [line for line, _, _, _ in cancelled],
        [order for _, order, _, _ in cancelled],
        [sku for _, _, sku, _ in cancelled],
        [quantity for _, _, _, quantity in cancelled],
    )


async def note_confirmed(tx: Transaction[Policy], order_ids: Sequence[str]) -> None:
    """Write that orders are confirmed."""
    await tx.execute(
        "UPDATE orders SET confirmed_at = $2 WHERE order_id = ANY($1)", order_ids, tx.now
    )


async def note_refused(tx: Transaction[Policy], order_ids: Sequence[str]) -> None:
    """Write that orders are refused; one that was never heard of needs no row."""
    await tx.execute(
        """UPDATE orders SET refused_at = $2 WHERE order_id IN (
               SELECT order_id FROM orders WHERE order_id = ANY($1)
               ORDER BY order_id FOR UPDATE)""",
        order_ids,
        tx.now,
    )


async def note_verified(tx: Transaction[Policy], methods: Sequence[tuple[str, str]]) -> None:
    """Write the verified payment method of orders: order, method; the last one told holds."""
    last = dict(methods)
    await tx.execute(
        """UPDATE orders o SET verified_method = m.method
           FROM unnest($1::text[], $2::text[]) AS m (order_id, method)
           WHERE o.order_id = m.order_id""",
        list(last),
        list(last.values()),
    )


async def note_refused_methods(tx: Transaction[Policy], methods: Sequence[tuple[str, str]]) -> None:
    """Write the payment method that was refused: order, method. It is verified no more."""
    last = dict(methods)
    await tx.execute(
        """UPDATE orders o SET refused_method = m.method,
                  verified_method = nullif(o.verified_method, m.method)
           FROM unnest($1::text[], $2::text[]) AS m (order_id, method)
           WHERE o.order_id = m.order_id""",
        list(last),
        list(last.values()),
    )


async def load_orders(tx: Transaction[Policy], order_ids: Sequence[str]) -> list[Order]:
    """Locked orders in key order: those that something collects for, or that are in trouble."""
    rows = await tx.fetch(
        """SELECT o.*, l.unfilled, s.ids, s.warehouses, s.cut_offs
           FROM orders o
           CROSS JOIN LATERAL (
               SELECT coalesce(sum(ordered - allocated - refused - cancelled - withdrawn), 0)
                      AS unfilled
               FROM lines WHERE lines.order_id = o.order_id) AS l
           CROSS JOIN LATERAL (
               SELECT array_agg(shipment_id ORDER BY n) AS ids,
                      array_agg(warehouse ORDER BY n) AS warehouses,
                      array_agg(cut_off_at ORDER BY n) AS cut_offs
               FROM shipments WHERE shipments.order_id = o.order_id AND state = 'collecting') AS s
           WHERE o.order_id = ANY($1)
             AND (s.ids IS NOT NULL OR o.freight_kept OR o.suspended_episode > o.resumed_episode)
           ORDER BY o.order_id""",
        order_ids,
    )
    return [_order(row) for row in rows]


def _order(row: Record) -> Order:
    cut_offs: list[datetime | None] = row["cut_offs"] or []
    return Order(
        row["order_id"],
        row["currency"],
        row["freight_minor"] or 0,
        bool(row["ships_complete"]),
        row["confirmed_at"] is not None,
        row["refused_at"] is not None,
        row["verified_method"] is not None,
        row["freight_with"] is not None,
        row["freight_kept"],
        row["suspended_episode"] > row["resumed_episode"],
        int(row["unfilled"]),
        tuple(
            OpenShipment(shipment_id, warehouse, cut_off_at)
            for shipment_id, warehouse, cut_off_at in zip(
                row["ids"] or (), row["warehouses"] or (), cut_offs, strict=True
            )
        ),
    )
