"""Counts and adjustments, as they were told."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.warehouses import StockAdjusted, StockCounted
from services.chassis.transaction import Transaction
from services.stock_receipts.domain.policy import Policy
from services.stock_receipts.store.columns import fields

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


async def add_counts(tx: Transaction[Policy], counts: Iterable[StockCounted]) -> None:
    """Keep counts."""
    names = "warehouse", "count_id", "sku", "quantity", "opening", "counted_at"
    await tx.execute(ADD_COUNTS, *fields(counts, *names), tx.now)


async def add_adjustments(tx: Transaction[Policy], adjustments: Iterable[StockAdjusted]) -> None:
    """Keep adjustments."""
    names = "warehouse", "adjustment_id", "sku", "quantity", "reason", "adjusted_at"
    await tx.execute(ADD_ADJUSTMENTS, *fields(adjustments, *names), tx.now)
