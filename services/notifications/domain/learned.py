"""What a customer knows once a message was sent, and what waits when one was held back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from services.notifications.domain.facts import Facts, Row
from services.notifications.domain.lines import Line
from services.notifications.domain.messages import Kind
from services.notifications.domain.orders import Order
from services.notifications.domain.parcels import Parcel
from services.notifications.domain.told import Told

TELLS_NO_LINES = ("refused", "payment_needed", "refunded")
"""Kinds after which nobody knows more of any line than before."""


def lines_after(facts: Facts, lines: Mapping[str, Line], parcel: Parcel | None) -> list[Line]:
    """The lines whose customer now knows something else than before."""
    if facts.kind in TELLS_NO_LINES:
        return []
    told = {line_id: line.told for line_id, line in lines.items() if line.told is not None}
    before = dict(told)
    for row in facts.rows:
        if (known := told.get(row.line_id)) is not None:
            told[row.line_id] = _after_row(facts.kind, row, known, parcel)
    for row in facts.to_come:
        if (known := told.get(row.line_id)) is not None:
            told[row.line_id] = _standing(row, known)
    return [
        replace(lines[line_id], told=known)
        for line_id, known in told.items()
        if known != before[line_id]
    ]


def _after_row(kind: Kind, row: Row, told: Told, parcel: Parcel | None) -> Told:
    match kind:
        case "about_to_ship":
            return told.announcing(row.quantity)
        case "shipped":
            was_announced = parcel is not None and parcel.told == "announced"
            return told.shipping(row.quantity, was_announced=was_announced)
        case _:
            return _standing(row, told)


def _standing(row: Row, told: Told) -> Told:
    return told.standing(row.waiting, row.cancelled, row.promised_on, row.promise_version)


def parcels_after(
    facts: Facts, shipment_id: str | None, parcels: Mapping[str, Parcel]
) -> list[Parcel]:
    """The parcels of which the customer now knows something else than before."""
    found: list[Parcel] = []
    if shipment_id is not None and facts.kind in ("about_to_ship", "shipped"):
        told = "shipped" if facts.kind == "shipped" else "announced"
        found.append(replace(parcels[shipment_id], told=told))
    return found + [
        replace(parcels[one.shipment_id], told_refunded_minor=one.total_minor)
        for one in facts.refunds
    ]


def held_back(order: Order, parcel: Parcel) -> tuple[Order, Parcel]:
    """An order, and its parcel whose "about to ship" was not sent and may become due again."""
    return replace(order, held_back=True), replace(parcel, announced_in=None)
