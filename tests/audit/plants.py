"""One violation for each law, as somebody would write it behind the services' backs."""

from __future__ import annotations

PLANTED = {
    "released-after-capture": """
        UPDATE shipping.shipments SET released_at = NULL, dispatched_unreleased = true
        WHERE shipment_id = 'shop:1/1'
    """,
    "every-unit-accounted": "UPDATE order_intake.lines SET ordered = 2 WHERE line_id = 'shop:2:1'",
    "allocated-units-in-parcels": """
        DELETE FROM shipping.shipment_lines WHERE line_id = 'shop:4:2';
        UPDATE shipping.shipment_lines SET quantity = 2 WHERE line_id = 'shop:4:1'
    """,
    "intake-knows": """
        UPDATE order_intake.lines SET dispatched = 1 WHERE line_id = 'shop:1:1'
    """,
    "what-left-came-back": """
        UPDATE allocation.lines SET granted_total = 3, requeued_total = 2
        WHERE line_id = 'shop:6:1'
    """,
    "every-cancel-settled": "UPDATE order_intake.cancels SET state = 'asked', settled_at = NULL",
    "passed-over-while-unpaid": """
        UPDATE allocation.lines SET state = 'waiting', resumed_episode = 1
        WHERE line_id = 'shop:7:1'
    """,
    "granted-what-is-there": """
        INSERT INTO allocation.decisions (sku, decision_no, kind, line_id, quantity, warehouse,
            source, reason_code, reason_text, reason_parameters, decided_at, eligible_units)
        VALUES ('LAMP', 10, 'grant', 'shop:6:1', 9, 'MAIN', 'shelf', 'grant', '', '{}', now(), 0)
    """,
    "nobody-overtaken": """
        UPDATE allocation.decisions SET decision_no = 10 WHERE sku = 'LAMP' AND decision_no = 2
    """,
    "every-place-balances": "UPDATE stock_receipts.adjustments SET quantity = 2",
    "no-idle-units": """
        UPDATE allocation.supply SET at_dock = 1 WHERE sku = 'CHAIR';
        INSERT INTO stock_receipts.adjustments
            (warehouse, adjustment_id, sku, quantity, reason, adjusted_at, taken_at)
        VALUES ('MAIN', 'A2', 'CHAIR', 1, 'found', now(), now())
    """,
    "captured-is-what-was-released": """
        UPDATE shipping.shipments SET amount_minor = 1099 WHERE shipment_id = 'shop:1/1'
    """,
    "freight-once-an-order": """
        UPDATE order_intake.orders SET freight_minor = 90 WHERE order_id = 'shop:1'
    """,
    "units-at-their-price": """
        UPDATE order_intake.lines SET line_total_minor = 1001 WHERE line_id = 'shop:1:1'
    """,
    "ledger-adds-up": """
        ALTER TABLE payments.ledger DISABLE TRIGGER append_only;
        UPDATE payments.ledger SET amount_minor = 1099
        WHERE account = 'provider' AND shipment_id = 'shop:1/1'
    """,
    "nothing-told-twice": """
        INSERT INTO notifications.messages (message_id, order_id, kind, n, shipment_id, state,
            reason, created_at, due_at)
        VALUES ('shop:1/shipped/4', 'shop:1', 'shipped', 4, 'shop:1/1', 'suppressed', 'told',
            now(), now())
    """,
    "every-order-told": """
        UPDATE notifications.orders SET state = 'confirmed' WHERE order_id = 'shop:3'
    """,
    "every-parcel-told": """
        UPDATE notifications.messages SET shipment_id = 'shop:1/2'
        WHERE kind = 'shipped' AND order_id = 'shop:1'
    """,
    "sent-is-received": """
        UPDATE notifications.messages SET message_id = 'shop:2/confirmed/9'
        WHERE message_id = 'shop:2/confirmed/1'
    """,
    "no-money-given-up": """
        INSERT INTO payments.effects (kind, key, subject, due_at, request, state, outside, told)
        VALUES ('capture', 'shop:1/1:1', 'shop:1/1', now(), '{}', 'given_up', true, 'in 500 tries')
    """,
    "nothing-stuck": """
        INSERT INTO shipping.effects (kind, key, subject, due_at, request, state, told)
        VALUES ('cut_off', 'shop:2|MAIN', 'shop:2', now(), '{}', 'given_up', 'a bug')
    """,
    "no-premise-overdue": """
        INSERT INTO shipping.orders (order_id, heard_at) VALUES ('shop:9', '2026-03-01')
    """,
}
"""SQL by the name of the check that must find it."""
