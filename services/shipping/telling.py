"""Lines of a parcel as events tell them."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.shipping import DockLine, ShipmentLine
from services.shipping.domain.planning import ParcelLine


def shipment_lines(lines: Iterable[ParcelLine]) -> tuple[ShipmentLine, ...]:
    """With what exactly these units cost."""
    return tuple(
        ShipmentLine(
            line_id=line.line_id,
            sku=line.sku,
            title=line.title,
            quantity=line.quantity,
            amount_minor=line.amount_minor,
        )
        for line in lines
    )


def dock_lines(lines: Iterable[ParcelLine]) -> tuple[DockLine, ...]:
    """Without money: the dock only packs."""
    return tuple(
        DockLine(line_id=line.line_id, sku=line.sku, title=line.title, quantity=line.quantity)
        for line in lines
    )
