"""Scans as they stand, and every correction of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from schemas.warehouses import ReceiptCorrected, ReceiptScanned
from services.chassis.transaction import Transaction
from services.stock_receipts.domain.lines import NOT_NAMED, LineKey
from services.stock_receipts.domain.policy import Policy
from services.stock_receipts.domain.scans import Correction, Says, Scan, ScanKey
from services.stock_receipts.store.columns import columns, fields

if TYPE_CHECKING:
    from asyncpg import Record

ADD = """
INSERT INTO receipts (
    warehouse, scan_id, sku, dock, delivery, supplier, good, damaged, scanned_at, taken_at
)
SELECT *, $10
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::int[], $8::int[],
    $9::timestamptz[]
)
"""

READ = """
SELECT r.warehouse, r.scan_id, r.sku, r.dock, r.good, r.damaged, r.delivery, r.supplier
FROM receipts AS r JOIN unnest($1::text[], $2::text[]) AS wanted (warehouse, scan_id)
    USING (warehouse, scan_id)
"""

READ_CORRECTIONS = """
SELECT c.warehouse, c.scan_id, c.corrected_at, c.good, c.damaged, c.delivery, c.supplier
FROM corrections AS c JOIN unnest($1::text[], $2::text[]) AS wanted (warehouse, scan_id)
    USING (warehouse, scan_id)
"""

ADD_CORRECTIONS = """
INSERT INTO corrections (
    warehouse, scan_id, corrected_at, good, damaged, delivery, supplier, good_change,
    damaged_change, taken_at
)
SELECT *, $10
FROM unnest(
    $1::text[], $2::text[], $3::timestamptz[], $4::int[], $5::int[], $6::text[], $7::text[],
    $8::int[], $9::int[]
)
"""

KEEP = """
UPDATE receipts AS r SET
    good = now.good, damaged = now.damaged, delivery = nullif(now.delivery, ''),
    supplier = nullif(now.supplier, '')
FROM unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::text[], $6::text[])
    AS now (warehouse, scan_id, good, damaged, delivery, supplier)
WHERE r.warehouse = now.warehouse AND r.scan_id = now.scan_id
"""

# What a scanner dates ahead was scanned when it was taken: else nobody would ever close its line.
READ_SPANS = """
SELECT l.sku, l.warehouse, l.delivery, l.supplier,
       min(least(r.scanned_at, r.taken_at)) AS first_at,
       max(least(r.scanned_at, r.taken_at)) AS last_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
        AS l (sku, warehouse, delivery, supplier)
    LEFT JOIN receipts AS r
        ON r.sku = l.sku AND r.warehouse = l.warehouse AND r.delivery = l.delivery
        AND coalesce(r.supplier, '') = l.supplier AND r.good + r.damaged > 0
GROUP BY l.sku, l.warehouse, l.delivery, l.supplier
"""


async def add_receipts(tx: Transaction[Policy], scans: Iterable[ReceiptScanned]) -> None:
    """Keep scans as they were told."""
    await tx.execute(
        ADD,
        *fields(
            scans, "warehouse", "scan_id", "sku", "dock", "delivery", "supplier", "good", "damaged",
            "scanned_at",
        ),
        tx.now,
    )  # fmt: skip


async def read_scans(tx: Transaction[Policy], keys: Iterable[ScanKey]) -> dict[ScanKey, Scan]:
    """Scans of locked items, with their corrections; those that came."""
    wanted = columns(sorted(set(keys)), 2)
    corrections: dict[ScanKey, list[Correction]] = {}
    for row in await tx.fetch(READ_CORRECTIONS, *wanted):
        corrections.setdefault(key_of(row), []).append(Correction(*tuple(row)[2:]))
    return {
        (key := key_of(row)): Scan(
            row["sku"], row["dock"], says_of(row), tuple(corrections.get(key, ()))
        )
        for row in await tx.fetch(READ, *wanted)
    }


def key_of(row: Record) -> ScanKey:
    """The scan that a row is about."""
    return ScanKey(row["warehouse"], row["scan_id"])


def says_of(row: Record) -> Says:
    """What a kept scan says now."""
    delivery, supplier = row["delivery"] or NOT_NAMED, row["supplier"] or NOT_NAMED
    return Says(row["good"], row["damaged"], delivery, supplier)


async def add_corrections(
    tx: Transaction[Policy], taken: Sequence[tuple[ReceiptCorrected, int, int]]
) -> None:
    """Keep corrections as they were told, with the units that each added (good, damaged)."""
    told = fields(
        (one for one, _, _ in taken), "warehouse", "scan_id", "corrected_at", "good", "damaged",
        "delivery", "supplier",
    )  # fmt: skip
    changes = [[good for _, good, _ in taken], [damaged for _, _, damaged in taken]]
    await tx.execute(ADD_CORRECTIONS, *told, *changes, tx.now)


async def keep_scans(tx: Transaction[Policy], scans: Mapping[ScanKey, Scan]) -> None:
    """Write what corrected scans say now."""
    rows = [
        (*key, one.says.good, one.says.damaged, one.says.delivery, one.says.supplier)
        for key, one in scans.items()
    ]
    await tx.execute(KEEP, *columns(rows, 6))


async def read_spans(
    tx: Transaction[Policy], lines: Collection[LineKey]
) -> list[tuple[LineKey, datetime | None, datetime | None]]:
    """The first and the last scan under the names of lines, of scans that still say units."""
    rows = await tx.fetch(READ_SPANS, *columns(list(lines), 4))
    return [(LineKey(*tuple(row)[:4]), row["first_at"], row["last_at"]) for row in rows]
