"""A small deployment at rest in which every law holds: what the checks are red against.

shop:1  two lamps, paid, shipped and told
shop:2  waits for a chair that nobody has
shop:3  was refused
shop:4  two lines of a lamp each, collected until the next cut-off
shop:5  three lamps, one of them cancelled after its capture: refunded; the others have left
shop:6  a lamp that was not found at the pack, and another in its stead
shop:7  waits for a chair, suspended: its card failed
"""

from __future__ import annotations

from services.notifications.letters.addresses import message_id_header

CAME_IN = """
    INSERT INTO stock_receipts.counts
        (warehouse, count_id, sku, quantity, opening, counted_at, taken_at)
    VALUES ('MAIN', 'C1', 'LAMP', 1, true, DAY, DAY), ('MAIN', 'C2', 'LAMP', 2, false, DAY, DAY);
    INSERT INTO stock_receipts.receipts
        (warehouse, scan_id, sku, dock, good, damaged, scanned_at, taken_at)
    VALUES ('MAIN', 'S1', 'LAMP', 'D1', 10, 2, DAY, DAY);
    INSERT INTO stock_receipts.corrections (warehouse, scan_id, corrected_at, good, damaged,
        good_change, damaged_change, taken_at)
    VALUES ('MAIN', 'S1', DAY, 10, 2, -1, 1, DAY);
    INSERT INTO stock_receipts.adjustments
        (warehouse, adjustment_id, sku, quantity, reason, adjusted_at, taken_at)
    VALUES ('MAIN', 'A1', 'LAMP', 1, 'found', DAY, DAY)
"""
ALLOCATED = """
    INSERT INTO allocation.items (sku, decision_no, waiting_lines, waiting_units)
    VALUES ('LAMP', 9, 0, 0), ('CHAIR', 3, 1, 1), ('TABLE', 1, 0, 0);
    INSERT INTO allocation.supply (sku, warehouse, on_shelf, in_lane, missing, waiting_units)
    VALUES ('LAMP', 'MAIN', 3, 7, 1, 0), ('CHAIR', 'MAIN', 0, 0, 0, 1);
    INSERT INTO allocation.counts
        (warehouse, count_id, sku, opening, counted, on_shelf, difference, taken_at)
    VALUES ('MAIN', 'C1', 'LAMP', true, 1, 0, 1, DAY), ('MAIN', 'C2', 'LAMP', false, 2, 3, -1, DAY);
    INSERT INTO allocation.lines (line_id, order_id, sku, quantity, priority_class, placed_at,
        warehouses, requested_at, granted_total, waiting, refused, withdrawn, requeued_total, state,
        promise_version, eligible_since_decision, suspended_episode)
    SELECT line_id, substr(line_id, 1, 6), sku, quantity, 5,
           DAY + substr(line_id, 6, 1)::int * interval '1 hour', '{MAIN}', DAY, granted, waiting,
           refused, withdrawn, requeued, state, 0, since, episode
    FROM (VALUES
        ('shop:1:1', 'LAMP', 2, 2, 0, 0, 0, 0, 'closed', NULL, 0),
        ('shop:2:1', 'CHAIR', 1, 0, 1, 0, 0, 0, 'waiting', 1, 0),
        ('shop:3:1', 'TABLE', 1, 0, 0, 1, 0, 0, 'closed', NULL, 0),
        ('shop:4:1', 'LAMP', 1, 1, 0, 0, 0, 0, 'closed', NULL, 0),
        ('shop:4:2', 'LAMP', 1, 1, 0, 0, 0, 0, 'closed', NULL, 0),
        ('shop:5:1', 'LAMP', 3, 3, 0, 0, 1, 0, 'closed', NULL, 0),
        ('shop:6:1', 'LAMP', 1, 2, 0, 0, 0, 1, 'closed', 8, 0),
        ('shop:7:1', 'CHAIR', 1, 0, 1, 0, 0, 0, 'suspended', 2, 1)
    ) AS l (line_id, sku, quantity, granted, waiting, refused, withdrawn, requeued, state, since,
            episode);
    INSERT INTO allocation.decisions (sku, decision_no, kind, line_id, quantity, warehouse, source,
        reason_code, reason_text, reason_parameters, decided_at, eligible_units)
    SELECT sku, n, kind, line_id, quantity, CASE WHEN kind IN ('grant', 'give_back') THEN 'MAIN' END,
           source, kind, 'because', '{}', DAY + n * interval '1 minute', eligible
    FROM (VALUES
        ('LAMP', 1, 'wait', 'shop:1:1', 2, NULL, 2),
        ('LAMP', 2, 'grant', 'shop:1:1', 2, 'dock', 0),
        ('LAMP', 3, 'grant', 'shop:4:1', 1, 'shelf', 0),
        ('LAMP', 4, 'grant', 'shop:4:2', 1, 'shelf', 0),
        ('LAMP', 5, 'grant', 'shop:5:1', 3, 'shelf', 0),
        ('LAMP', 6, 'grant', 'shop:6:1', 1, 'shelf', 0),
        ('LAMP', 7, 'give_back', 'shop:5:1', 1, 'lane', 0),
        ('LAMP', 8, 'give_back', 'shop:6:1', 1, 'lane', 1),
        ('LAMP', 9, 'grant', 'shop:6:1', 1, 'shelf', 0),
        ('CHAIR', 1, 'wait', 'shop:2:1', 1, NULL, 1),
        ('CHAIR', 2, 'wait', 'shop:7:1', 1, NULL, 1),
        ('CHAIR', 3, 'suspend', 'shop:7:1', 1, NULL, 0),
        ('TABLE', 1, 'refuse', 'shop:3:1', 1, NULL, 0)
    ) AS d (sku, n, kind, line_id, quantity, source, eligible)
"""
TAKEN = """
    INSERT INTO order_intake.products (sku, revision, title, sold)
    VALUES ('LAMP', 1, 'Lamp of brass', true), ('CHAIR', 1, 'Chair of oak', true);
    INSERT INTO order_intake.orders (order_id, state, customer_ref, currency, freight_minor,
        total_minor, ship_preference, on_refused_line, method_id, method_token, warehouses,
        priority_class, shop_placed_at, placed_at, received_at, accepted_at, confirmed_at,
        refused_at, asked_episode, suspended_episode)
    SELECT 'shop:' || n, state, 'c1', 'GBP', 100, 1100, 'as_available', 'drop_line', 'm1', 'tok_ok',
           '{}', 5, DAY, DAY, DAY, DAY, CASE state WHEN 'confirmed' THEN DAY END,
           CASE state WHEN 'refused' THEN DAY END, episode, episode
    FROM (VALUES (1, 'confirmed', 0), (2, 'confirmed', 0), (3, 'refused', 0), (4, 'confirmed', 0),
                 (5, 'confirmed', 0), (6, 'confirmed', 0), (7, 'confirmed', 1))
        AS o (n, state, episode);
    INSERT INTO order_intake.lines (line_id, order_id, sku, ordinal, title, ordered,
        line_total_minor, requested_at, allocated, granted_total, waiting, refused, withdrawn,
        requeued_total, dispatched, allocated_at, answered)
    SELECT line_id, substr(line_id, 1, 6), sku, substr(line_id, 8, 1)::int, 'Lamp of brass', ordered,
           ordered * 500, DAY, granted - requeued - withdrawn, granted, waiting, refused, withdrawn,
           requeued, dispatched, DAY, true
    FROM (VALUES
        ('shop:1:1', 'LAMP', 2, 2, 0, 0, 0, 0, 2), ('shop:2:1', 'CHAIR', 1, 0, 1, 0, 0, 0, 0),
        ('shop:3:1', 'TABLE', 1, 0, 0, 1, 0, 0, 0), ('shop:4:1', 'LAMP', 1, 1, 0, 0, 0, 0, 0),
        ('shop:4:2', 'LAMP', 1, 1, 0, 0, 0, 0, 0), ('shop:5:1', 'LAMP', 3, 3, 0, 0, 1, 0, 2),
        ('shop:6:1', 'LAMP', 1, 2, 0, 0, 0, 1, 0), ('shop:7:1', 'CHAIR', 1, 0, 1, 0, 0, 0, 0)
    ) AS l (line_id, sku, ordered, granted, waiting, refused, withdrawn, requeued, dispatched);
    INSERT INTO order_intake.cancels (order_id, cancel_id, cause, state, units, taken_at, settled_at)
    VALUES ('shop:5', 'x1', 'shop', 'settled', '{"shop:5:1": 1}', DAY, DAY);
    INSERT INTO order_intake.cancelled_lines
        (order_id, cancel_id, line_id, sku, requested, withdrawn)
    VALUES ('shop:5', 'x1', 'shop:5:1', 'LAMP', 1, 1)
"""
SHIPPED = """
    INSERT INTO shipping.orders (order_id, heard_at, currency, freight_minor, ships_complete,
        confirmed_at, refused_at, verified_method, freight_with, suspended_episode)
    SELECT 'shop:' || n, DAY, 'GBP', 100, false, CASE WHEN n <> 3 THEN DAY END,
           CASE WHEN n = 3 THEN DAY END, 'm1',
           CASE WHEN n IN (1, 5) THEN 'shop:' || n || '/1' END, (n = 7)::int
    FROM generate_series(1, 7) AS n;
    INSERT INTO shipping.lines (line_id, order_id, sku, title, ordered, total_minor, allocated,
        refused, given_back, withdrawn, suspended_episode)
    SELECT line_id, substr(line_id, 1, 6), sku, 'Lamp of brass', ordered, ordered * 500, allocated,
           refused, given_back, withdrawn, episode
    FROM (VALUES
        ('shop:1:1', 'LAMP', 2, 2, 0, 0, 0, 0), ('shop:2:1', 'CHAIR', 1, 0, 0, 0, 0, 0),
        ('shop:3:1', 'TABLE', 1, 0, 1, 0, 0, 0), ('shop:4:1', 'LAMP', 1, 1, 0, 0, 0, 0),
        ('shop:4:2', 'LAMP', 1, 1, 0, 0, 0, 0), ('shop:5:1', 'LAMP', 3, 2, 0, 1, 1, 0),
        ('shop:6:1', 'LAMP', 1, 1, 0, 1, 0, 0), ('shop:7:1', 'CHAIR', 1, 0, 0, 0, 0, 1)
    ) AS l (line_id, sku, ordered, allocated, refused, given_back, withdrawn, episode);
    INSERT INTO shipping.shipments (shipment_id, order_id, n, warehouse, state, version, opened_at,
        cut_off_at, planned_at, amount_minor, freight_minor, authorized_at, packed_version,
        packed_at, captured_version, captured_minor, captured_at, released_at, dispatched_at,
        carrier, tracking)
    VALUES ('shop:1/1', 'shop:1', 1, 'MAIN', 'dispatched', 1, DAY, DAY, DAY, 1100, 100, DAY, 1, DAY,
            1, 1100, DAY, DAY, DAY, 'UPS', '1Z'),
           ('shop:5/1', 'shop:5', 1, 'MAIN', 'dispatched', 2, DAY, DAY, DAY, 1100, 100, DAY, 2, DAY,
            1, 1600, DAY, DAY, DAY, 'UPS', '2Z');
    INSERT INTO shipping.shipments (shipment_id, order_id, n, warehouse, state, version, opened_at,
        cut_off_at, planned_at, amount_minor, freight_minor, withdrawn_at, withdrawn_cause)
    VALUES ('shop:4/1', 'shop:4', 1, 'MAIN', 'collecting', 1, DAY, DAY, NULL, NULL, NULL, NULL, NULL),
           ('shop:6/1', 'shop:6', 1, 'MAIN', 'withdrawn', 2, DAY, DAY, DAY, 0, 0, DAY, 'missing'),
           ('shop:6/2', 'shop:6', 2, 'MAIN', 'collecting', 1, DAY, DAY, NULL, NULL, NULL, NULL, NULL);
    INSERT INTO shipping.shipment_lines (shipment_id, line_id, quantity, numbers, amount_minor)
    VALUES ('shop:1/1', 'shop:1:1', 2, '{[1,3)}', 1000), ('shop:4/1', 'shop:4:1', 1, NULL, NULL),
           ('shop:4/1', 'shop:4:2', 1, NULL, NULL), ('shop:5/1', 'shop:5:1', 2, '{[1,3)}', 1000),
           ('shop:6/2', 'shop:6:1', 1, NULL, NULL);
    INSERT INTO shipping.give_backs (given_at, order_id, shipment_id, version, line_id, cause,
        quantity, returned, requeue, line_state, episode, amount_minor)
    VALUES (DAY, 'shop:5', 'shop:5/1', 2, 'shop:5:1', 'cancelled', 1, 1, 0, 'closed', 0, 500),
           (DAY, 'shop:6', 'shop:6/1', 2, 'shop:6:1', 'missing', 1, 0, 1, 'eligible', 0, 500);
    INSERT INTO shipping.withdrawals (answered_at, order_id, line_id, cancel_id, passed_on,
        withdrawn, refused, forwarded)
    VALUES (DAY, 'shop:5', 'shop:5:1', 'x1', 1, 1, 0, 0)
"""
PAID = """
    INSERT INTO payments.accounts (order_id, episode, passed)
    SELECT 'shop:' || n, (n = 7)::int, n = 7 FROM generate_series(1, 7) AS n;
    INSERT INTO payments.methods
        (order_id, method_id, token, given_at, state, reason_code, reason_text)
    SELECT order_id, 'm1', 'tok_ok', DAY, CASE order_id WHEN 'shop:7' THEN 'refused' ELSE 'verified' END,
           CASE order_id WHEN 'shop:7' THEN 'stolen_card' END,
           CASE order_id WHEN 'shop:7' THEN 'The card was reported stolen.' END
    FROM payments.accounts;
    INSERT INTO payments.targets
        (shipment_id, order_id, version, amount_minor, currency, told_at, withdrawn, packed_at)
    VALUES ('shop:1/1', 'shop:1', 1, 1100, 'GBP', DAY, false, DAY),
           ('shop:5/1', 'shop:5', 2, 1100, 'GBP', DAY, false, DAY);
    INSERT INTO payments.authorizations (shipment_id, order_id, version, amount_minor, currency,
        planned_at, state, epoch, method_id, provider, provider_ref, authorized_at, valid_until)
    VALUES ('shop:1/1', 'shop:1', 1, 1100, 'GBP', DAY, 'authorized', 1, 'm1', 'standin', 'auth_1',
            DAY, DAY + interval '7 days'),
           ('shop:5/1', 'shop:5', 1, 1600, 'GBP', DAY, 'authorized', 1, 'm1', 'standin', 'auth_3',
            DAY, DAY + interval '7 days');
    INSERT INTO payments.captures (shipment_id, order_id, version, amount_minor, packed_at, state,
        provider, provider_ref, captured_at)
    VALUES ('shop:1/1', 'shop:1', 1, 1100, DAY, 'captured', 'standin', 'auth_1', DAY),
           ('shop:5/1', 'shop:5', 1, 1600, DAY, 'captured', 'standin', 'auth_3', DAY);
    INSERT INTO payments.refunds (shipment_id, number, order_id, amount_minor, state, provider,
        provider_ref, refunded_at)
    VALUES ('shop:5/1', 1, 'shop:5', 500, 'refunded', 'standin', 'auth_3', DAY);
    INSERT INTO payments.ledger (entry, posting, order_id, shipment_id, account, currency,
        amount_minor, booked_at)
    SELECT what || ':' || shipment_id, row_number() OVER (PARTITION BY what, shipment_id),
           substr(shipment_id, 1, 6), shipment_id, account, 'GBP', amount_minor, DAY
    FROM (VALUES ('authorize', 'shop:1/1', 1100), ('capture', 'shop:1/1', 1100),
                 ('authorize', 'shop:5/1', 1600), ('capture', 'shop:5/1', 1600),
                 ('refund', 'shop:5/1', 500)) AS e (what, shipment_id, amount)
    CROSS JOIN LATERAL (VALUES
        ('authorize', 'reserved', amount), ('authorize', 'reservations', -amount),
        ('capture', 'reservations', amount), ('capture', 'reserved', -amount),
        ('capture', 'provider', amount), ('capture', 'customers', -amount),
        ('refund', 'customers', amount), ('refund', 'provider', -amount))
        AS p (of, account, amount_minor)
    WHERE p.of = what
"""
TOLD = """
    INSERT INTO notifications.orders (order_id, state, has_contact, opened, messages, placed_at,
        currency, first_heard_at)
    SELECT 'shop:' || n, CASE n WHEN 3 THEN 'refused' ELSE 'confirmed' END, true, true, 1, DAY,
           'GBP', DAY
    FROM generate_series(1, 7) AS n;
    INSERT INTO notifications.messages (message_id, order_id, kind, n, shipment_id, cancel_id,
        episode, state, facts, created_at, due_at, sent_at)
    SELECT order_id || '/' || kind || '/' || n, order_id, kind, n, shipment_id, cancel_id,
           episode, 'sent', '{}', DAY, DAY, DAY
    FROM (VALUES
        ('shop:1', 'confirmed', 1, NULL, NULL, NULL),
        ('shop:1', 'about_to_ship', 2, 'shop:1/1', NULL, NULL),
        ('shop:1', 'shipped', 3, 'shop:1/1', NULL, NULL),
        ('shop:2', 'confirmed', 1, NULL, NULL, NULL), ('shop:3', 'refused', 1, NULL, NULL, NULL),
        ('shop:4', 'confirmed', 1, NULL, NULL, NULL), ('shop:5', 'confirmed', 1, NULL, NULL, NULL),
        ('shop:5', 'about_to_ship', 2, 'shop:5/1', NULL, NULL),
        ('shop:5', 'cancelled', 3, NULL, 'x1', NULL), ('shop:5', 'refunded', 4, NULL, NULL, NULL),
        ('shop:5', 'shipped', 5, 'shop:5/1', NULL, NULL),
        ('shop:6', 'confirmed', 1, NULL, NULL, NULL), ('shop:7', 'confirmed', 1, NULL, NULL, NULL),
        ('shop:7', 'payment_needed', 2, NULL, NULL, 1)
    ) AS m (order_id, kind, n, shipment_id, cancel_id, episode)
"""
WORLD = ";".join((CAME_IN, ALLOCATED, TAKEN, SHIPPED, PAID, TOLD)).replace(
    "DAY", "timestamptz '2026-03-01'"
)

MESSAGES = (
    "shop:1/confirmed/1", "shop:1/about_to_ship/2", "shop:1/shipped/3", "shop:2/confirmed/1",
    "shop:3/refused/1", "shop:4/confirmed/1", "shop:5/confirmed/1", "shop:5/about_to_ship/2",
    "shop:5/cancelled/3", "shop:5/refunded/4", "shop:5/shipped/5", "shop:6/confirmed/1",
    "shop:7/confirmed/1", "shop:7/payment_needed/2", "shop:7/payment_needed/2",
)  # fmt: skip
"""What the mailbox has; what needs an answer may come twice."""

CAPTURED = (("shop:1/1", 1100), ("shop:5/1", 1600))
"""What the provider took: shipment and amount."""
REFUNDED = (("shop:5/1", 500),)


def mails() -> list[str]:
    """Message-IDs as the mailbox has them."""
    return [message_id_header(one, "shop@example.invalid") for one in MESSAGES]
