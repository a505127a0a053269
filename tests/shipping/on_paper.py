"""Parcels as rules see them, filled in where a test does not care."""

from __future__ import annotations

from datetime import UTC, datetime

from services.shipping.domain.parcels import Parcel, State
from services.shipping.domain.planning import ParcelLine
from services.shipping.domain.units import Run

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NAME = "lamps:1/1"


def a_line(name: str, quantity: int) -> ParcelLine:
    """Units at a pound each."""
    numbers = (Run(1, quantity),)
    return ParcelLine(
        name, name.upper(), "", quantity, numbers, 100 * quantity, quantity, 100 * quantity
    )


def a_parcel(state: State = "authorized", version: int = 2, n: int = 1, **units: int) -> Parcel:
    """Three lamps and a shade, without freight."""
    lines = tuple(
        a_line(name, quantity) for name, quantity in (units or {"lamp": 3, "shade": 1}).items()
    )
    return Parcel(
        shipment_id=f"lamps:1/{n}",
        order_id="lamps:1",
        n=n,
        warehouse="MAIN",
        currency="GBP",
        state=state,
        version=version,
        amount_minor=sum(line.amount_minor for line in lines),
        freight_minor=0,
        captured_minor=None,
        planned=state != "collecting",
        told=state not in ("collecting", "planned"),
        lines=lines,
    )
