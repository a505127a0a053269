"""Laws of each order line's units: ordered, granted, waiting, in parcels, given back, cancelled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from services.audit.report import Check, Evidence
from services.audit.terms import ALLOCATED, GIVEN_BACK, IN_PARCELS, ORDERED

if TYPE_CHECKING:
    from asyncpg import Record


async def by_line(evidence: Evidence, service: str, sql: str) -> dict[str, Record]:
    """One owner's terms, by line."""
    return {row["line_id"]: row for row in await evidence.owners.fetch(service, sql)}


def term(rows: Mapping[str, Record], line: str, name: str) -> int:
    """A term of a line; 0 where its owner does not know the line."""
    return int(rows[line][name] or 0) if line in rows else 0


async def every_unit_accounted(evidence: Evidence) -> list[str]:
    """Lines whose units do not add up, whoever knows of them."""
    ordered = await by_line(evidence, "order_intake", ORDERED)
    allocated = await by_line(evidence, "allocation", ALLOCATED)
    wrong: list[str] = []
    for line in sorted(ordered.keys() | allocated.keys()):
        if awaits_a_premise(ordered.get(line), allocated.get(line)):
            continue
        units = term(ordered, line, "ordered")
        parts = {
            "allocated": term(allocated, line, "allocated"),
            "unfilled": term(allocated, line, "waiting"),
            "cancelled": term(ordered, line, "cancelled"),
            "refused": term(ordered, line, "refused"),
        }
        if line not in ordered or units != sum(parts.values()):
            told = ", ".join(f"{number} {name}" for name, number in parts.items())
            wrong.append(f"{line}: {units} ordered, {told}")
    return wrong


def awaits_a_premise(ordered: Record | None, allocated: Record | None) -> bool:
    """Whether a line's order, or its product, has not come: another law counts these."""
    return (ordered is not None and ordered["ordered"] is None) or (
        allocated is not None and allocated["state"] == "undecided"
    )


async def allocated_units_in_parcels(evidence: Evidence) -> list[str]:
    """Lines whose allocated units are not the ones in parcels."""
    parcels = await by_line(evidence, "shipping", IN_PARCELS)
    allocated = await by_line(evidence, "allocation", ALLOCATED)
    return [
        f"{line}: {held} allocated, {packed} in parcels"
        for line in sorted(allocated.keys() | parcels.keys())
        for held, packed in [
            (term(allocated, line, "allocated"), term(parcels, line, "units")),
        ]
        if held != packed
    ]


async def intake_knows(evidence: Evidence) -> list[str]:
    """Lines of which intake, and so the shop, believes something else than their owners."""
    ordered = await by_line(evidence, "order_intake", ORDERED)
    owned = {
        "waiting": await by_line(evidence, "allocation", ALLOCATED),
        "dispatched": await by_line(evidence, "shipping", IN_PARCELS),
    }
    return [
        f"{line}: {term(rows, line, name)} {name}, intake knows of {term(ordered, line, name)}"
        for name, rows in owned.items()
        for line in sorted(ordered.keys() | rows.keys())
        if term(rows, line, name) != term(ordered, line, name)
    ]


async def what_left_came_back(evidence: Evidence) -> list[str]:
    """Lines whose given-back units allocation, or intake, has not taken as shipping gave them."""
    given = await by_line(evidence, "shipping", GIVEN_BACK)
    allocated = await by_line(evidence, "allocation", ALLOCATED)
    ordered = await by_line(evidence, "order_intake", ORDERED)
    wrong: list[str] = []
    for line in sorted(given.keys() | allocated.keys() | ordered.keys()):
        again = (term(given, line, "requeued"), term(allocated, line, "requeued_total"))
        if again[0] != again[1]:
            wrong.append(f"{line}: {again[0]} gave back to wait again, {again[1]} came back")
        gone = [term(rows, line, "withdrawn") for rows in (given, allocated, ordered)]
        if len(set(gone)) > 1:
            wrong.append(
                f"{line}: {gone[0]} withdrawn, allocation took {gone[1]}, intake knows of {gone[2]}"
            )
    return wrong


CHECKS = (
    Check(
        "every-unit-accounted",
        "ordered = allocated + unfilled + cancelled + refused, per line",
        False,
        every_unit_accounted,
    ),
    Check(
        "allocated-units-in-parcels",
        "what is allocated is in a parcel, and nothing else is",
        False,
        allocated_units_in_parcels,
    ),
    Check(
        "intake-knows",
        "intake knows how many units of a line wait, and how many left",
        False,
        intake_knows,
    ),
    Check(
        "what-left-came-back",
        "units that left parcels are where they were given back to",
        False,
        what_left_came_back,
    ),
)
