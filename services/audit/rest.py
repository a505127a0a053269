"""Equalities that hold at rest, per line, SKU, shipment and order; each term from its owner."""

from __future__ import annotations

from collections import Counter, defaultdict

from services.audit.always import CAME_IN, SUPPLY
from services.audit.book import provider_book
from services.audit.report import Check, Evidence

ORDERED = """
    SELECT line_id, sku, ordered, cancelled, refused, line_total_minor, dispatched
    FROM lines WHERE ordered IS NOT NULL
"""
ALLOCATED = "SELECT line_id, sku, granted_total, waiting, state, warehouses FROM lines"
IN_PARCELS = """
    SELECT l.line_id, sum(l.quantity)::bigint AS units,
           coalesce(sum(l.quantity) FILTER (WHERE s.state = 'dispatched'), 0)::bigint AS dispatched,
           coalesce(sum(l.amount_minor) FILTER (WHERE s.state = 'dispatched'), 0)::bigint
               AS amount_minor
    FROM shipment_lines l JOIN shipments s USING (shipment_id)
    WHERE s.state <> 'withdrawn' GROUP BY l.line_id
"""
RELEASED = """
    SELECT s.shipment_id, s.order_id, s.amount_minor, s.freight_minor,
           sum(l.amount_minor)::bigint AS goods_minor
    FROM shipments s JOIN shipment_lines l USING (shipment_id)
    WHERE s.released_at IS NOT NULL GROUP BY s.shipment_id
"""
FREIGHT = """
    SELECT order_id, sum(freight_minor)::bigint AS freight_minor FROM shipments
    WHERE planned_at IS NOT NULL AND state <> 'withdrawn' GROUP BY order_id
"""
DISPATCHED = """
    SELECT l.sku, s.warehouse, sum(sl.quantity)::bigint AS units
    FROM shipments s JOIN shipment_lines sl USING (shipment_id) JOIN lines l USING (line_id)
    WHERE s.state = 'dispatched' GROUP BY l.sku, s.warehouse
"""
CAPTURED = """
    SELECT shipment_id, amount_minor, provider FROM captures WHERE state = 'captured'
"""
STUCK = """
    SELECT kind, key, state, told FROM effects
    WHERE state = 'given_up' OR (state = 'unknown' AND retry_at IS NOT NULL) ORDER BY id
"""


async def every_unit_accounted(evidence: Evidence) -> list[str]:
    """Lines whose units do not add up."""
    owners = evidence.owners
    ordered = await owners.fetch("order_intake", ORDERED)
    allocated = {row["line_id"]: row for row in await owners.fetch("allocation", ALLOCATED)}
    wrong: list[str] = []
    for row in ordered:
        at = allocated.get(row["line_id"])
        granted, waiting = (at["granted_total"], at["waiting"]) if at else (0, 0)
        if row["ordered"] != granted + waiting + row["cancelled"] + row["refused"]:
            wrong.append(
                f"{row['line_id']}: {row['ordered']} ordered, {granted} allocated, {waiting} "
                f"unfilled, {row['cancelled']} cancelled, {row['refused']} refused"
            )
    return wrong


async def granted_units_in_parcels(evidence: Evidence) -> list[str]:
    """Lines whose granted units are not all in parcels, or whose dispatch intake does not know."""
    owners = evidence.owners
    parcels = {row["line_id"]: row for row in await owners.fetch("shipping", IN_PARCELS)}
    known = {row["line_id"]: row for row in await owners.fetch("order_intake", ORDERED)}
    wrong: list[str] = []
    for row in await owners.fetch("allocation", ALLOCATED):
        line = row["line_id"]
        units = parcels[line]["units"] if line in parcels else 0
        if units != row["granted_total"]:
            wrong.append(f"{line}: {row['granted_total']} granted, {units} in parcels")
        dispatched = parcels[line]["dispatched"] if line in parcels else 0
        if line in known and known[line]["dispatched"] != dispatched:
            wrong.append(
                f"{line}: {dispatched} dispatched, intake knows of {known[line]['dispatched']}"
            )
    return wrong


