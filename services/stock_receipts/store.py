"""Every SQL statement of stock receipts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from schemas.suppliers import DeliveryAnnounced
from schemas.warehouses import ReceiptScanned, StockAdjusted, StockCounted
from services.chassis.transaction import Transaction
from services.stock_receipts.domain import Delivery, DeliveryKey, Item, Line, Notice

if TYPE_CHECKING:
    from asyncpg import Record

ADD_ITEMS = """
INSERT INTO items (sku, warehouse)
SELECT * FROM unnest($1::text[], $2::text[])
ON CONFLICT DO NOTHING
"""

# A statement of its own: after a wait for another transaction's new row only this one sees it.
LOCK_ITEMS = """
SELECT i.sku, i.warehouse, i.opening_count_id
FROM items AS i JOIN unnest($1::text[], $2::text[]) AS wanted (sku, warehouse)
    USING (sku, warehouse)
ORDER BY i.sku, i.warehouse
FOR UPDATE OF i
"""

OPEN_ITEMS = """
UPDATE items AS i SET opening_count_id = opened.count_id
FROM unnest($1::text[], $2::text[], $3::text[]) AS opened (sku, warehouse, count_id)
WHERE i.sku = opened.sku AND i.warehouse = opened.warehouse
"""

READ_DELIVERIES = """
SELECT l.sku, l.warehouse, l.delivery, l.supplier, l.quantity, l.expected_on, l.stage,
       l.announced_at, l.good, l.damaged
FROM delivery_lines AS l
    JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted (sku, warehouse, delivery)
    USING (sku, warehouse, delivery)
ORDER BY l.supplier
"""

KEEP_LINES = """
INSERT INTO delivery_lines (
    sku, warehouse, delivery, supplier, quantity, expected_on, stage, announced_at, good, damaged
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::date[], $7::text[],
    $8::timestamptz[], $9::bigint[], $10::bigint[]
)
ON CONFLICT (sku, warehouse, delivery, supplier) DO UPDATE SET
    quantity = excluded.quantity, expected_on = excluded.expected_on, stage = excluded.stage,
    announced_at = excluded.announced_at, good = excluded.good, damaged = excluded.damaged
"""

KEEP_DISCREPANCIES = """
INSERT INTO discrepancies (
    sku, warehouse, delivery, supplier, kind, units, found_at, changed_at
)
SELECT *, $7, $7
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
ON CONFLICT (sku, warehouse, delivery, supplier, kind) DO UPDATE SET
    units = excluded.units, changed_at = excluded.changed_at
