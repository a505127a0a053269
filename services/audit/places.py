"""Laws of each SKU's units in each warehouse: what came in, where it lies, and who it goes to."""

from __future__ import annotations

from collections import Counter, defaultdict

from services.audit.report import Check, Evidence
from services.audit.terms import ALLOCATED, CAME_IN, SUPPLY

Stock = tuple[str, str]
"""A SKU in a warehouse."""

GRANTED = """
    SELECT sku, warehouse,
           sum(CASE kind WHEN 'grant' THEN quantity ELSE -quantity END)::bigint AS units
    FROM decisions WHERE kind IN ('grant', 'give_back') GROUP BY sku, warehouse
"""

# What a correction or an adjustment took back counts: allocation may not have heard of it yet.
EVER_CAME_IN = """
    SELECT sku, warehouse, sum(units)::bigint AS units FROM (
        SELECT sku, warehouse, good AS units FROM receipts
        UNION ALL SELECT r.sku, warehouse, -least(c.good_change, 0)
                  FROM corrections c JOIN receipts r USING (warehouse, scan_id)
        UNION ALL SELECT sku, warehouse, quantity FROM adjustments WHERE quantity > 0
        UNION ALL SELECT sku, warehouse, quantity FROM counts WHERE opening) AS came
    GROUP BY sku, warehouse
"""
PACKED = """
    SELECT l.sku, s.warehouse, sum(sl.quantity)::bigint AS units,
           coalesce(sum(sl.quantity) FILTER (WHERE s.state = 'dispatched'), 0)::bigint AS dispatched
    FROM shipments s JOIN shipment_lines sl USING (shipment_id) JOIN lines l USING (line_id)
    WHERE s.state <> 'withdrawn' GROUP BY l.sku, s.warehouse
"""


async def granted_what_is_there(evidence: Evidence) -> list[str]:
    """SKUs of which lines have more than ever came in."""
    granted = await evidence.owners.fetch("allocation", GRANTED)
    supply = await evidence.owners.fetch("allocation", SUPPLY)
    came_in = await evidence.owners.fetch("stock_receipts", EVER_CAME_IN)
    there: Counter[Stock] = Counter()
    for row in came_in:
        there[row["sku"], row["warehouse"]] += row["units"]
    for row in supply:
        there[row["sku"], row["warehouse"]] += row["differences"] + row["shortfall"]
    return [
        f"{row['sku']} in {row['warehouse']}: {row['units']} granted and not given back, "
        f"{there[row['sku'], row['warehouse']]} came in"
        for row in granted
        if row["units"] > there[row["sku"], row["warehouse"]]
    ]


async def every_place_balances(evidence: Evidence) -> list[str]:
    """SKUs whose units per place do not add up to what came in."""
    owners = evidence.owners
    came = {
        (row["sku"], row["warehouse"]): row["units"]
        for row in await owners.fetch("stock_receipts", CAME_IN)
    }
    packed = {(row["sku"], row["warehouse"]): row for row in await owners.fetch("shipping", PACKED)}
    wrong: list[str] = []
    for row in await owners.fetch("allocation", SUPPLY):
        place = (row["sku"], row["warehouse"])
        came_in = came.pop(place, 0) + row["differences"]
        sent = packed.pop(place, None)
        in_parcels, dispatched = (sent["units"], sent["dispatched"]) if sent else (0, 0)
        there = row["at_dock"] + row["on_shelf"] + row["in_lane"] + row["lost"]
        if row["in_lane"] != in_parcels or came_in != there - row["shortfall"]:
            wrong.append(
                f"{place[0]} in {place[1]}: {came_in} came in; {row['at_dock']} at the dock, "
                f"{row['on_shelf']} on the shelf, {row['in_lane'] - dispatched} in the lane "
                f"({in_parcels - dispatched} in parcels), {dispatched} dispatched, "
                f"{row['lost']} lost, {row['shortfall']} short"
            )
    wrong += [f"{sku} in {at}: {units} came in, allocation knows none"
              for (sku, at), units in came.items() if units]  # fmt: skip
    wrong += [f"{sku} in {at}: {row['units']} in parcels, allocation knows none"
              for (sku, at), row in packed.items()]  # fmt: skip
    return wrong


async def no_idle_units(evidence: Evidence) -> list[str]:
    """Free units of a SKU that an eligible line waits for."""
    owners = evidence.owners
    free: dict[str, set[str]] = defaultdict(set)
    for row in await owners.fetch("allocation", SUPPLY):
        if row["at_dock"] + row["on_shelf"]:
            free[row["sku"]].add(row["warehouse"])
    return [
        f"{row['line_id']} waits for {row['waiting']} × {row['sku']}, which lie free"
        for row in await owners.fetch("allocation", ALLOCATED)
        if row["state"] == "waiting" and free[row["sku"]].intersection(row["warehouses"])
    ]


CHECKS = (
    Check(
        "granted-what-is-there",
        "granted − given back ≤ counted + good + adjusted + shortfall",
        True,
        granted_what_is_there,
    ),
    Check(
        "every-place-balances",
        "counted + good + adjusted = dock + shelf + lane + dispatched + lost − shortfall",
        False,
        every_place_balances,
    ),
    Check("no-idle-units", "no unit lies free that somebody waits for", False, no_idle_units),
)
