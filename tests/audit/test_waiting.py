"""What waits: facts without their premise, effects behind given-up money."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.audit.owners import Owners
from services.audit.premises import PREMISES, no_premise_overdue, waiting_facts
from services.audit.quiet import IN_HAND
from services.audit.report import Evidence
from services.audit.stuck import MONEY_CALLS
from tests.audit.conftest import Write

AWAITED = {
    "orders of which others told before they came": """
        INSERT INTO order_intake.orders (order_id, state) VALUES ('shop:9', 'awaited');
        INSERT INTO order_intake.lines (line_id, order_id, sku, allocated, allocated_at)
        VALUES ('shop:9:1', 'shop:9', 'LAMP', 1, {at})
    """,
    "lines without their product": """
        INSERT INTO allocation.lines (line_id, order_id, sku, quantity, priority_class, placed_at,
            warehouses, requested_at, granted_total, waiting, refused, state, promise_version)
        VALUES ('shop:9:1', 'shop:9', 'VASE', 2, 5, {at}, '{{MAIN}}', {at}, 0, 0, 0, 'undecided', 0)
    """,
    "facts of lines that were not requested yet": """
        INSERT INTO allocation.early_facts (line_id, sku, kind, fact, heard_at)
        VALUES ('shop:9:1', 'VASE', 'cancel', '{{}}', {at})
    """,
    "orders that were not accepted yet": """
        INSERT INTO shipping.orders (order_id, heard_at) VALUES ('shop:9', {at})
    """,
    "parcels planned before their order's method was given": """
        INSERT INTO payments.accounts (order_id) VALUES ('shop:9');
        INSERT INTO payments.authorizations (shipment_id, order_id, version, amount_minor, currency,
            planned_at, state, epoch)
        VALUES ('shop:9/1', 'shop:9', 1, 500, 'GBP', {at}, 'waiting', 1)
    """,
    "parcels packed before they were planned": """
        INSERT INTO payments.accounts (order_id) VALUES ('shop:9');
        INSERT INTO payments.targets (shipment_id, order_id, version, amount_minor, told_at,
            withdrawn, packed_at)
        VALUES ('shop:9/1', 'shop:9', 1, 500, {at}, false, {at})
    """,
    "orders without their contact or their confirmation": """
        INSERT INTO notifications.orders (order_id, state, first_heard_at)
        VALUES ('shop:9', 'confirmed', {at})
    """,
    "parcels authorized before they were planned": """
        INSERT INTO notifications.parcels (shipment_id, order_id, authorized_at)
        VALUES ('shop:9/1', 'shop:9', {at})
    """,
}
"""A fact that waits for another, by the words in which status tells it."""

A_CANCEL = """
    INSERT INTO order_intake.awaiting (identity, premise, kind, until, topic, partition, "offset",
        headers, timestamp_ms, type_name, aggregate, event_id)
    VALUES ('order.cancel_requested|shop:9|x', 'shop:9', 'premise_wait', '{until}', 'shop.orders',
        0, 0, '{{}}', 0, 'crossdock.order.cancel_requested.v1', 'shop:9', gen_random_uuid())
"""


def test_every_premise_is_tried() -> None:
    assert [premise.what for premise in PREMISES] == list(AWAITED)


@pytest.mark.parametrize("what", AWAITED)
async def test_a_fact_that_waits_is_counted_and_fails_after_a_day(
    evidence: Evidence, write: Write, what: str
) -> None:
    assert await waiting_facts(evidence.owners) == []
    await write(AWAITED[what].format(at="now() - interval '23 hours'"))
    [waiting] = await waiting_facts(evidence.owners)
    assert (waiting.what, waiting.facts) == (what, 1)
    assert waiting.example.startswith("shop:9")
    assert await no_premise_overdue(evidence) == []


@pytest.mark.parametrize("what", AWAITED)
async def test_a_fact_that_waits_for_more_than_a_day_fails(
    evidence: Evidence, write: Write, what: str
) -> None:
    await write(AWAITED[what].format(at="now() - interval '25 hours'"))
    [found] = await no_premise_overdue(evidence)
    assert f"1 {what} since" in found


async def test_a_contact_alone_waits_for_nothing(evidence: Evidence, write: Write) -> None:
    await write(
        "INSERT INTO notifications.orders (order_id, has_contact, first_heard_at) "
        "VALUES ('shop:9', true, '2026-01-01')"
    )
    assert await waiting_facts(evidence.owners) == []


async def test_an_outsiders_fact_waits_as_long_as_it_may(evidence: Evidence, write: Write) -> None:
    await write(A_CANCEL.format(until=datetime.now(UTC) + timedelta(hours=1)))
    [waiting] = await waiting_facts(evidence.owners)
    assert (waiting.service, waiting.facts) == ("order_intake", 1)
    assert await no_premise_overdue(evidence) == []
    await write("UPDATE order_intake.awaiting SET until = until - interval '3 hours'")
    [found] = await no_premise_overdue(evidence)
    assert "was to wait for shop:9 until" in found


async def test_what_stands_behind_given_up_money_is_not_waited_for(
    owners: Owners, write: Write
) -> None:
    await write("""
        INSERT INTO payments.effects (kind, key, subject, due_at, request, state)
        VALUES ('authorize', 'a', 'shop:1/1', '2026-03-01', '{}', 'given_up'),
               ('capture', 'b', 'shop:1/1', '2026-03-01', '{}', 'scheduled'),
               ('capture', 'c', 'shop:1/2', '2026-03-01', '{}', 'scheduled'),
               ('deadline', 'd', 'shop:1/1', '2026-03-01', '{}', 'scheduled');
        INSERT INTO notifications.effects (kind, key, subject, due_at, request, state)
        VALUES ('mail', 'a', 'shop:1', '2026-03-01', '{}', 'given_up'),
               ('mail', 'b', 'shop:1', '2026-03-01', '{}', 'scheduled')
    """)
    found = await owners.of_all(IN_HAND, datetime.now(UTC), MONEY_CALLS)
    waited_for = {
        (service, row["what"]): row["rows"]
        for service, rows in found.items()
        for row in rows
        if row["rows"]
    }
    assert waited_for == {
        ("payments", "capture"): 1,
        ("payments", "deadline"): 1,
        ("notifications", "mail"): 1,
    }
