"""Other ways in which a law can be broken, each told in its own words."""

from __future__ import annotations

import pytest

from services.audit.checks import CHECKS
from services.audit.report import Evidence
from tests.audit.conftest import Write

BY_NAME = {check.name: check for check in CHECKS}

VIOLATIONS = [
    (
        "every-unit-accounted",
        "DELETE FROM order_intake.lines WHERE line_id = 'shop:2:1'",
        "shop:2:1: 0 ordered, 0 allocated, 1 unfilled, 0 cancelled, 0 refused",
    ),
    (
        "allocated-units-in-parcels",
        "DELETE FROM allocation.lines WHERE line_id = 'shop:1:1'",
        "shop:1:1: 0 allocated, 2 in parcels",
    ),
    (
        "intake-knows",
        "DELETE FROM order_intake.lines WHERE line_id = 'shop:2:1'",
        "shop:2:1: 1 waiting, intake knows of 0",
    ),
    (
        "what-left-came-back",
        "UPDATE order_intake.lines SET withdrawn = 0 WHERE line_id = 'shop:5:1'",
        "shop:5:1: 1 withdrawn, allocation took 1, intake knows of 0",
    ),
    (
        "every-cancel-settled",
        "UPDATE order_intake.cancelled_lines SET withdrawn = 0",
        "shop:5:1: cancel x1 asked for 1; 0 cancelled, 0 withdrawn, 0 refused",
    ),
    (
        "every-cancel-settled",
        "DELETE FROM shipping.withdrawals",
        "shop:5:1: 0 withdrawn, cancels were answered 1",
    ),
    (
        "passed-over-while-unpaid",
        "UPDATE order_intake.orders SET mended_episode = 1 WHERE order_id = 'shop:7'",
        "shop:7 is suspended at shipping, intake does not know",
    ),
    (
        "every-place-balances",
        "UPDATE shipping.shipments SET warehouse = 'NORTH' WHERE shipment_id = 'shop:4/1'",
        "LAMP in NORTH: 2 in parcels, allocation knows none",
    ),
    (
        "every-place-balances",
        """INSERT INTO stock_receipts.adjustments
               (warehouse, adjustment_id, sku, quantity, reason, adjusted_at, taken_at)
           VALUES ('MAIN', 'A2', 'VASE', 1, 'found', now(), now())""",
        "VASE in MAIN: 1 came in, allocation knows none",
    ),
    (
        "released-after-capture",
        """DELETE FROM payments.refunds;
           DELETE FROM payments.captures WHERE shipment_id = 'shop:1/1'""",
        "shop:1/1 was released without a capture",
    ),
    (
        "released-after-capture",
        "UPDATE payments.captures SET amount_minor = 900 WHERE shipment_id = 'shop:1/1'",
        "shop:1/1 was released for 1100, 900 were captured",
    ),
    (
        "captured-is-what-was-released",
        "DELETE FROM payments.refunds",
        "shop:5/1: 1100 dispatched, 1600 kept of its capture",
    ),
    (
        "captured-is-what-was-released",
        """UPDATE shipping.shipments SET state = 'packed', released_at = NULL, dispatched_at = NULL
           WHERE shipment_id = 'shop:1/1'""",
        "shop:1/1: 1100 captured and packed, not released",
    ),
    (
        "captured-is-what-was-released",
        """INSERT INTO payments.captures (shipment_id, order_id, version, amount_minor, packed_at,
               state, provider, provider_ref, captured_at)
           VALUES ('shop:9/1', 'shop:1', 1, 700, now(), 'captured', 'standin', 'auth_9', now())""",
        "shop:9/1: 700 kept, shipping knows no such parcel",
    ),
    (
        "freight-once-an-order",
        """UPDATE shipping.shipments SET freight_minor = 100, amount_minor = 100, captured_at = now(),
               captured_version = 1, captured_minor = 600
           WHERE shipment_id = 'shop:6/1';
           DELETE FROM shipping.shipments WHERE shipment_id = 'shop:6/2'""",
        "shop:6: 100 freight kept, and nothing of it ever leaves",
    ),
    (
        "units-at-their-price",
        """UPDATE shipping.shipment_lines SET numbers = '{[1,2),[3,4)}'
           WHERE line_id = 'shop:1:1'""",
        "shop:1:1: units 3 to 3 of 2 twice, or not",
    ),
    (
        "ledger-adds-up",
        """INSERT INTO payments.ledger (entry, posting, order_id, shipment_id, account, currency,
               amount_minor, booked_at)
           VALUES ('void:shop:1/1', 1, 'shop:1', 'shop:1/1', 'reservations', 'GBP', 5, now()),
                  ('void:shop:1/1', 2, 'shop:1', 'shop:1/1', 'reserved', 'GBP', -5, now())""",
        "shop:1/1: the ledger has 1100 taken and -5 reserved, done were 1100 and 0",
    ),
    (
        "ledger-adds-up",
        """ALTER TABLE payments.ledger DISABLE TRIGGER in_balance;
           INSERT INTO payments.ledger (entry, posting, order_id, shipment_id, account, currency,
               amount_minor, booked_at)
           VALUES ('void:shop:1/1', 1, 'shop:1', 'shop:1/1', 'reservations', 'GBP', 5, now())""",
        "entry void:shop:1/1 is out of balance by 5 GBP",
    ),
    (
        "nothing-told-twice",
        """INSERT INTO notifications.messages (message_id, order_id, kind, n, episode, state, reason,
               created_at, due_at)
           VALUES ('shop:7/payment_needed/3', 'shop:7', 'payment_needed', 3, 1, 'suppressed', 'told',
               now(), now())""",
        "shop:7, trouble 1 has 2 messages of kind payment needed",
    ),
    (
        "every-order-told",
        "DELETE FROM notifications.orders WHERE order_id = 'shop:4'",
        "shop:4 is confirmed, notifications does not know it",
    ),
    (
        "every-order-told",
        """UPDATE notifications.messages SET state = 'suppressed', reason = 'why not', sent_at = NULL
           WHERE message_id = 'shop:4/confirmed/1'""",
        "shop:4 is confirmed, its first message was not sent",
    ),
    (
        "sent-is-received",
        """UPDATE notifications.messages SET state = 'suppressed', reason = 'why not', sent_at = NULL
           WHERE message_id = 'shop:4/confirmed/1'""",
        "arrived, shop:4/confirmed/1 is suppressed",
    ),
]


