"""Stock receipts hears, decides and says: on real Postgres, through the real chassis."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import permutations

import pytest

from schemas.envelope import Event
from schemas.stock_receipts import (
    DeliveryExpected,
    StockAdjustmentTaken,
    StockCountTaken,
    StockReceived,
)
from tests.conftest import MakeService
from tests.harness import Service, only
from tests.stock_receipts.builders import (
    MONDAY,
    a_cancellation,
    a_completion,
    a_correction,
    a_count,
    a_notice,
    a_scan,
    an_adjustment,
)
from tests.stock_receipts.looking import discrepancies

TUESDAY = date(2026, 3, 10)


def owed(said: Sequence[Event]) -> list[tuple[str, int]]:
    """What was said to be still to come, by supplier, in the order said."""
    return [(one.supplier, one.remaining) for one in only(said, DeliveryExpected)]


async def units(receipts: Service) -> tuple[int, int, int]:
    """Good, adjusted and opening units, as the audit reads them."""
    [row] = await receipts.rows(
        """SELECT (SELECT coalesce(sum(good), 0) FROM receipts) AS good,
                  (SELECT coalesce(sum(quantity), 0) FROM adjustments) AS adjusted,
                  (SELECT coalesce(sum(quantity), 0) FROM counts WHERE opening) AS opening"""
    )
    return row["good"], row["adjusted"], row["opening"]


async def test_a_scan_says_what_came_and_what_its_delivery_still_owes(receipts: Service) -> None:
    assert owed(await receipts.hear(a_notice(10))) == [("ACME", 10)]
    [received] = only(await receipts.hear(a_scan(good=6, damaged=1)), StockReceived)
    assert (received.good, received.damaged, received.dock) == (6, 1, "DOCK-2")
    assert received.expected is not None
    assert (received.expected.supplier, received.expected.remaining) == ("ACME", 3)
    assert await discrepancies(receipts) == {("ACME", "damaged"): 1}


async def test_a_short_delivery_owes_the_rest_until_more_comes(receipts: Service) -> None:
    await receipts.hear(a_notice(10))
    said = await receipts.hear(a_scan(good=4), a_scan(good=5))
    remaining = [one.expected.remaining for one in only(said, StockReceived) if one.expected]
    assert remaining == [6, 1]
    assert await discrepancies(receipts) == {}


async def test_units_over_the_announced_serve_and_are_shown(receipts: Service) -> None:
    await receipts.hear(a_notice(10))
    [received] = only(await receipts.hear(a_scan(good=13)), StockReceived)
    assert received.good == 13
    assert received.expected is not None
    assert received.expected.remaining == 0
    assert await discrepancies(receipts) == {("ACME", "over"): 3}


@pytest.mark.parametrize("delivery", ["D99", None])
async def test_an_unannounced_scan_serves_all_the_same(
    receipts: Service, delivery: str | None
) -> None:
    [received] = only(await receipts.hear(a_scan(good=5, delivery=delivery)), StockReceived)
    assert (received.good, received.delivery, received.expected) == (5, delivery, None)
    assert await discrepancies(receipts) == {("", "unannounced"): 5}


async def test_units_of_an_unknown_sku_are_said_all_the_same(receipts: Service) -> None:
    [received] = only(await receipts.hear(a_scan(good=5, sku="NOBODY-LISTED-IT")), StockReceived)
    assert (received.sku, received.good) == ("NOBODY-LISTED-IT", 5)


async def test_a_scan_told_twice_counts_once(receipts: Service) -> None:
    scan = a_scan(good=5)
    again = scan.model_copy(update={"scanned_at": MONDAY + timedelta(seconds=4), "dock": "DOCK-1"})
    said = await receipts.hear(scan, again)
    assert [one.good for one in only(said, StockReceived)] == [5]
    assert await receipts.hear(again) == []
    assert await receipts.dead_letters() == []
    assert (await units(receipts))[0] == 5


async def test_a_scan_id_with_other_content_is_refused(receipts: Service) -> None:
    await receipts.hear(a_scan(good=5, scan_id="S1"))
    assert await receipts.hear(a_scan(good=6, scan_id="S1")) == []
    [letter] = await receipts.dead_letters()
    assert letter["code"] == "identity_conflict"
    assert (await units(receipts))[0] == 5


async def test_the_same_scan_id_in_another_warehouse_is_another_scan(receipts: Service) -> None:
    said = await receipts.hear(a_scan(scan_id="S1"), a_scan(scan_id="S1", warehouse="NORTH"))
    assert [one.warehouse for one in only(said, StockReceived)] == ["MAIN", "NORTH"]


async def test_a_delivery_that_moves_is_said_again(receipts: Service) -> None:
    await receipts.hear(a_notice(10), a_scan(good=4))
    [moved] = only(
        await receipts.hear(a_notice(12, said=60, expected_on=TUESDAY, stage="sent")),
        DeliveryExpected,
    )
    assert (moved.quantity, moved.remaining, moved.expected_on, moved.stage) == (
        12, 8, TUESDAY, "sent",
    )  # fmt: skip


async def test_an_older_notice_is_kept_but_says_nothing(receipts: Service) -> None:
    await receipts.hear(a_notice(12, said=60))
    assert await receipts.hear(a_notice(10, said=0)) == []
    [line] = await receipts.rows("SELECT quantity FROM delivery_lines")
    assert line["quantity"] == 12
    assert len(await receipts.rows("SELECT FROM notices")) == 2


async def test_two_notices_of_one_moment_that_differ_are_a_conflict(receipts: Service) -> None:
    await receipts.hear(a_notice(12))
    assert await receipts.hear(a_notice(10)) == []
    [letter] = await receipts.dead_letters()
    assert letter["code"] == "identity_conflict"


async def test_a_notice_after_the_scans_expects_only_the_rest(receipts: Service) -> None:
    await receipts.hear(a_scan(good=4), a_scan(good=3))
    assert owed(await receipts.hear(a_notice(10))) == [("ACME", 3)]
    assert await discrepancies(receipts) == {}


async def test_a_number_that_fits_two_suppliers_is_ambiguous_and_serves(receipts: Service) -> None:
    await receipts.hear(a_notice(10), a_notice(20, supplier="BOLT"))
    said = await receipts.hear(a_scan(good=3), a_scan(good=5, supplier="BOLT"))
    received = only(said, StockReceived)
    assert [one.good for one in received] == [3, 5]
    assert [one.expected and one.expected.supplier for one in received] == [None, "BOLT"]
    assert await discrepancies(receipts) == {("", "delivery_ambiguous"): 3}


async def test_skus_that_differ_by_case_are_two(receipts: Service) -> None:
    said = await receipts.hear(a_notice(10, sku="15056BL"), a_scan(good=4, sku="15056bl"))
    [received] = only(said, StockReceived)
    assert received.expected is None


async def test_a_balance_is_opened_once_per_sku_and_warehouse(receipts: Service) -> None:
    opening = a_count(40, opening=True, count_id="C1")
    said = await receipts.hear(
        opening,
        a_count(7, opening=True, count_id="C2"),
        a_count(30, opening=True, warehouse="NORTH"),
        a_count(20, opening=True, sku="VASE"),
    )
    assert [one.quantity for one in only(said, StockCountTaken)] == [40, 30, 20]
    assert await receipts.hear(a_count(8, opening=True, count_id="C3")) == []
    letters = await receipts.dead_letters()
    assert {letter["code"] for letter in letters} == {"opened_before"}
    assert all("opened by count C1" in letter["reason"] for letter in letters)
    assert await units(receipts) == (0, 0, 90)


async def test_a_cycle_count_is_said_and_opens_nothing(receipts: Service) -> None:
    said = await receipts.hear(a_count(12), a_count(40, opening=True))
    assert [(one.quantity, one.opening) for one in only(said, StockCountTaken)] == [
        (12, False), (40, True),
    ]  # fmt: skip
    assert await units(receipts) == (0, 0, 40)


async def test_adjustments_add_and_take(receipts: Service) -> None:
    said = await receipts.hear(an_adjustment(5), an_adjustment(-8))
    assert [one.quantity for one in only(said, StockAdjustmentTaken)] == [5, -8]
    assert await units(receipts) == (0, -3, 0)


async def test_every_fact_delivered_twice_happens_once(receipts: Service) -> None:
    facts = [
        a_notice(10), a_scan(good=4, scan_id="S1"), a_count(3, opening=True), an_adjustment(-1),
        a_correction("S1", 5), a_completion(said=60), a_cancellation(said=70),
    ]  # fmt: skip
    assert [type(event).TYPE for event in await receipts.hear(*facts)].count("delivery.short") == 1
    assert await receipts.hear(*facts) == []
    assert await receipts.hear(*reversed(facts)) == []
    assert await units(receipts) == (5, -1, 3)
    assert await receipts.dead_letters() == []


async def kept_of(receipts: Service, sku: str) -> str:
    """What facts about a SKU leave behind, without ids and the times at which they were taken."""
    kept: list[tuple[object, ...]] = []
    for sql in (
        """SELECT supplier, quantity, announced_at, good, damaged, first_scan_at, last_scan_at,
                  ended_up_to, ended_cause FROM delivery_lines
           WHERE sku = $1 ORDER BY delivery, supplier""",
        """SELECT supplier, kind, units FROM discrepancies
           WHERE sku = $1 AND units > 0 ORDER BY supplier, kind""",
        """SELECT delivery IS NULL, good, damaged FROM receipts
           WHERE sku = $1 ORDER BY good, damaged""",
        "SELECT due_at FROM effects WHERE subject = $1 AND kind = 'close_delivery'",
        "SELECT premise FROM awaiting WHERE premise LIKE '%' || $1",
        "SELECT opening, quantity FROM counts WHERE sku = $1 ORDER BY opening, quantity",
        "SELECT quantity FROM adjustments WHERE sku = $1 ORDER BY quantity",
        "SELECT opening_count_id IS NULL FROM items WHERE sku = $1",
    ):
        kept += [tuple(row) for row in await receipts.rows(sql, sku)]
    return repr(kept)


def about(sku: str, facts: Sequence[Event]) -> list[Event]:
    """The same facts about a SKU of its own, under ids of their own."""
    return [
        fact.model_copy(
            update=({"sku": sku} if hasattr(fact, "sku") else {})
            | {
                name: f"{getattr(fact, name)} of {sku}"
                for name in ("scan_id", "count_id", "adjustment_id", "delivery")
                if getattr(fact, name, None) is not None
            }
        )
        for fact in facts
    ]


async def ends_in_any_order(receipts: Service, facts: Sequence[Event]) -> set[str]:
    """What is left of facts in each order: the first of all orders in one batch, then the next."""
    receipts.clock.set(MONDAY + timedelta(days=1))
    told = [about(f"LAMP-{n}", order) for n, order in enumerate(permutations(facts))]
    for batch in zip(*told, strict=True):
        await receipts.hear(*batch)
    return {await kept_of(receipts, f"LAMP-{n}") for n in range(len(told))}


async def test_facts_in_any_order_end_the_same(receipts: Service) -> None:
    facts = (
        a_notice(10),
        a_notice(8, said=60),
        a_scan(good=4, damaged=1, scan_id="S1"),
        a_correction("S1", good=3, said=20),
        a_completion(said=90),
    )
    assert len(await ends_in_any_order(receipts, facts)) == 1


async def test_deliveries_of_one_number_in_any_order_end_the_same(receipts: Service) -> None:
    facts = (
        a_notice(10),
        a_notice(20, supplier="BOLT"),
        a_scan(good=4, damaged=1),
        a_cancellation(said=5, supplier="BOLT"),
    )
    assert len(await ends_in_any_order(receipts, facts)) == 1


async def test_one_batch_or_many_leave_and_say_the_same(receipts: Service) -> None:
    facts = [a_notice(9), a_scan(2), a_count(5, opening=True), a_scan(3, 1), an_adjustment(2)]
    together = await receipts.hear(*about("LAMP", facts))
    alone = [event for fact in about("VASE", facts) for event in await receipts.hear(fact)]
    assert await kept_of(receipts, "LAMP") == await kept_of(receipts, "VASE")
    assert sorted(map(repr, together)) == sorted(repr(one).replace("VASE", "LAMP") for one in alone)


async def test_two_workers_open_a_balance_once(service: MakeService) -> None:
    one, other = await service("stock_receipts"), await service("stock_receipts")
    openings = [a_count(units, opening=True) for units in (40, 7)]
    await asyncio.gather(one.hear(openings[0]), other.hear(openings[1]))
    assert len(await one.rows("SELECT FROM counts WHERE opening")) == 1
    [letter] = await one.dead_letters()
    assert letter["code"] == "opened_before"


async def test_two_workers_count_every_unit_of_one_delivery(service: MakeService) -> None:
    one, other = await service("stock_receipts"), await service("stock_receipts")
    await one.hear(a_notice(1_000))
    await asyncio.gather(
        *(worker.hear(*(a_scan(good=3) for _ in range(50))) for worker in (one, other))
    )
    [line] = await one.rows("SELECT sum(good)::int AS good FROM delivery_lines")
    assert line["good"] == 300
