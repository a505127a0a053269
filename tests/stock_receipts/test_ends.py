"""Deliveries at their end: completed, cancelled, closed, overdue."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from schemas.envelope import Event
from schemas.stock_receipts import DeliveryExpected, DeliveryShort, StockReceived
from tests.conftest import MakeService
from tests.harness import Service, only
from tests.stock_receipts.builders import (
    MONDAY,
    a_cancellation,
    a_completion,
    a_correction,
    a_notice,
    a_scan,
)
from tests.stock_receipts.looking import closes_at, discrepancies

OVERDUE_AT = datetime(2026, 3, 14, tzinfo=UTC)
"""Five working days past Friday the 6th are over."""


def short(said: Sequence[Event]) -> list[tuple[str, int, str]]:
    """SKU, units and cause of what was said to be short."""
    return [(one.sku, one.short, one.cause) for one in only(said, DeliveryShort)]


async def test_a_completed_delivery_owes_nothing_of_any_of_its_skus(receipts: Service) -> None:
    await receipts.hear(a_notice(10), a_notice(5, sku="VASE"), a_notice(3, sku="MUG"))
    await receipts.hear(a_scan(6), a_scan(3, sku="MUG"))
    said = await receipts.hear(a_completion(said=60))
    assert sorted(short(said)) == [("LAMP", 4, "completed"), ("VASE", 5, "completed")]
    assert only(said, DeliveryShort)[0].at == MONDAY
    assert await receipts.rows("SELECT FROM effects") == []


async def test_a_delivery_of_the_same_number_goes_on(receipts: Service) -> None:
    await receipts.hear(a_notice(10), a_notice(5, supplier="BOLT"), a_notice(7, warehouse="NORTH"))
    said = await receipts.hear(a_cancellation(said=60))
    assert [(one.supplier, one.warehouse) for one in only(said, DeliveryShort)] == [
        ("ACME", "MAIN")
    ]


@pytest.mark.parametrize(
    ("end", "cause"),
    [(a_completion(said=60), "completed"), (a_cancellation(said=60), "cancelled")],
)
async def test_an_end_before_the_announcement_that_it_ends(
    receipts: Service, end: Event, cause: str
) -> None:
    receipts.clock.set(MONDAY + timedelta(hours=2))
    assert await receipts.hear(end) == []
    [said] = only(await receipts.hear(a_notice(10)), DeliveryExpected)
    assert said.remaining == 0
    assert await closes_at(receipts) == []
    assert await discrepancies(receipts) == {("ACME", "short"): 10}
    [line] = await receipts.rows("SELECT ended_cause FROM delivery_lines")
    assert line["ended_cause"] == cause


async def test_a_later_announcement_opens_a_cancelled_delivery_again(receipts: Service) -> None:
    await receipts.hear(a_notice(10), a_cancellation())
    assert await discrepancies(receipts) == {("ACME", "short"): 10}
    again = a_notice(8, said=60, expected_on=date(2026, 3, 20))
    [said] = only(await receipts.hear(again), DeliveryExpected)
    assert said.remaining == 8
    assert await discrepancies(receipts) == {}
    assert await closes_at(receipts) == [datetime(2026, 3, 28, tzinfo=UTC)]


async def test_a_scan_after_the_end_serves_and_leaves_nothing_to_come(receipts: Service) -> None:
    await receipts.hear(a_notice(10), a_completion())
    [received] = only(await receipts.hear(a_scan(7)), StockReceived)
    assert received.good == 7
    assert received.expected is not None
    assert received.expected.remaining == 0
    assert await discrepancies(receipts) == {("ACME", "short"): 3}


async def test_an_end_told_after_the_first_says_nothing_more(receipts: Service) -> None:
    await receipts.hear(a_notice(10), a_completion())
    assert await receipts.hear(a_cancellation()) == []
    assert await receipts.hear(a_completion(said=60)) == []
    assert await receipts.dead_letters() == []


async def test_the_rest_is_closed_two_working_days_after_the_first_scan(receipts: Service) -> None:
    await receipts.hear(a_notice(10))
    scanned_at = MONDAY + timedelta(hours=1)
    receipts.clock.set(scanned_at)
    await receipts.hear(a_scan(6, scanned_at=scanned_at))
    receipts.clock.set(scanned_at + timedelta(days=1))
    await receipts.hear(a_scan(1, scanned_at=scanned_at + timedelta(days=1)))
    receipts.clock.set(scanned_at + timedelta(days=2) - timedelta(minutes=1))
    assert await receipts.fire() == []
    receipts.clock.set(scanned_at + timedelta(days=2))
    [said] = await receipts.fire()
    assert isinstance(said, DeliveryShort)
    assert (said.short, said.cause, said.at) == (3, "closed", scanned_at + timedelta(days=2))
    assert await receipts.rows("SELECT FROM effects") == []


async def test_an_unscanned_delivery_is_overdue_five_working_days_past_its_date(
    receipts: Service,
) -> None:
    await receipts.hear(a_notice(10), a_notice(4, sku="VASE"))
    receipts.clock.set(OVERDUE_AT - timedelta(minutes=1))
    assert await receipts.fire() == []
    receipts.clock.set(OVERDUE_AT)
    assert sorted(short(await receipts.fire())) == [("LAMP", 10, "overdue"), ("VASE", 4, "overdue")]
    assert await receipts.fire() == []


async def test_a_delivery_that_moves_is_overdue_later(receipts: Service) -> None:
    await receipts.hear(a_notice(10))
    await receipts.hear(a_notice(10, said=60, expected_on=date(2026, 3, 13)))
    assert await closes_at(receipts) == [OVERDUE_AT + timedelta(days=7)]
    receipts.clock.set(OVERDUE_AT)
    assert await receipts.fire() == []


@pytest.mark.parametrize("pointless", [a_scan(10), a_completion(), a_cancellation()])
async def test_a_timer_that_has_become_pointless_is_superseded(
    receipts: Service, pointless: Event
) -> None:
    await receipts.hear(a_notice(10))
    await receipts.hear(pointless)
    assert await closes_at(receipts) == []
    [gone] = await receipts.rows("SELECT outcome FROM effects_history")
    assert gone["outcome"] == "superseded"


async def test_a_correction_after_the_time_is_over_closes_at_once(receipts: Service) -> None:
    await receipts.hear(a_notice(10, said=-60), a_scan(10, scan_id="S1"))
    receipts.clock.set(MONDAY + timedelta(days=3))
    await receipts.hear(a_correction("S1", 7, said=4320))
    assert short(await receipts.fire()) == [("LAMP", 3, "closed")]


async def test_a_timer_that_fires_too_early_is_set_again(receipts: Service) -> None:
    await receipts.hear(a_notice(10))
    await receipts.pool.execute("UPDATE effects SET due_at = $1", MONDAY)
    assert await receipts.fire() == []
    assert await closes_at(receipts) == [OVERDUE_AT]


async def test_ids_with_any_character_are_closed(receipts: Service) -> None:
    ids: dict[str, Any] = {
        "sku": 'MÜG "3\\4"',
        "supplier": "Größe, & Söhne/Co|",
        "delivery": "D\t7\x7f'",
    }
    await receipts.hear(a_notice(10, **ids))
    name = "SELECT jsonb_build_array(sku, warehouse, delivery, supplier)::text FROM delivery_lines"
    [[as_migrated], [key]] = [
        *await receipts.rows(name), *await receipts.rows("SELECT key FROM effects"),
    ]  # fmt: skip
    assert key == as_migrated
    receipts.clock.set(OVERDUE_AT)
    assert short(await receipts.fire()) == [(ids["sku"], 10, "overdue")]


async def test_days_to_wait_are_settings(service: MakeService) -> None:
    receipts = await service("stock_receipts", overdue_after_days=0, close_after_days=1)
    await receipts.hear(a_notice(10), a_notice(10, delivery="D8", said=-60))
    await receipts.hear(a_scan(1, delivery="D8"))
    assert await closes_at(receipts) == [
        MONDAY + timedelta(days=1), datetime(2026, 3, 7, tzinfo=UTC),
    ]  # fmt: skip


async def test_a_new_line_and_the_end_of_its_delivery_in_two_workers(service: MakeService) -> None:
    one, other = await service("stock_receipts"), await service("stock_receipts")
    one.clock.set(MONDAY + timedelta(hours=1))
    notices = [a_notice(10, sku=f"SKU-{n}", delivery=f"D-{n}") for n in range(20)]
    ends = [a_completion(said=30, delivery=f"D-{n}") for n in range(20)]
    await asyncio.gather(*map(one.hear, notices), *map(other.hear, ends))
    await other.hear()
    rows = await one.rows("SELECT ended_cause FROM delivery_lines")
    assert [row["ended_cause"] for row in rows] == ["completed"] * 20
