"""Laws that hold at any instant: each reads the effect before its cause."""

from __future__ import annotations

from collections import Counter

from services.audit.book import provider_book
from services.audit.report import Check, Evidence

Stock = tuple[str, str]
"""A SKU in a warehouse."""

GRANTED = """
    SELECT sku, warehouse, sum(quantity)::bigint AS units FROM decisions
    WHERE kind = 'grant' GROUP BY sku, warehouse
"""
SUPPLY = """
    SELECT s.sku, s.warehouse, s.on_shelf, s.at_dock, s.in_lane, s.shortfall, s.lost,
           coalesce(c.units, 0)::bigint AS differences
    FROM supply s LEFT JOIN (
        SELECT sku, warehouse, sum(difference) AS units FROM counts WHERE NOT opening
        GROUP BY sku, warehouse) AS c USING (sku, warehouse)
"""
CAME_IN = """
    SELECT sku, warehouse, sum(units)::bigint AS units FROM (
        SELECT sku, warehouse, good AS units FROM receipts
        UNION ALL SELECT sku, warehouse, quantity FROM adjustments
        UNION ALL SELECT sku, warehouse, quantity FROM counts WHERE opening) AS came
    GROUP BY sku, warehouse
"""
OVERTAKEN = """
    WITH last_grant AS (
        SELECT line_id, max(decision_no) AS decision_no FROM decisions
        WHERE kind = 'grant' GROUP BY line_id)
    SELECT served.line_id AS late, passed.line_id AS early, d.sku, d.decision_no
    FROM decisions d
    JOIN lines served ON served.line_id = d.line_id
    JOIN lines passed ON passed.sku = d.sku AND passed.line_id <> served.line_id
        AND (passed.priority_class, passed.placed_at, passed.line_id)
            < (served.priority_class, served.placed_at, served.line_id)
        AND passed.eligible_since_decision < d.decision_no
        AND d.warehouse = ANY (passed.warehouses)
    LEFT JOIN last_grant ON last_grant.line_id = passed.line_id
    WHERE d.kind = 'grant'
      AND (passed.state = 'waiting' OR last_grant.decision_no > d.decision_no)
    LIMIT 100
"""


async def released_after_capture(evidence: Evidence) -> list[str]:
    """Shipments released without a capture of ours, or dispatched without release."""
    released = await evidence.owners.fetch(
        "shipping",
        "SELECT shipment_id, dispatched_unreleased FROM shipments "
        "WHERE released_at IS NOT NULL OR dispatched_unreleased",
    )
    captured = await evidence.owners.fetch(
        "payments", "SELECT shipment_id FROM captures WHERE state = 'captured'"
    )
    paid = {row["shipment_id"] for row in captured}
    return [
        f"{row['shipment_id']} left the dock without its release"
        if row["dispatched_unreleased"]
        else f"{row['shipment_id']} was released without a capture"
        for row in released
        if row["dispatched_unreleased"] or row["shipment_id"] not in paid
    ]


async def captured_once(evidence: Evidence) -> list[str]:
    """Shipments that the provider captured more than once."""
    book = await provider_book(evidence)
    return [
        f"{shipment} was captured {times} times"
        for shipment, times in sorted(book.captures.items())
        if times > 1
    ]


async def granted_what_is_there(evidence: Evidence) -> list[str]:
    """SKUs of which more was granted than ever came in."""
    granted = await evidence.owners.fetch("allocation", GRANTED)
    supply = await evidence.owners.fetch("allocation", SUPPLY)
    came_in = await evidence.owners.fetch("stock_receipts", CAME_IN)
    there: Counter[Stock] = Counter()
    for row in came_in:
        there[row["sku"], row["warehouse"]] += row["units"]
    for row in supply:
        there[row["sku"], row["warehouse"]] += row["differences"] + row["shortfall"]
    return [
        f"{row['sku']} in {row['warehouse']}: {row['units']} granted, "
        f"{there[row['sku'], row['warehouse']]} came in"
        for row in granted
        if row["units"] > there[row["sku"], row["warehouse"]]
    ]


async def nobody_overtaken(evidence: Evidence) -> list[str]:
    """Grants past a line with an earlier place that was waiting for the same units."""
    rows = await evidence.owners.fetch("allocation", OVERTAKEN)
    return [
        f"{row['sku']}: decision {row['decision_no']} served {row['late']} before {row['early']}"
        for row in rows
    ]


async def no_message_twice(evidence: Evidence) -> list[str]:
    """Messages that reached the mailbox more than once."""
    received = Counter(evidence.message_ids)
    return [f"{name} came {times} times" for name, times in received.items() if times > 1]


CHECKS = (
    Check(
        "released-after-capture",
        "no parcel is released before its capture, none leaves without release",
        True,
        released_after_capture,
    ),
    Check("captured-once", "at most one capture per shipment at the provider", True, captured_once),
    Check(
        "granted-what-is-there",
        "granted ≤ counted + good + adjusted + shortfall",
        True,
        granted_what_is_there,
    ),
    Check(
        "nobody-overtaken",
        "no unit goes past an eligible line with an earlier place",
        True,
        nobody_overtaken,
    ),
    Check("no-message-twice", "no message reaches a customer twice", True, no_message_twice),
)
