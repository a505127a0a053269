"""The queue: lines as they are read for a decision, and as a decision leaves them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from services.allocation.domain.decisions import PromiseChange
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

# A line is answered once: one that is here already, and was decided, is not touched and missed.
ANSWER = """
INSERT INTO lines (
    line_id, order_id, sku, quantity, priority_class, placed_at, warehouses, requested_at,
    granted_total, waiting, refused, state, promise_version, promised_on, promise_code,
    eligible_since_decision
)
SELECT line_id, order_id, sku, quantity, priority_class, placed_at,
       string_to_array(warehouses, ','), requested_at, granted_total, waiting, refused, state,
       promise_version, promised_on, promise_code, eligible_since_decision
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::int[], $5::smallint[], $6::timestamptz[], $7::text[],
    $8::timestamptz[], $9::int[], $10::int[], $11::int[], $12::text[], $13::int[], $14::date[],
    $15::text[], $16::bigint[]
) AS a (
    line_id, order_id, sku, quantity, priority_class, placed_at, warehouses, requested_at,
    granted_total, waiting, refused, state, promise_version, promised_on, promise_code,
    eligible_since_decision
)
ON CONFLICT (line_id) DO UPDATE SET
    granted_total = excluded.granted_total, waiting = excluded.waiting,
    refused = excluded.refused, state = excluded.state,
    promise_version = excluded.promise_version, promised_on = excluded.promised_on,
    promise_code = excluded.promise_code,
    eligible_since_decision = excluded.eligible_since_decision
WHERE lines.state = 'undecided' AND excluded.state <> 'undecided'
RETURNING 1
"""

# Only what waits is granted: a line that waits for other units than were read is missed.
SERVE = """
UPDATE lines AS l SET
    granted_total = s.granted_total, waiting = s.waiting, state = s.state
FROM unnest($1::text[], $2::int[], $3::int[], $4::text[]) AS s (
    line_id, granted_total, waiting, state
)
WHERE l.line_id = s.line_id AND l.state = 'waiting'
  AND l.granted_total + l.waiting = s.granted_total + s.waiting
RETURNING 1
"""

PROMISE = """
UPDATE lines AS l SET
    promise_version = p.version, promised_on = p.promised_on, promise_code = p.code
FROM unnest($1::text[], $2::int[], $3::date[], $4::text[]) AS p (
    line_id, version, promised_on, code
)
WHERE l.line_id = p.line_id
"""


async def read_next_in_line(
    tx: Transaction[Policy], arrivals: Iterable[tuple[str, Arrival]]
) -> dict[str, list[Line]]:
    """The lines whose turn it is, by place, just enough of them to take what arrives of a SKU.

    Their SKU's row is locked, and every change of a queue takes that lock. What arrives in all
    warehouses counts for each, since a line may be filled from another one first.
    """
    units: Counter[str] = Counter()
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


async def read_behind(
    tx: Transaction[Policy], newcomers: Iterable[Line]
) -> dict[str, list[Behind]]:
    """Who stands behind each newcomer: mostly nobody, so this is read and not who stands ahead."""
    keys = [(one.line_id, one.sku, one.priority_class, one.placed_at) for one in newcomers]
    found: dict[str, list[Behind]] = {}
    for row in await tx.fetch(BEHIND, *columns_of(keys, 4)) if keys else ():
        behind = Behind(tuple(row["warehouses"]), row["lines"], row["units"])
        found.setdefault(row["line_id"], []).append(behind)
    return found


async def write_answers(tx: Transaction[Policy], lines: Sequence[Line]) -> int:
    """Write lines as they were answered, or kept undecided; return how many were new."""
    rows = [
        (
            one.line_id, one.order_id, one.sku, one.quantity, one.priority_class, one.placed_at,
            ",".join(one.warehouses), one.requested_at, one.granted_total, one.waiting,
            one.refused, one.state, one.promise.version, one.promise.promised_on,
            one.promise.code, one.eligible_since_decision,
        )
        for one in lines
    ]  # fmt: skip
    return len(await tx.fetch(ANSWER, *columns_of(rows, 16)))


async def write_served(tx: Transaction[Policy], lines: Sequence[Line]) -> int:
    """Write waiting lines as they were served; return how many still waited as they were read."""
    rows = [(one.line_id, one.granted_total, one.waiting, one.state) for one in lines]
    return len(await tx.fetch(SERVE, *columns_of(rows, 4)))


async def write_promises(tx: Transaction[Policy], changes: Iterable[PromiseChange]) -> None:
    """Write what waiting lines are told now."""
    rows = [
        (one.line.line_id, promise.version, promise.promised_on, promise.code)
        for one in changes
        for promise in (one.line.promise,)
    ]
    await tx.execute(PROMISE, *columns_of(rows, 4))


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
    )  # fmt: skip
