"""The queue: lines as they are read for a decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.allocation.domain.policy import Policy
from services.allocation.domain.queue import Behind, Line, Promise
from services.allocation.domain.supply import Arrival
from services.chassis.transaction import Transaction

# Walks the queue line by line, by index, until the arriving units are covered: it reads the lines
# that will be filled and no other, however many wait.
NEXT_IN_LINE = """
WITH RECURSIVE arrivals (sku, warehouse, units) AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
), turns (units, warehouse, covered, line) AS (
    SELECT a.units, a.warehouse, (first.line).waiting::bigint, first.line
    FROM arrivals AS a CROSS JOIN LATERAL (
        SELECT l AS line FROM lines AS l
        WHERE l.sku = a.sku AND l.state = 'waiting' AND a.warehouse = ANY(l.warehouses)
        ORDER BY l.priority_class, l.placed_at, l.line_id LIMIT 1
    ) AS first
    UNION ALL
    SELECT t.units, t.warehouse, t.covered + (next.line).waiting, next.line
    FROM turns AS t CROSS JOIN LATERAL (
        SELECT l AS line FROM lines AS l
        WHERE l.sku = (t.line).sku AND l.state = 'waiting' AND t.warehouse = ANY(l.warehouses)
          AND (l.priority_class, l.placed_at, l.line_id)
            > ((t.line).priority_class, (t.line).placed_at, (t.line).line_id)
        ORDER BY l.priority_class, l.placed_at, l.line_id LIMIT 1
    ) AS next
    WHERE t.covered < t.units
)
SELECT (line).* FROM turns
"""

BEHIND = """
SELECT n.line_id, b.* FROM unnest(
    $1::text[], $2::text[], $3::smallint[], $4::timestamptz[]
) AS n (line_id, sku, priority_class, placed_at)
CROSS JOIN LATERAL (
    SELECT l.warehouses, count(*) AS lines, sum(l.waiting)::bigint AS units FROM lines AS l
    WHERE l.sku = n.sku AND l.state = 'waiting'
      AND (l.priority_class, l.placed_at, l.line_id) > (n.priority_class, n.placed_at, n.line_id)
    GROUP BY l.warehouses
) AS b
"""

UNDECIDED = "SELECT * FROM lines WHERE sku = ANY($1::text[]) AND state = 'undecided'"

NAMED = "SELECT * FROM lines WHERE line_id = ANY($1::text[])"


async def read_next_in_line(
    tx: Transaction[Policy],
    arrivals: Iterable[tuple[str, Arrival]],
    besides: Mapping[str, int] | None = None,
) -> dict[str, list[Line]]:
    """The lines whose turn it is, by place, just enough of them to take what arrives of a SKU.

    Their SKU's row is locked, and every change of a queue takes that lock. What arrives in all
    warehouses counts for each, since a line may be filled from another one first; ``besides``:
    units of lines that may leave the queue before it is their turn.
    """
    units = Counter(besides or {})
    places: set[tuple[str, str]] = set()
    for sku, arrival in arrivals:
        if arrival.units:
            units[sku] += arrival.units
            places.add((sku, arrival.warehouse))
    if not places:
        return {}
    wanted = [(sku, warehouse, units[sku]) for sku, warehouse in places]
    rows = await tx.fetch(NEXT_IN_LINE, *columns_of(wanted, 3))
    found = {row["line_id"]: line_of(row) for row in rows}
    return by_sku(sorted(found.values(), key=lambda line: line.place))


async def read_undecided(tx: Transaction[Policy], skus: Iterable[str]) -> dict[str, list[Line]]:
    """Lines that came before their product."""
    return by_sku(line_of(row) for row in await tx.fetch(UNDECIDED, list(skus)))


async def read_lines(tx: Transaction[Policy], line_ids: Iterable[str]) -> dict[str, Line]:
    """Lines by id; whoever decides on them has locked their SKUs."""
    rows = await tx.fetch(NAMED, sorted(set(line_ids)))
    return {row["line_id"]: line_of(row) for row in rows}


async def read_behind(
    tx: Transaction[Policy], newcomers: Iterable[Line]
) -> dict[str, list[Behind]]:
    """Who waits behind each line: mostly nobody, so this is read and not who stands ahead."""
    keys = [(one.line_id, one.sku, one.priority_class, one.placed_at) for one in newcomers]
    found: dict[str, list[Behind]] = {}
    for row in await tx.fetch(BEHIND, *columns_of(keys, 4)) if keys else ():
        behind = Behind(tuple(row["warehouses"]), row["lines"], row["units"])
        found.setdefault(row["line_id"], []).append(behind)
    return found


def columns_of(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows as one array per column, which a statement unnests."""
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


def by_sku(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Lines of each SKU, in the order given."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.sku, []).append(line)
    return found


def line_of(row: Any) -> Line:
    """A row, as the rules see it."""
    promise = Promise(row["promise_version"], row["promised_on"], row["promise_code"])
    return Line(
        row["line_id"], row["order_id"], row["sku"], row["quantity"], row["priority_class"],
        row["placed_at"], tuple(row["warehouses"]), row["requested_at"], row["granted_total"],
        row["waiting"], row["refused"], row["state"], promise, row["eligible_since_decision"],
        row["cancelled"], row["requeued_total"], row["withdrawn"], row["passed_on"],
        row["suspended_episode"], row["resumed_episode"],
    )  # fmt: skip