@pytest.mark.parametrize(("name", "sql", "words"), VIOLATIONS)
async def test_a_violation_is_told_in_words(
    evidence: Evidence, write: Write, name: str, sql: str, words: str
) -> None:
    await write(sql)
    found = await BY_NAME[name].find(evidence)
    assert [one for one in found if words in one], found


async def test_who_was_passed_over_is_known_of_the_first_releases_decisions_too(
    evidence: Evidence, write: Write
) -> None:
    overtaken = BY_NAME["nobody-overtaken"]
    await write("UPDATE allocation.decisions SET eligible_units = NULL")
    await write("DELETE FROM allocation.decisions WHERE kind IN ('give_back', 'suspend')")
    assert await overtaken.find(evidence) == []
    await write("UPDATE allocation.decisions SET decision_no = 10 WHERE line_id = 'shop:1:1' "
                "AND kind = 'grant'")  # fmt: skip
    assert "LAMP: decision 3 served shop:4:1 before shop:1:1" in await overtaken.find(evidence)


async def test_who_is_passed_over_rightly_was_not_overtaken(
    evidence: Evidence, write: Write
) -> None:
    await write("""
        UPDATE allocation.decisions SET decision_no = 10 WHERE sku = 'LAMP' AND decision_no = 2;
        UPDATE allocation.decisions SET eligible_units = 0 WHERE sku = 'LAMP' AND decision_no = 1
    """)
    assert await BY_NAME["nobody-overtaken"].find(evidence) == []
    await write("""
        UPDATE allocation.decisions SET eligible_units = 2 WHERE sku = 'LAMP' AND decision_no = 1;
        UPDATE allocation.lines SET warehouses = '{NORTH}' WHERE line_id = 'shop:1:1'
    """)
    assert await BY_NAME["nobody-overtaken"].find(evidence) == []


async def test_what_needs_an_answer_may_reach_its_customer_twice(evidence: Evidence) -> None:
    twice = [
        name for name in evidence.message_ids or () if name == (evidence.message_ids or [])[-1]
    ]
    assert len(twice) == 2
    assert await BY_NAME["no-mail-twice"].find(evidence) == []
