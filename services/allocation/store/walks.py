"""What a walk along a queue reads: pages of waiting lines, and the units already passed."""

from __future__ import annotations

from collections.abc import Sequence

from services.allocation.domain.policy import Policy
from services.allocation.domain.queue import Line
from services.allocation.domain.walk import HEAD, PAGE_LINES, Bookmark
from services.allocation.store.lines import by_sku, columns_of, line_of
from services.chassis.transaction import Transaction

PASSED = """
SELECT b.sku, l.warehouses, sum(l.waiting)::bigint AS units FROM unnest(
    $1::text[], $2::smallint[], $3::timestamptz[], $4::text[]
) AS b (sku, priority_class, placed_at, line_id)
JOIN lines AS l ON l.sku = b.sku AND l.state = 'waiting'
  AND (l.priority_class, l.placed_at, l.line_id) <= (b.priority_class, b.placed_at, b.line_id)
GROUP BY b.sku, l.warehouses
"""

# Behind everything that should come, only lines that were promised by a delivery may change.
PAGE = """
SELECT l.* FROM unnest(
    $1::text[], $2::smallint[], $3::timestamptz[], $4::text[], $5::boolean[]
) AS b (sku, priority_class, placed_at, line_id, beyond_supply)
CROSS JOIN LATERAL (
    SELECT * FROM lines
    WHERE lines.sku = b.sku AND state = 'waiting'
      AND (lines.priority_class, lines.placed_at, lines.line_id)
        > (b.priority_class, b.placed_at, b.line_id)
      AND (NOT b.beyond_supply OR promise_code = 'delivery_expected')
    ORDER BY lines.priority_class, lines.placed_at, lines.line_id LIMIT $6
) AS l
ORDER BY l.sku, l.priority_class, l.placed_at, l.line_id
"""


async def read_passed(
    tx: Transaction[Policy], bookmarks: Sequence[Bookmark]
) -> dict[str, dict[str, int]]:
    """Per SKU and warehouse, the units that wait up to a bookmark and list that warehouse."""
    keys = [(one.sku, *one.after) for one in bookmarks if one.after != HEAD]
    passed: dict[str, dict[str, int]] = {one.sku: {} for one in bookmarks}
    for row in await tx.fetch(PASSED, *columns_of(keys, 4)) if keys else ():
        units = passed[row["sku"]]
        for warehouse in row["warehouses"]:
            units[warehouse] = units.get(warehouse, 0) + row["units"]
    return passed


async def read_pages(
    tx: Transaction[Policy], bookmarks: Sequence[tuple[Bookmark, bool]]
) -> dict[str, list[Line]]:
    """The next page of each queue in place order; the flag: nothing to come reaches it."""
    keys = [(one.sku, *one.after, beyond) for one, beyond in bookmarks]
    return by_sku(line_of(row) for row in await tx.fetch(PAGE, *columns_of(keys, 5), PAGE_LINES))
