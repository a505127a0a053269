"""Laws of money as our own services know it: captured − refunded is what was released."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from services.audit.report import Check, Evidence
from services.audit.terms import PAID

if TYPE_CHECKING:
    from asyncpg import Record

RELEASES = """
    SELECT shipment_id, amount_minor, dispatched_unreleased FROM shipments
    WHERE released_at IS NOT NULL OR dispatched_unreleased
"""
COSTS = """
    SELECT s.shipment_id, s.order_id, s.state, s.amount_minor, s.freight_minor,
           coalesce(sum(l.amount_minor), 0)::bigint AS goods_minor
    FROM shipments s LEFT JOIN shipment_lines l USING (shipment_id)
    WHERE s.planned_at IS NOT NULL GROUP BY s.shipment_id
"""
OPEN_ORDERS = """
    SELECT order_id FROM lines
    WHERE ordered > allocated + refused + cancelled + withdrawn GROUP BY order_id
    UNION SELECT order_id FROM shipments WHERE state NOT IN ('withdrawn', 'dispatched')
"""
AGREED_FREIGHT = "SELECT order_id, freight_minor FROM orders"

NUMBERS = """
    SELECT sl.shipment_id, sl.line_id, sl.quantity, sl.amount_minor,
           r.first, r.last, sum(r.last - r.first + 1) OVER (PARTITION BY shipment_id, line_id) AS units
    FROM shipment_lines sl
    CROSS JOIN LATERAL (
        SELECT lower(run) AS first, upper(run) - 1 AS last FROM unnest(sl.numbers) AS run) AS r
    ORDER BY sl.line_id, r.first
"""
PRICES = "SELECT line_id, ordered, line_total_minor FROM lines WHERE ordered IS NOT NULL"


async def released_after_capture(evidence: Evidence) -> list[str]:
    """Shipments released without a capture that covers them, or dispatched without release."""
    released = await evidence.owners.fetch("shipping", RELEASES)
    captured = {
        row["shipment_id"]: row["captured_minor"]
        for row in await evidence.owners.fetch("payments", PAID)
    }
    wrong: list[str] = []
    for row in released:
        shipment = row["shipment_id"]
        if row["dispatched_unreleased"]:
            wrong.append(f"{shipment} left the dock without its release")
        elif shipment not in captured:
            wrong.append(f"{shipment} was released without a capture")
        elif captured[shipment] < row["amount_minor"]:
            wrong.append(
                f"{shipment} was released for {row['amount_minor']}, "
                f"{captured[shipment]} were captured"
            )
    return wrong


async def captured_is_what_was_released(evidence: Evidence) -> list[str]:
    """Shipments whose money is not what their units and their freight cost, to the cent."""
    owners = evidence.owners
    kept = {row["shipment_id"]: row["kept_minor"] for row in await owners.fetch("payments", PAID)}
    wrong: list[str] = []
    for row in await owners.fetch("shipping", COSTS):
        shipment = row["shipment_id"]
        due = row["goods_minor"] + row["freight_minor"]
        if row["amount_minor"] != due:
            wrong.append(f"{shipment}: costs {row['amount_minor']}, its parts come to {due}")
        elif kept.get(shipment, due) != due:  # without any capture it is another law's
            wrong.append(f"{shipment}: {due} {row['state']}, {kept[shipment]} kept of its capture")
        elif shipment in kept and row["state"] == "packed":
            wrong.append(f"{shipment}: {due} captured and packed, not released")
        kept.pop(shipment, None)
    return wrong + [f"{name}: {amount} kept, shipping knows no such parcel"
                    for name, amount in kept.items()]  # fmt: skip


async def freight_once_an_order(evidence: Evidence) -> list[str]:
    """Orders whose freight is not the one agreed, or is kept though nothing will ever leave."""
    owners = evidence.owners
    agreed = {
        row["order_id"]: row["freight_minor"] or 0
        for row in await owners.fetch("order_intake", AGREED_FREIGHT)
    }
    is_open = {row["order_id"] for row in await owners.fetch("shipping", OPEN_ORDERS)}
    parcels: dict[str, list[Record]] = defaultdict(list)
    for row in await owners.fetch("shipping", COSTS):
        parcels[row["order_id"]].append(row)
    wrong: list[str] = []
    for order, rows in parcels.items():
        freight = sum(row["freight_minor"] for row in rows)
        waived = any(row["state"] == "withdrawn" for row in rows)
        leaves = order in is_open or any(row["state"] == "dispatched" for row in rows)
        if freight != agreed.get(order, 0) and not (freight == 0 and waived):
            wrong.append(f"{order}: {freight} freight, {agreed.get(order, 0)} agreed")
        elif freight and not leaves:
            wrong.append(f"{order}: {freight} freight kept, and nothing of it ever leaves")
    return wrong


async def units_at_their_price(evidence: Evidence) -> list[str]:
    """Units in parcels that do not cost what their numbers say, or have a number twice."""
    prices = {row["line_id"]: row for row in await evidence.owners.fetch("order_intake", PRICES)}
    wrong: list[str] = []
    cost: dict[tuple[str, str], int] = defaultdict(int)
    told: dict[tuple[str, str], Record] = {}
    highest: dict[str, int] = defaultdict(int)
    for row in await evidence.owners.fetch("shipping", NUMBERS):
        line, price = row["line_id"], prices.get(row["line_id"])
        if price is None:
            continue  # its premise has not come: another law counts it
        total, ordered = price["line_total_minor"], price["ordered"]
        key = (row["shipment_id"], line)
        cost[key] += total * row["last"] // ordered - total * (row["first"] - 1) // ordered
        told[key] = row
        if row["first"] <= highest[line] or row["last"] > ordered:
            wrong.append(
                f"{line}: units {row['first']} to {row['last']} of {ordered} twice, or not"
            )
        highest[line] = max(highest[line], row["last"])
    return wrong + [
        f"{line} in {shipment}: {row['quantity']} units at {row['amount_minor']}, "
        f"their {row['units']} numbers cost {cost[shipment, line]}"
        for (shipment, line), row in told.items()
        if (row["quantity"], row["amount_minor"]) != (row["units"], cost[shipment, line])
    ]


CHECKS = (
    Check(
        "released-after-capture",
        "no parcel is released before its capture, none leaves without release",
        True,
        released_after_capture,
    ),
    Check(
        "captured-is-what-was-released",
        "captured − refunded = goods and freight of each parcel, to the cent",
        False,
        captured_is_what_was_released,
    ),
    Check(
        "freight-once-an-order",
        "freight is paid once an order, and only if something leaves",
        False,
        freight_once_an_order,
    ),
    Check(
        "units-at-their-price",
        "each unit is in one parcel, at its share of the line's price",
        False,
        units_at_their_price,
    ),
)
