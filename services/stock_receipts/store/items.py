"""SKUs in warehouses: what their lock orders, and how their balance was opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.chassis.transaction import Transaction
from services.stock_receipts.domain.lines import Item
from services.stock_receipts.domain.policy import Policy
from services.stock_receipts.store.columns import columns

ADD = """
INSERT INTO items (sku, warehouse)
SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT DO NOTHING
"""

# A statement of its own: after a wait for another transaction's new row only this one sees it.
LOCK = """
SELECT i.sku, i.warehouse, i.opening_count_id
FROM items AS i JOIN unnest($1::text[], $2::text[]) AS wanted (sku, warehouse)
    USING (sku, warehouse)
ORDER BY i.sku, i.warehouse
FOR UPDATE OF i
"""

OPEN = """
UPDATE items AS i SET opening_count_id = opened.count_id
FROM unnest($1::text[], $2::text[], $3::text[]) AS opened (sku, warehouse, count_id)
WHERE i.sku = opened.sku AND i.warehouse = opened.warehouse
"""


async def lock_items(tx: Transaction[Policy], items: Iterable[Item]) -> dict[Item, str | None]:
    """Lock SKUs in warehouses, so that what is said of each is said in order of commits.

    The count that opened each; None: not opened yet.
    """
    wanted = columns(sorted(set(items)), 2)
    await tx.execute(ADD, *wanted)
    rows = await tx.fetch(LOCK, *wanted)
    return {Item(row["sku"], row["warehouse"]): row["opening_count_id"] for row in rows}


async def open_items(tx: Transaction[Policy], opened: Mapping[Item, str]) -> None:
    """Remember by which count each was opened."""
    await tx.execute(OPEN, *columns([(*item, count) for item, count in opened.items()], 3))