async def every_place_balances(evidence: Evidence) -> list[str]:
    """SKUs whose units per place do not add up to what came in."""
    owners = evidence.owners
    came: Counter[tuple[str, str]] = Counter()
    for row in await owners.fetch("stock_receipts", CAME_IN):
        came[row["sku"], row["warehouse"]] += row["units"]
    sent = {
        (row["sku"], row["warehouse"]): row["units"]
        for row in await owners.fetch("shipping", DISPATCHED)
    }
    wrong: list[str] = []
    for row in await owners.fetch("allocation", SUPPLY):
        place = (row["sku"], row["warehouse"])
        dispatched = sent.get(place, 0)
        in_lane = row["in_lane"] - dispatched
        there = row["at_dock"] + row["on_shelf"] + in_lane + dispatched + row["lost"]
        came_in = came.pop(place, 0) + row["differences"]
        if in_lane < 0 or came_in != there - row["shortfall"]:
            wrong.append(
                f"{place[0]} in {place[1]}: {came_in} came in; {row['at_dock']} at the dock, "
                f"{row['on_shelf']} on the shelf, {in_lane} in the lane, {dispatched} dispatched, "
                f"{row['lost']} lost, {row['shortfall']} short"
            )
    wrong += [f"{sku} in {at}: {units} came in, allocation knows none"
              for (sku, at), units in came.items() if units]  # fmt: skip
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


async def captured_what_was_released(evidence: Evidence) -> list[str]:
    """Shipments and orders whose money is not what left, to the cent."""
    owners = evidence.owners
    captured = {
        r["shipment_id"]: r["amount_minor"] for r in await owners.fetch("payments", CAPTURED)
    }
    wrong: list[str] = []
    for row in await owners.fetch("shipping", RELEASED):
        shipment = row["shipment_id"]
        due = row["goods_minor"] + row["freight_minor"]
        got = captured.pop(shipment, None)
        if got != due or row["amount_minor"] != due:
            wrong.append(f"{shipment}: {due} released, {got} captured")
    wrong += [f"{name}: {amount} captured, never released" for name, amount in captured.items()]
    planned = await owners.fetch("shipping", FREIGHT)
    freight = {row["order_id"]: row["freight_minor"] for row in planned}
    asked = await owners.fetch("order_intake", "SELECT order_id, freight_minor FROM orders")
    agreed = {row["order_id"]: row["freight_minor"] for row in asked}
    wrong += [
        f"{order}: {amount} freight planned, {agreed.get(order)} agreed"
        for order, amount in freight.items()
        if amount != agreed.get(order)
    ]
    return wrong


async def whole_lines_at_their_price(evidence: Evidence) -> list[str]:
    """Lines wholly dispatched whose parcels do not sum to the line's price."""
    owners = evidence.owners
    parcels = {row["line_id"]: row for row in await owners.fetch("shipping", IN_PARCELS)}
    return [
        f"{row['line_id']}: {row['line_total_minor']} agreed, "
        f"{parcels[row['line_id']]['amount_minor']} in its parcels"
        for row in await owners.fetch("order_intake", ORDERED)
        if row["line_id"] in parcels
        and parcels[row["line_id"]]["dispatched"] == row["ordered"]
        and parcels[row["line_id"]]["amount_minor"] != row["line_total_minor"]
    ]


async def books_agree(evidence: Evidence) -> list[str]:
    """Shipments for which the provider's book and ours differ."""
    ours = {
        row["shipment_id"]: row["amount_minor"]
        for row in await evidence.owners.fetch("payments", CAPTURED)
        if row["provider"] != "none"
    }
    book = await provider_book(evidence)
    theirs = {
        name: amount - book.refunded_minor[name] for name, amount in book.captured_minor.items()
    }
    return [
        f"{name}: {ours.get(name)} in our ledger, {theirs.get(name)} in the provider's book"
        for name in sorted(ours.keys() | theirs.keys())
        if ours.get(name) != theirs.get(name)
    ]


async def nothing_stuck(evidence: Evidence) -> list[str]:
    """Effects that were given up, or whose outcome nobody has found out."""
    rows = await evidence.owners.of_all(STUCK)
    return [
        f"{service}: {row['kind']} {row['key']} is {row['state'].replace('_', ' ')} ({row['told']})"
        for service, found in rows.items()
        for row in found
        if service != "notifications" or row["state"] != "given_up"
    ]


CHECKS = (
    Check(
        "every-unit-accounted",
        "ordered = allocated + unfilled + cancelled + refused, per line",
        False,
        every_unit_accounted,
    ),
    Check(
        "granted-units-in-parcels",
        "what was granted is in a parcel, and intake knows what left",
        False,
        granted_units_in_parcels,
    ),
    Check(
        "every-place-balances",
        "counted + good + adjusted = dock + shelf + lane + dispatched + lost − shortfall",
        False,
        every_place_balances,
    ),
    Check("no-idle-units", "no unit lies free that somebody waits for", False, no_idle_units),
    Check(
        "captured-what-was-released",
        "captured = goods and freight that were released, to the cent",
        False,
        captured_what_was_released,
    ),
    Check(
        "whole-lines-at-their-price",
        "a line's parcels sum to the line's price",
        False,
        whole_lines_at_their_price,
    ),
    Check("books-agree", "our captures are the provider's", False, books_agree),
    Check("nothing-stuck", "no effect was given up or is unknown", False, nothing_stuck),
)
