"""SKUs: the rows whose locks order all decisions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from services.allocation.domain.book import Item
from services.allocation.domain.policy import Policy, Product
from services.chassis.transaction import Transaction

LOCK = """
SELECT sku, decision_no, waiting_lines, waiting_units,
       revision, backorder, backorder_limit, lead_time_days
FROM items WHERE sku = ANY($1::text[]) ORDER BY sku FOR UPDATE
"""

# A timer waits for nobody: a batch locks its SKUs handler by handler, in no order over all of them.
LOCK_FREE = LOCK + "SKIP LOCKED"

ADD = "INSERT INTO items (sku) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING"

# A SKU whose row is gone, or behind what was read under its lock, changes nothing and is missed.
MOVE_ON = """
UPDATE items SET
    decision_no = c.decision_no, waiting_lines = c.waiting_lines, waiting_units = c.waiting_units,
    revision = c.revision, backorder = c.backorder,
    backorder_limit = c.backorder_limit, lead_time_days = c.lead_time_days
FROM unnest(
    $1::text[], $2::bigint[], $3::bigint[], $4::int[], $5::bigint[],
    $6::bigint[], $7::text[], $8::int[], $9::int[]
) AS c (
    sku, read_at_no, decision_no, waiting_lines, waiting_units,
    revision, backorder, backorder_limit, lead_time_days
)
WHERE items.sku = c.sku AND items.decision_no = c.read_at_no
RETURNING 1
"""


async def lock_items(tx: Transaction[Policy], skus: Iterable[str]) -> list[Item]:
    """Lock SKUs in order, adding those never heard of; all that is decided waits for this lock."""
    wanted = sorted(set(skus))
    rows = await tx.fetch(LOCK, wanted)
    if len(rows) < len(wanted):
        known = {row["sku"] for row in rows}
        await tx.execute(ADD, [sku for sku in wanted if sku not in known])
        rows = await tx.fetch(LOCK, wanted)
    return [item_of(row) for row in rows]


async def lock_free_items(tx: Transaction[Policy], skus: Iterable[str]) -> list[Item]:
    """Lock, in order, those SKUs that nobody has locked."""
    return [item_of(row) for row in await tx.fetch(LOCK_FREE, sorted(set(skus)))]


def item_of(row: Any) -> Item:
    """A row, as the rules see it."""
    product = None
    if row["backorder"] is not None:
        product = Product(
            row["revision"], row["backorder"], row["backorder_limit"], row["lead_time_days"]
        )
    return Item(row["sku"], row["decision_no"], row["waiting_lines"], row["waiting_units"], product)


async def move_on(tx: Transaction[Policy], changes: Sequence[tuple[Item, Item]]) -> int:
    """Write counters and products of SKUs as read and as they are now; return how many fitted."""
    now = [after for _, after in changes]
    products = [item.product for item in now]
    rows = await tx.fetch(
        MOVE_ON,
        [item.sku for item in now],
        [before.decision_no for before, _ in changes],
        [item.decision_no for item in now],
        [item.waiting_lines for item in now],
        [item.waiting_units for item in now],
        [product and product.revision for product in products],
        [product and product.backorder for product in products],
        [product and product.backorder_limit for product in products],
        [product and product.lead_time_days for product in products],
    )
    return len(rows)
