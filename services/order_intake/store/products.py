"""Products, and the orders that wait for one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.chassis.transaction import Transaction
from services.order_intake.domain.judging import Product
from services.order_intake.domain.policy import Policy
from services.order_intake.store.columns import columns_of

READ = "SELECT sku, revision, title, sold FROM products WHERE sku = ANY($1::text[])"

ADD_UNKNOWN = "INSERT INTO products (sku) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING"

TAKE = """
INSERT INTO products (sku, revision, title, sold)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::boolean[])
ON CONFLICT (sku) DO UPDATE SET
    revision = excluded.revision, title = excluded.title, sold = excluded.sold
WHERE products.revision IS NULL OR products.revision < excluded.revision
RETURNING sku
"""

WAIT = """
INSERT INTO unknown_skus (sku, order_id) SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT DO NOTHING
"""

READ_WAITING = "SELECT DISTINCT order_id FROM unknown_skus WHERE sku = ANY($1::text[]) ORDER BY 1"

WAIT_NO_MORE = "DELETE FROM unknown_skus WHERE order_id = ANY($1::text[])"


async def read_products(tx: Transaction[Policy], skus: Iterable[str]) -> dict[str, Product]:
    """Products known by SKU.

    A SKU without product gets a row, and is read again: a product that another worker is taking
    just now is then either seen here, or finds the orders that wait for it.
    """
    wanted = sorted(set(skus))
    rows = await tx.fetch(READ, wanted)
    if len(rows) < len(wanted):
        found = {row["sku"] for row in rows}
        await tx.execute(ADD_UNKNOWN, [sku for sku in wanted if sku not in found])
        rows = await tx.fetch(READ, wanted)
    return {
        row["sku"]: Product(row["sold"], row["title"])
        for row in rows
        if row["revision"] is not None
    }


async def take_products(
    tx: Transaction[Policy], products: Sequence[tuple[str, int, str, bool]]
) -> set[str]:
    """Write SKU, revision, title, sold where the revision is newer; the SKUs that were new."""
    rows = await tx.fetch(TAKE, *columns_of(sorted(products)))
    return {row["sku"] for row in rows}


async def wait_for_products(tx: Transaction[Policy], waits: Sequence[tuple[str, str]]) -> None:
    """Note which SKU (first) each order (second) waits for."""
    await tx.execute(WAIT, *columns_of(sorted(waits)))


async def read_waiting_orders(tx: Transaction[Policy], skus: Iterable[str]) -> list[str]:
    """Orders that wait for one of these products."""
    rows = await tx.fetch(READ_WAITING, list(skus))
    return [row["order_id"] for row in rows]


async def wait_no_more(tx: Transaction[Policy], order_ids: Sequence[str]) -> None:
    """Forget what orders waited for: they are decided."""
    await tx.execute(WAIT_NO_MORE, order_ids)
