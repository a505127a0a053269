"""Terms that several checks compare: each is read by its own statement, from its owner."""

from __future__ import annotations

# ---- order_intake: what was ordered, and what became of it as the customer knows ------------------

ORDERED = """
    SELECT line_id, order_id, sku, ordered, refused, cancelled + withdrawn AS cancelled,
           withdrawn, waiting, dispatched, line_total_minor
    FROM lines
"""

# ---- stock_receipts: what came in -----------------------------------------------------------------

CAME_IN = """
    SELECT sku, warehouse, sum(units)::bigint AS units FROM (
        SELECT sku, warehouse, good AS units FROM receipts
        UNION ALL SELECT sku, warehouse, quantity FROM adjustments
        UNION ALL SELECT sku, warehouse, quantity FROM counts WHERE opening) AS came
    GROUP BY sku, warehouse
"""

# ---- allocation: who has units, who waits, what lies where ----------------------------------------

ALLOCATED = """
    SELECT line_id, order_id, sku, waiting, cancelled, withdrawn, requeued_total, state, warehouses,
           granted_total - requeued_total - withdrawn AS allocated
    FROM lines
"""

SUPPLY = """
    SELECT s.sku, s.warehouse, s.on_shelf, s.at_dock, s.in_lane, s.shortfall,
           s.lost + s.missing AS lost, coalesce(c.units, 0)::bigint AS differences
    FROM supply s LEFT JOIN (
        SELECT sku, warehouse, sum(difference) AS units FROM counts WHERE NOT opening
        GROUP BY sku, warehouse) AS c USING (sku, warehouse)
"""

# ---- shipping: what is in parcels, what left them, and what left the dock -------------------------

IN_PARCELS = """
    SELECT l.line_id, sum(l.quantity)::bigint AS units,
           coalesce(sum(l.quantity) FILTER (WHERE s.state = 'dispatched'), 0)::bigint AS dispatched
    FROM shipment_lines l JOIN shipments s USING (shipment_id)
    WHERE s.state <> 'withdrawn' GROUP BY l.line_id
"""

GIVEN_BACK = """
    SELECT line_id, sum(requeue)::bigint AS requeued, sum(quantity - requeue)::bigint AS withdrawn
    FROM give_backs GROUP BY line_id
"""

# ---- payments: what was taken, and what went back -------------------------------------------------

PAID = """
    SELECT c.shipment_id, c.provider, c.amount_minor AS captured_minor,
           c.amount_minor - coalesce(r.amount_minor, 0)::bigint AS kept_minor
    FROM captures c LEFT JOIN (
        SELECT shipment_id, sum(amount_minor) AS amount_minor FROM refunds
        WHERE state = 'refunded' GROUP BY shipment_id) AS r USING (shipment_id)
    WHERE c.state = 'captured'
"""
