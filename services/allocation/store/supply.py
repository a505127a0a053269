"""Units per place, and counts of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.allocation.domain.policy import Policy
from services.allocation.domain.supply import Supply, TakenCount
from services.chassis.transaction import Transaction

READ = """
SELECT sku, warehouse, on_shelf, at_dock, in_lane, shortfall, waiting_units, lost, missing,
       written_off
FROM supply WHERE sku = ANY($1::text[])
"""

ADD = """
INSERT INTO supply (sku, warehouse) SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT DO NOTHING
"""

# Nobody is given what is not there: a difference that does not fit changes no row.
MOVE = """
UPDATE supply AS s SET
    on_shelf = s.on_shelf + c.on_shelf, at_dock = s.at_dock + c.at_dock,
    in_lane = s.in_lane + c.in_lane, shortfall = s.shortfall + c.shortfall,
    waiting_units = s.waiting_units + c.waiting_units, lost = s.lost + c.lost,
    missing = s.missing + c.missing, written_off = s.written_off + c.written_off
FROM unnest(
    $1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
    $8::bigint[], $9::bigint[], $10::bigint[]
) AS c (
    sku, warehouse, on_shelf, at_dock, in_lane, shortfall, waiting_units, lost, missing,
    written_off
)
WHERE s.sku = c.sku AND s.warehouse = c.warehouse
  AND s.on_shelf + c.on_shelf >= 0 AND s.at_dock + c.at_dock >= 0
  AND s.in_lane + c.in_lane >= 0 AND s.shortfall + c.shortfall >= 0
RETURNING 1
"""

KEEP_COUNTS = """
INSERT INTO counts (
    sku, warehouse, count_id, opening, counted, on_shelf, difference, taken_at
)
SELECT c.*, $8 FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::boolean[], $5::int[], $6::bigint[], $7::bigint[]
) AS c
"""


async def read_supply(tx: Transaction[Policy], skus: Iterable[str]) -> dict[str, list[Supply]]:
    """Units per place of locked SKUs."""
    found: dict[str, list[Supply]] = {}
    for row in await tx.fetch(READ, list(skus)):
        supply = Supply(
            row["warehouse"], row["on_shelf"], row["at_dock"], row["in_lane"], row["shortfall"],
            row["waiting_units"], row["lost"], row["missing"], row["written_off"],
        )  # fmt: skip
        found.setdefault(row["sku"], []).append(supply)
    return found


async def add_supply(tx: Transaction[Policy], keys: Sequence[tuple[str, str]]) -> None:
    """Make rows, still empty, for (SKU, warehouse) never heard of."""
    await tx.execute(ADD, [sku for sku, _ in keys], [warehouse for _, warehouse in keys])


async def move_units(tx: Transaction[Policy], changes: Sequence[tuple[str, Supply, Supply]]) -> int:
    """Move units by the difference of before and after; return how many rows it fitted."""
    rows = await tx.fetch(
        MOVE,
        [sku for sku, _, _ in changes],
        [before.warehouse for _, before, _ in changes],
        [after.on_shelf - before.on_shelf for _, before, after in changes],
        [after.at_dock - before.at_dock for _, before, after in changes],
        [after.in_lane - before.in_lane for _, before, after in changes],
        [after.shortfall - before.shortfall for _, before, after in changes],
        [after.waiting_units - before.waiting_units for _, before, after in changes],
        [after.lost - before.lost for _, before, after in changes],
        [after.missing - before.missing for _, before, after in changes],
        [after.written_off - before.written_off for _, before, after in changes],
    )
    return len(rows)


async def keep_counts(tx: Transaction[Policy], counts: Sequence[tuple[str, TakenCount]]) -> None:
    """Keep counts beside the figures they met."""
    await tx.execute(
        KEEP_COUNTS,
        [sku for sku, _ in counts],
        [taken.count.warehouse for _, taken in counts],
        [taken.count.count_id for _, taken in counts],
        [taken.count.opening for _, taken in counts],
        [taken.count.quantity for _, taken in counts],
        [taken.on_shelf for _, taken in counts],
        [taken.difference for _, taken in counts],
        tx.now,
    )