"""

ADD_NOTICES = """
INSERT INTO notices (
    sku, warehouse, delivery, supplier, announced_at, quantity, expected_on, stage, taken_at
)
SELECT *, $9
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::int[], $7::date[],
    $8::text[]
)
"""

ADD_RECEIPTS = """
INSERT INTO receipts (
    warehouse, scan_id, sku, dock, delivery, supplier, good, damaged, scanned_at, taken_at
)
SELECT *, $10
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int[],
    $9::timestamptz[]
)
"""

ADD_COUNTS = """
INSERT INTO counts (warehouse, count_id, sku, quantity, opening, counted_at, taken_at)
SELECT *, $7
FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::boolean[], $6::timestamptz[])
"""

ADD_ADJUSTMENTS = """
INSERT INTO adjustments (
    warehouse, adjustment_id, sku, quantity, reason, adjusted_at, taken_at
)
SELECT *, $7
FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::timestamptz[])
"""


async def lock_items(tx: Transaction[None], items: Iterable[Item]) -> dict[Item, str | None]:
    """Lock SKUs in warehouses, so that what is said of each is said in order of commits.

    The count that opened each; None: not opened yet.
    """
    wanted = columns(sorted(set(items)), 2)
    await tx.execute(ADD_ITEMS, *wanted)
    rows = await tx.fetch(LOCK_ITEMS, *wanted)
    return {Item(row["sku"], row["warehouse"]): row["opening_count_id"] for row in rows}


async def open_items(tx: Transaction[None], opened: Mapping[Item, str]) -> None:
    """Remember by which count each was opened."""
    await tx.execute(OPEN_ITEMS, *columns([(*item, count) for item, count in opened.items()], 3))


async def read_deliveries(
    tx: Transaction[None], keys: Iterable[DeliveryKey]
) -> dict[DeliveryKey, Delivery]:
    """All lines of deliveries of locked items; a delivery nobody told of has none."""
    lines: dict[DeliveryKey, dict[str, Line]] = {key: {} for key in keys}
    for row in await tx.fetch(READ_DELIVERIES, *columns(list(lines), 3)):
        key = DeliveryKey(row["sku"], row["warehouse"], row["delivery"])
        lines[key][row["supplier"]] = line_of(row)
    return {key: Delivery(found) for key, found in lines.items()}


def line_of(row: Record) -> Line:
    """A delivery line as it was kept."""
    announced = row["announced_at"] is not None
    notice = Notice(row["quantity"], row["expected_on"], row["stage"], row["announced_at"])
    return Line(notice if announced else None, row["good"], row["damaged"])


async def keep_deliveries(
    tx: Transaction[None],
    before: Mapping[DeliveryKey, Delivery],
    after: Mapping[DeliveryKey, Delivery],
) -> None:
    """Write what has changed of deliveries, and what of them does not fit."""
    lines = [
        (*key, supplier, *notice_columns(line.notice), line.good, line.damaged)
        for key, delivery in after.items()
        for supplier, line in delivery.changed_lines(before[key]).items()
    ]
    if lines:
        await tx.execute(KEEP_LINES, *columns(lines, 10))
    units = [
        (*key, supplier, kind, found)
        for key, delivery in after.items()
        for (supplier, kind), found in delivery.changed_discrepancies(before[key]).items()
    ]
    if units:
        await tx.execute(KEEP_DISCREPANCIES, *columns(units, 6), tx.now)


def notice_columns(notice: Notice | None) -> tuple[object, ...]:
    """A notice in columns, all null where there is none."""
    if notice is None:
        return None, None, None, None
    return notice.quantity, notice.expected_on, notice.stage, notice.announced_at


async def add_notices(tx: Transaction[None], notices: Sequence[DeliveryAnnounced]) -> None:
    """Keep every notice, the overtaken ones, too."""
    rows = [
        (
            one.sku, one.warehouse, one.delivery, one.supplier, one.announced_at, one.quantity,
            one.expected_on, one.stage,
        )
        for one in notices
    ]  # fmt: skip
    await tx.execute(ADD_NOTICES, *columns(rows, 8), tx.now)


async def add_receipts(tx: Transaction[None], scans: Sequence[ReceiptScanned]) -> None:
    """Keep scans as they were told."""
    rows = [
        (
            one.warehouse, one.scan_id, one.sku, one.dock, one.delivery, one.supplier, one.good,
            one.damaged, one.scanned_at,
        )
        for one in scans
    ]  # fmt: skip
    await tx.execute(ADD_RECEIPTS, *columns(rows, 9), tx.now)


async def add_counts(tx: Transaction[None], counts: Sequence[StockCounted]) -> None:
    """Keep counts as they were told."""
    rows = [
        (one.warehouse, one.count_id, one.sku, one.quantity, one.opening, one.counted_at)
        for one in counts
    ]
    await tx.execute(ADD_COUNTS, *columns(rows, 6), tx.now)


async def add_adjustments(tx: Transaction[None], adjustments: Sequence[StockAdjusted]) -> None:
    """Keep adjustments as they were told."""
    rows = [
        (one.warehouse, one.adjustment_id, one.sku, one.quantity, one.reason, one.adjusted_at)
        for one in adjustments
    ]
    await tx.execute(ADD_ADJUSTMENTS, *columns(rows, 6), tx.now)


def columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    """Rows as the arrays that ``unnest`` takes; none are as many empty arrays."""
    return [[row[index] for row in rows] for index in range(width)]
