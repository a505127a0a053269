"""Every order line and what became of it, each column from its owner."""

from __future__ import annotations

from typing import Any

from services.audit.owners import Owners
from services.audit.terms import ALLOCATED, IN_PARCELS, PAID

COLUMNS = (
    "order_id", "line", "sku", "ordered", "allocated", "cancelled", "dispatched",
    "captured_minor", "requested_at", "allocated_at",
)  # fmt: skip

LINES = """
    SELECT order_id, line_id, sku, ordered, cancelled + withdrawn AS cancelled, requested_at,
           allocated_at
    FROM lines WHERE ordered IS NOT NULL ORDER BY order_id, ordinal
"""

# What left a parcel after its capture is refunded, and its units are not in the parcel any more.
CAPTURED_LINES = """
    SELECT l.line_id, sum(l.amount_minor)::bigint AS amount_minor
    FROM shipment_lines l JOIN shipments s USING (shipment_id)
    WHERE s.shipment_id = ANY ($1) AND s.state <> 'withdrawn' GROUP BY l.line_id
"""


async def exported_lines(owners: Owners) -> list[tuple[Any, ...]]:
    """Rows of ``COLUMNS``; ``captured_minor`` is goods only, of captured shipments, net of refunds."""
    lines = await owners.fetch("order_intake", LINES)
    allocated = {
        row["line_id"]: row["allocated"] for row in await owners.fetch("allocation", ALLOCATED)
    }
    parcels = {row["line_id"]: row for row in await owners.fetch("shipping", IN_PARCELS)}
    paid = await owners.fetch("payments", PAID)
    rows = await owners.fetch("shipping", CAPTURED_LINES, [row["shipment_id"] for row in paid])
    captured = {row["line_id"]: row["amount_minor"] for row in rows}
    return [
        (
            row["order_id"],
            row["line_id"].removeprefix(f"{row['order_id']}:"),
            row["sku"],
            row["ordered"],
            allocated.get(row["line_id"], 0),
            row["cancelled"],
            parcels[row["line_id"]]["dispatched"] if row["line_id"] in parcels else 0,
            captured.get(row["line_id"], 0),
            moment(row["requested_at"]),
            moment(row["allocated_at"]),
        )
        for row in lines
    ]


def moment(value: Any) -> str:
    """A time as ISO 8601, or nothing."""
    return value.isoformat() if value else ""
