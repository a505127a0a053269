"""Every order line and what became of it, each column from its owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

COLUMNS = (
    "order_id", "line", "sku", "ordered", "allocated", "cancelled", "dispatched",
    "captured_minor", "requested_at", "allocated_at",
)  # fmt: skip
