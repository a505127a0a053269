"""The buyer's list: SKUs that lines wait for, what should come, and what nobody has ordered yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.audit.owners import Owners

WAITING = """
    SELECT l.sku, count(*) AS lines,
           coalesce(sum(l.waiting) FILTER (WHERE l.state = 'waiting'), 0)::bigint AS waiting,
           coalesce(sum(l.waiting) FILTER (WHERE l.state = 'suspended'), 0)::bigint AS suspended,
           min(l.placed_at) AS oldest_at
    FROM lines l WHERE l.waiting > 0 GROUP BY l.sku
"""
OWED = """
    SELECT sku, sum(shortfall)::bigint AS shortfall FROM supply
    WHERE shortfall > 0 GROUP BY sku
"""
EXPECTED = """
    SELECT sku, sum(remaining)::bigint AS expected, min(expected_on) AS next_on FROM expected
    WHERE remaining > 0 GROUP BY sku
"""
TITLES = "SELECT sku, title FROM products WHERE sku = ANY ($1) AND title IS NOT NULL"

COLUMNS = (
    "sku", "title", "waiting", "expected", "uncovered", "oldest_wait_at", "lines", "suspended",
    "shortfall", "next_expected_on",
)  # fmt: skip


@dataclass(frozen=True)
class Shortage:
    """One SKU that somebody waits for."""

    sku: str
    title: str
    waiting: int
    """Units that wait to be served; those of suspended lines are not among them."""
    expected: int
    """Units of announced deliveries that are still to come."""
    uncovered: int
    """Units to buy: what waits and what is owed, less what should come."""
    oldest_wait_at: datetime | None
    """When the order was placed that has waited longest; None: only the shortfall waits."""
    lines: int
    suspended: int
    """Units of lines that are passed over until their customer pays."""
    shortfall: int
    """Units that were given out and turned out not to exist: the next that come stand in."""
    next_expected_on: date | None

    @property
    def row(self) -> tuple[object, ...]:
        """As CSV, by ``COLUMNS``."""
        return tuple(getattr(self, name) for name in COLUMNS)


async def shortages(owners: Owners) -> Sequence[Shortage]:
    """Every SKU that somebody waits for, or that owes units; the most uncovered units first."""
    waiting = {row["sku"]: row for row in await owners.fetch("allocation", WAITING)}
    owed = {row["sku"]: row["shortfall"] for row in await owners.fetch("allocation", OWED)}
    coming = {row["sku"]: row for row in await owners.fetch("allocation", EXPECTED)}
    skus = sorted(waiting.keys() | owed.keys())
    titles = {row["sku"]: row["title"] for row in await owners.fetch("order_intake", TITLES, skus)}
    found: list[Shortage] = []
    for sku in skus:
        line, delivery, shortfall = waiting.get(sku), coming.get(sku), owed.get(sku, 0)
        units, expected = line["waiting"] if line else 0, delivery["expected"] if delivery else 0
        one = Shortage(
            sku, titles.get(sku, ""), units, expected, max(0, units + shortfall - expected),
            line["oldest_at"] if line else None, line["lines"] if line else 0,
            line["suspended"] if line else 0, shortfall, delivery["next_on"] if delivery else None,
        )  # fmt: skip
        found.append(one)
    return sorted(found, key=lambda one: (-one.uncovered, str(one.oldest_wait_at), one.sku))
