"""What people would look at."""

from __future__ import annotations

from datetime import datetime

from tests.harness import Service


async def discrepancies(receipts: Service) -> dict[tuple[str, str], int]:
    """Open discrepancies by supplier and kind."""
    rows = await receipts.rows("SELECT * FROM discrepancies WHERE units > 0")
    return {(row["supplier"], row["kind"]): row["units"] for row in rows}


async def closes_at(receipts: Service) -> list[datetime]:
    """When delivery lines end by themselves."""
    rows = await receipts.rows(
        "SELECT due_at FROM effects WHERE kind = 'close_delivery' ORDER BY due_at"
    )
    return [row["due_at"] for row in rows]
