"""Deliveries that were completed or cancelled, as a whole, whatever lines they have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from services.chassis.transaction import Transaction
from services.stock_receipts.domain.lines import End, LineKey
from services.stock_receipts.domain.policy import Policy
from services.stock_receipts.store.columns import columns

if TYPE_CHECKING:
    from asyncpg import Record

Told = Literal["completed", "cancelled"]


class Whole(NamedTuple):
    """A supplier's delivery, with all of its SKUs."""

    warehouse: str
    supplier: str
    delivery: str


ADD = """
INSERT INTO deliveries (warehouse, supplier, delivery)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
ON CONFLICT DO NOTHING
"""

# Shared: notices of one delivery come side by side, its end waits for them and they for it.
HOLD = """
SELECT d.warehouse, d.supplier, d.delivery, d.completed_at, d.cancelled_at
FROM deliveries AS d
    JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted (warehouse, supplier, delivery)
    USING (warehouse, supplier, delivery)
ORDER BY d.warehouse, d.supplier, d.delivery
FOR SHARE OF d
"""

KEEP = """
INSERT INTO deliveries (warehouse, supplier, delivery, completed_at, cancelled_at)
SELECT warehouse, supplier, delivery, CASE WHEN $5 = 'completed' THEN at END,
       CASE WHEN $5 = 'cancelled' THEN at END
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
    AS told (warehouse, supplier, delivery, at)
ON CONFLICT (warehouse, supplier, delivery) DO UPDATE SET
    completed_at = coalesce(deliveries.completed_at, excluded.completed_at),
    cancelled_at = coalesce(deliveries.cancelled_at, excluded.cancelled_at)
"""

READ_ANNOUNCED = """
SELECT l.sku, l.warehouse, l.delivery, l.supplier
FROM delivery_lines AS l
    JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted (warehouse, supplier, delivery)
    USING (warehouse, supplier, delivery)
WHERE l.announced_at IS NOT NULL
"""


async def hold_deliveries(
    tx: Transaction[Policy], wholes: Collection[Whole]
) -> dict[Whole, list[End]]:
    """Keep deliveries from ending before their new lines are committed; how they ended before."""
    wanted = columns(sorted(set(wholes)), 3)
    await tx.execute(ADD, *wanted)
    rows = await tx.fetch(HOLD, *wanted)
    return {Whole(*tuple(row)[:3]): list(ends_in(row)) for row in rows}


def ends_in(row: Record) -> Iterator[End]:
    """How a delivery ended."""
    if at := row["completed_at"]:
        yield End(at, "completed", at)
    if at := row["cancelled_at"]:
        yield End(at, "cancelled", at)


async def end_deliveries(
    tx: Transaction[Policy], cause: Told, ended: Mapping[Whole, datetime]
) -> list[LineKey]:
    """Remember that deliveries are at their end, and lock them; their lines announced so far."""
    rows = [(*whole, at) for whole, at in sorted(ended.items())]
    await tx.execute(KEEP, *columns(rows, 4), cause)
    found = await tx.fetch(READ_ANNOUNCED, *columns(list(ended), 3))
    return [LineKey(*row) for row in found]
