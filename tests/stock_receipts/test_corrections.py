"""Scans that were wrong: up, down, moved, told in any order, of scans that never came."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from schemas.stock_receipts import StockCorrected, StockReceived
from tests.conftest import MakeService
from tests.harness import Service, only
from tests.stock_receipts.builders import MONDAY, a_completion, a_correction, a_notice, a_scan
from tests.stock_receipts.looking import closes_at, discrepancies


async def good(receipts: Service) -> int:
    """Good units as the audit reads them."""
    [row] = await receipts.rows("SELECT coalesce(sum(good), 0)::int AS good FROM receipts")
    return row["good"]


def owing(event: StockCorrected) -> dict[str, int]:
    """What lines owe now, by delivery."""
    return {line.delivery: line.remaining for line in event.expected}


@pytest.mark.parametrize(("now", "change", "remaining"), [(9, 3, 1), (2, -4, 8), (0, -6, 10)])
async def test_a_correction_says_the_difference_and_what_the_delivery_owes_now(
    receipts: Service, now: int, change: int, remaining: int
) -> None:
    await receipts.hear(a_notice(10), a_scan(6, scan_id="S1"))
    [said] = await receipts.hear(a_correction("S1", now))
    assert isinstance(said, StockCorrected)
    assert (said.good, said.good_change, said.damaged_change) == (now, change, 0)
    assert (said.dock, said.delivery, owing(said)) == ("DOCK-2", "D7", {"D7": remaining})
    assert await good(receipts) == now


async def test_units_found_damaged_are_good_no_more_and_have_come_all_the_same(
    receipts: Service,
) -> None:
    await receipts.hear(a_notice(10), a_scan(6, scan_id="S1"))
    [said] = only(await receipts.hear(a_correction("S1", 4, damaged=2)), StockCorrected)
    assert (said.good_change, said.damaged_change, said.expected) == (-2, 2, ())
    assert await discrepancies(receipts) == {("ACME", "damaged"): 2}


async def test_units_of_another_delivery_move_to_it(receipts: Service) -> None:
    await receipts.hear(a_notice(10), a_notice(20, delivery="D8", supplier="BOLT"))
    await receipts.hear(a_scan(6, scan_id="S1", supplier="ACME"))
    correction = a_correction("S1", 6, delivery="D8", supplier="BOLT")
    [said] = only(await receipts.hear(correction), StockCorrected)
    assert (said.good_change, said.delivery) == (0, "D8")
    assert owing(said) == {"D7": 10, "D8": 14}
    [row] = await receipts.rows("SELECT delivery, supplier FROM receipts")
    assert tuple(row) == ("D8", "BOLT")


async def test_a_scan_without_a_number_gets_one(receipts: Service) -> None:
    await receipts.hear(a_notice(10), a_scan(6, scan_id="S1", delivery=None))
    assert await discrepancies(receipts) == {("", "unannounced"): 6}
    [said] = only(await receipts.hear(a_correction("S1", 6, delivery="D7")), StockCorrected)
    assert owing(said) == {"D7": 4}
    assert await discrepancies(receipts) == {}


async def test_the_first_scan_of_a_line_is_another_one_when_the_first_was_wrong(
    receipts: Service,
) -> None:
    await receipts.hear(a_notice(10))
    receipts.clock.set(MONDAY + timedelta(days=1))
    later = MONDAY + timedelta(hours=20)
    first = a_scan(1, scan_id="S1", scanned_at=MONDAY + timedelta(hours=1))
    await receipts.hear(first, a_scan(1, scan_id="S2", scanned_at=later))
    assert await closes_at(receipts) == [MONDAY + timedelta(days=2, hours=1)]
    await receipts.hear(a_correction("S1", 0, said=1441))
    assert await closes_at(receipts) == [later + timedelta(days=2)]
    await receipts.hear(a_correction("S2", 1, said=1442, delivery="D9"))
    assert [at.date().isoformat() for at in await closes_at(receipts)] == ["2026-03-14"]


async def test_the_latest_correction_holds_and_an_overtaken_one_says_nothing(
    receipts: Service,
) -> None:
    await receipts.hear(a_scan(6, scan_id="S1"))
    await receipts.hear(a_correction("S1", 4, said=20))
    assert await receipts.hear(a_correction("S1", 5, said=10)) == []
    rows = await receipts.rows("SELECT good, good_change FROM corrections ORDER BY corrected_at")
    assert [tuple(row) for row in rows] == [(5, 0), (4, -2)]
    assert await good(receipts) == 4


async def test_corrections_of_one_scan_in_one_batch_follow_each_other(receipts: Service) -> None:
    await receipts.hear(a_scan(6, scan_id="S1"))
    said = await receipts.hear(a_correction("S1", 4, said=1), a_correction("S1", 9, said=2))
    assert [one.good_change for one in only(said, StockCorrected)] == [-2, 5]


async def test_the_same_correction_again_changes_nothing(receipts: Service) -> None:
    correction = a_correction("S1", 4)
    await receipts.hear(a_scan(6, scan_id="S1"), correction)
    assert await receipts.hear(correction.model_copy(update={"note": "recounted"})) == []
    assert await receipts.dead_letters() == []


async def test_two_corrections_of_one_moment_that_differ_are_a_conflict(receipts: Service) -> None:
    await receipts.hear(a_scan(6, scan_id="S1"), a_correction("S1", 4))
    assert await receipts.hear(a_correction("S1", 5)) == []
    [letter] = await receipts.dead_letters()
    assert letter["code"] == "identity_conflict"
    assert await good(receipts) == 4


async def test_a_correction_of_another_sku_is_refused_at_once_with_what_to_do(
    receipts: Service,
) -> None:
    await receipts.hear(a_scan(6, scan_id="S1"))
    assert await receipts.hear(a_correction("S1", 4, sku="VASE")) == []
    [letter] = await receipts.dead_letters()
    assert letter["code"] == "another_sku"
    assert "is of LAMP, not of VASE" in letter["reason"]
    assert await good(receipts) == 6


@pytest.mark.parametrize("together", [True, False])
async def test_a_correction_before_its_scan_waits_for_it(receipts: Service, together: bool) -> None:
    correction, scan = a_correction("S1", 4), a_scan(6, scan_id="S1")
    first = () if together else (correction,)
    assert await receipts.hear(*first) == []
    said = await receipts.hear(*((correction, scan) if together else (scan,)))
    assert [type(event) for event in said] == [StockReceived, StockCorrected]
    assert await good(receipts) == 4
    receipts.clock.set(MONDAY + timedelta(days=2))
    await receipts.fire()
    assert await receipts.dead_letters() == []


async def test_a_scan_of_another_warehouse_is_not_the_one(receipts: Service) -> None:
    await receipts.hear(a_correction("S1", 4))
    said = await receipts.hear(a_scan(6, scan_id="S1", warehouse="NORTH"))
    assert [type(event) for event in said] == [StockReceived]


async def test_a_correction_whose_scan_never_comes_is_a_dead_letter_that_says_what_to_do(
    receipts: Service,
) -> None:
    await receipts.hear(a_correction("S1", 4))
    receipts.clock.set(MONDAY + timedelta(hours=23))
    await receipts.fire()
    assert await receipts.dead_letters() == []
    receipts.clock.set(MONDAY + timedelta(hours=24))
    await receipts.fire()
    [letter] = await receipts.dead_letters()
    assert (letter["code"], letter["aggregate"]) == ("no_such_scan", "S1")
    assert "scan MAIN/S1 did not come within 24 hours: send the scan" in letter["reason"]


async def test_how_long_a_correction_waits_is_a_setting(service: MakeService) -> None:
    receipts = await service("stock_receipts", premise_wait_hours=1)
    await receipts.hear(a_correction("S1", 4))
    receipts.clock.set(MONDAY + timedelta(hours=1))
    await receipts.fire()
    assert len(await receipts.dead_letters()) == 1


async def test_a_correction_of_a_completed_delivery_makes_it_more_short(receipts: Service) -> None:
    await receipts.hear(a_notice(10), a_scan(8, scan_id="S1"), a_completion(said=60))
    assert await discrepancies(receipts) == {("ACME", "short"): 2}
    [said] = only(await receipts.hear(a_correction("S1", 5)), StockCorrected)
    assert (said.good_change, said.expected) == (-3, ())
    assert await discrepancies(receipts) == {("ACME", "short"): 5}


async def test_a_scan_and_its_correction_in_two_workers_meet(service: MakeService) -> None:
    one, other = await service("stock_receipts"), await service("stock_receipts")
    names = [f"S{number}" for number in range(20)]
    await asyncio.gather(
        *(one.hear(a_scan(6, scan_id=name)) for name in names),
        *(other.hear(a_correction(name, 4)) for name in names),
    )
    assert await good(one) == 80
    assert await one.rows("SELECT FROM awaiting") == []
