"""Delivery lines, and where what came is not what should."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from schemas.suppliers import DeliveryAnnounced
from services.chassis.transaction import Transaction
from services.stock_receipts.domain.delivery import Deliveries, Delivery
from services.stock_receipts.domain.lines import (
    Arrivals,
    DeliveryKey,
    End,
    Line,
    Notice,
)
from services.stock_receipts.domain.policy import Policy
from services.stock_receipts.store.columns import columns, fields

if TYPE_CHECKING:
    from asyncpg import Record

READ = """
SELECT l.sku, l.warehouse, l.delivery, l.supplier, l.quantity, l.expected_on, l.stage,
       l.announced_at, l.good, l.damaged, l.first_scan_at, l.last_scan_at, l.ended_up_to,
       l.ended_cause, l.ended_at
FROM delivery_lines AS l
    JOIN unnest($1::text[], $2::text[], $3::text[]) AS wanted (sku, warehouse, delivery)
    USING (sku, warehouse, delivery)
ORDER BY l.supplier
"""

KEEP_LINES = """
INSERT INTO delivery_lines (
    sku, warehouse, delivery, supplier, quantity, expected_on, stage, announced_at, good, damaged,
    first_scan_at, last_scan_at, ended_up_to, ended_cause, ended_at
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::date[], $7::text[],
    $8::timestamptz[], $9::bigint[], $10::bigint[], $11::timestamptz[], $12::timestamptz[],
    $13::timestamptz[], $14::text[], $15::timestamptz[]
)
ON CONFLICT (sku, warehouse, delivery, supplier) DO UPDATE SET
    quantity = excluded.quantity, expected_on = excluded.expected_on, stage = excluded.stage,
    announced_at = excluded.announced_at, good = excluded.good, damaged = excluded.damaged,
    first_scan_at = excluded.first_scan_at, last_scan_at = excluded.last_scan_at,
    ended_up_to = excluded.ended_up_to, ended_cause = excluded.ended_cause,
    ended_at = excluded.ended_at
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


async def read_deliveries(tx: Transaction[Policy], keys: Iterable[DeliveryKey]) -> Deliveries:
    """All lines of deliveries of locked items; a delivery nobody told of has none."""
    lines: dict[DeliveryKey, dict[str, Line]] = {key: {} for key in keys}
    for row in await tx.fetch(READ, *columns(list(lines), 3)):
        key = DeliveryKey(row["sku"], row["warehouse"], row["delivery"])
        lines[key][row["supplier"]] = line_of(row)
    return Deliveries({key: Delivery(found) for key, found in lines.items()})


def line_of(row: Record) -> Line:
    """A delivery line as it was kept."""
    announced, ended = row["announced_at"] is not None, row["ended_at"] is not None
    notice = Notice(row["quantity"], row["expected_on"], row["stage"], row["announced_at"])
    end = End(row["ended_up_to"], row["ended_cause"], row["ended_at"])
    came = Arrivals(row["good"], row["damaged"], row["first_scan_at"], row["last_scan_at"])
    return Line(notice if announced else None, came, end if ended else None)


async def keep_deliveries(tx: Transaction[Policy], deliveries: Deliveries) -> None:
    """Write what has changed of deliveries, and what of them does not fit."""
    lines = [(*key, *line_columns(line)) for key, line in deliveries.changed_lines()]
    if lines:
        await tx.execute(KEEP_LINES, *columns(lines, 15))
    units = [(*key, kind, found) for key, kind, found in deliveries.changed_discrepancies()]
    if units:
        await tx.execute(KEEP_DISCREPANCIES, *columns(units, 6), tx.now)


def line_columns(line: Line) -> tuple[object, ...]:
    """A line in columns; null what is not known of it."""
    notice, came, end = line.notice, line.came, line.end
    return (
        *((notice.quantity, notice.expected_on, notice.stage, notice.announced_at)
          if notice else (None,) * 4),
        came.good, came.damaged, came.first_at, came.last_at,
        *((end.up_to, end.cause, end.at) if end else (None,) * 3),
    )  # fmt: skip


async def add_notices(tx: Transaction[Policy], notices: Iterable[DeliveryAnnounced]) -> None:
    """Keep every notice, the overtaken ones, too."""
    await tx.execute(
        ADD_NOTICES,
        *fields(
            notices, "sku", "warehouse", "delivery", "supplier", "announced_at", "quantity",
            "expected_on", "stage",
        ),
        tx.now,
    )  # fmt: skip
