"""Goods that turned out otherwise: corrected, missing, and deliveries that fell short."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from schemas.allocation import LinePromiseChanged
from schemas.stock_receipts import StockCorrected
from tests.allocation.builders import (
    MONDAY,
    a_correction,
    a_count,
    a_give_back,
    a_notice,
    a_product,
    a_receipt,
    a_request,
    a_short,
    an_adjustment,
)
from tests.allocation.sightings import grants, holes, moves, places, rows_of
from tests.conftest import MakeService
from tests.harness import Service, only

TUESDAY, WEDNESDAY, THURSDAY = (MONDAY.date() + timedelta(days=n) for n in range(1, 4))


@pytest.fixture
async def allocation(service: MakeService) -> Service:
    """The service under test, with its product."""
    made = await service("allocation")
    await made.hear(a_product())
    return made


async def test_units_that_a_scan_left_out_serve_the_queue(allocation: Service) -> None:
    await allocation.hear(a_request("one", 5))
    await allocation.hear(a_receipt(3))
    said = await allocation.hear(a_correction(4))
    assert moves(said) == [("cross_dock", 2, "web:one"), ("put_away", 2, None)]
    assert await places(allocation) == {"MAIN": (2, 0, 5, 0)}


async def test_units_that_a_scan_made_up_leave_the_shelf_and_then_are_short(
    allocation: Service,
) -> None:
    await allocation.hear(a_receipt(9), a_request("one", 6))
    await allocation.hear(a_correction(-5))
    assert await places(allocation) == {"MAIN": (0, 0, 6, 2)}
    said = await allocation.hear(a_receipt(4))
    assert moves(said) == [("put_away", 2, None)]
    assert await places(allocation) == {"MAIN": (2, 0, 6, 0)}


async def test_a_scan_given_to_another_delivery_moves_what_both_owe(allocation: Service) -> None:
    await allocation.hear(a_notice("D1", 4, TUESDAY), a_notice("D2", 4, WEDNESDAY))
    await allocation.hear(a_receipt(4, delivery="D1", owes=0), a_request("one", 6))
    before = await allocation.rows("SELECT promised_on FROM lines")
    assert before[0]["promised_on"] == THURSDAY
    await allocation.hear(a_correction(0, owes={"D1": 4, "D2": 0}))
    (changed,) = only(await allocation.fire(), LinePromiseChanged)
    assert changed.promised_on == WEDNESDAY
    assert changed.reason.parameters["cause"] == "stock_changed"


@pytest.mark.parametrize("cause", ["completed", "cancelled", "closed", "overdue"])
async def test_who_waited_for_a_delivery_that_fell_short_is_told_once(
    allocation: Service, cause: str
) -> None:
    await allocation.hear(a_notice("D1", 3, TUESDAY), a_request("one", 3))
    await allocation.hear(a_short("D1", 3, cause=cause))
    (changed,) = only(await allocation.fire(), LinePromiseChanged)
    assert (changed.promised_on, changed.promise_version) == (None, 2)
    assert changed.reason.parameters["cause"] == f"delivery_{cause}"
    assert changed.reason.text.startswith("delivery D1 of SUP ")
    await allocation.hear(a_short("D1", 0, cause="closed"))
    assert await allocation.fire() == []


async def test_a_delivery_that_fell_short_may_be_announced_again(allocation: Service) -> None:
    await allocation.hear(a_notice("D1", 3, TUESDAY), a_request("one", 3))
    await allocation.hear(a_short("D1", 3), a_notice("D1", 3, WEDNESDAY, said=9))
    (changed,) = only(await allocation.fire(), LinePromiseChanged)
    assert changed.promised_on == THURSDAY


@pytest.mark.parametrize("written_off", [a_correction(-2), an_adjustment(-2)])
@pytest.mark.parametrize("free", [0, 1, 3])
async def test_one_hole_is_counted_once_in_either_order(
    service: MakeService, written_off: StockCorrected, free: int
) -> None:
    allocation = await service("allocation")
    found: list[object] = []
    for sku, order in zip(("LAMP", "VASE"), permutations([0, 1]), strict=True):
        await allocation.hear(a_product(sku), a_count(4 + free, opening=True, sku=sku))
        await allocation.hear(a_request(sku, 4, sku=sku))
        facts = [
            written_off.model_copy(update={"sku": sku}),
            a_give_back(sku, 2, "missing", requeue=0, line_state="closed", sku=sku),
        ]
        for index in order:
            await allocation.hear(facts[index])
        rows = await allocation.rows("SELECT * FROM supply WHERE sku = $1", sku)
        found.append({name: value for name, value in rows[0].items() if name != "sku"})
    assert found[0] == found[1]
    assert await holes(allocation) == (0, 0, 0, 0)
    assert await places(allocation) == {"MAIN": (free, 0, 2, 0)}


async def test_missing_units_that_nobody_wrote_off_stay_missing(allocation: Service) -> None:
    await allocation.hear(a_receipt(4), a_request("one", 4))
    await allocation.hear(a_give_back("one", 3, "missing"))
    assert await holes(allocation) == (0, 3, 0, 0)
    await allocation.hear(a_correction(-1))
    assert await holes(allocation) == (0, 2, 0, 0)
    assert await places(allocation) == {"MAIN": (0, 0, 1, 0)}


async def test_units_missing_that_were_written_off_serve_the_queue_from_the_shelf(
    allocation: Service,
) -> None:
    await allocation.hear(a_receipt(6), a_request("one", 4))
    await allocation.hear(a_correction(-2))
    said = await allocation.hear(a_give_back("one", 2, "missing"))
    assert moves(said) == [("pick", 2, "web:one")]
    assert grants(said) == [("web:one", 2)]
    assert await places(allocation) == {"MAIN": (0, 0, 4, 0)}


async def test_a_cycle_count_settles_what_was_written_off(allocation: Service) -> None:
    await allocation.hear(a_receipt(8), a_request("one", 4))
    await allocation.hear(an_adjustment(-2))
    await allocation.hear(a_count(2))
    await allocation.hear(a_give_back("one", 1, "missing"))
    assert await holes(allocation) == (0, 1, 0, 0)
    assert await places(allocation) == {"MAIN": (1, 0, 4, 0)}


async def test_what_comes_back_pays_the_shortfall_before_it_serves(allocation: Service) -> None:
    await allocation.hear(a_receipt(4), a_request("one", 4), a_request("two", 4, minute=1))
    await allocation.hear(a_correction(-1))
    said = await allocation.hear(a_give_back("one", 3, "cancelled"))
    assert grants(said) == [("web:two", 2)]
    assert await places(allocation) == {"MAIN": (0, 0, 3, 0)}


async def test_every_correction_heard_twice_counts_once(allocation: Service) -> None:
    facts = [
        a_notice("D1", 9, TUESDAY), a_request("one", 4), a_receipt(6, delivery="D1", owes=3),
        a_correction(-4, owes={"D1": 7}), a_correction(2, owes={"D1": 5}), a_short("D1", 5),
        a_give_back("one", 1, "missing"),
    ]  # fmt: skip
    for fact in facts:
        await allocation.hear(fact)
        await allocation.fire()
    before = await rows_of(allocation)
    for again in [[fact] for fact in facts] + [facts, facts[::-1]]:
        assert await allocation.hear(*again) == []
    assert await allocation.fire() == []
    assert await rows_of(allocation) == before
    assert await allocation.dead_letters() == []
