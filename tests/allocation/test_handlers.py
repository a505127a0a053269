"""Allocation hears, decides and says: on real Postgres, through the real chassis."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest

from schemas.allocation import (
    LineAllocated,
    LineBackordered,
    LinePromiseChanged,
    LineRefused,
)
from schemas.envelope import Event
from tests.allocation.builders import (
    MONDAY,
    a_count,
    a_notice,
    a_product,
    a_receipt,
    a_request,
    an_adjustment,
)
from tests.allocation.sightings import grants, moves, places
from tests.conftest import MakeService
from tests.harness import Service, only

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (MONDAY.date() + timedelta(days=n) for n in range(1, 5))
NEXT_MONDAY = MONDAY.date() + timedelta(days=7)


@pytest.fixture
async def allocation(service: MakeService) -> Service:
    """The service under test."""
    return await service("allocation")


async def promised(allocation: Service) -> dict[str, date | None]:
    """What every line in the queue is promised."""
    rows = await allocation.rows("SELECT order_id, promised_on FROM lines WHERE state = 'waiting'")
    return {row["order_id"]: row["promised_on"] for row in rows}


async def test_units_that_came_in_go_to_who_waited_longest_and_the_rest_to_the_shelf(
    allocation: Service,
) -> None:
    await allocation.hear(a_product())
    await allocation.hear(a_request("late", 2, minute=9), a_request("early", 3, minute=1))
    said = await allocation.hear(a_receipt(9, delivery="D7"))
    assert grants(said) == [("web:early", 3), ("web:late", 2)]
    assert moves(said) == [
        ("cross_dock", 3, "web:early"), ("cross_dock", 2, "web:late"), ("put_away", 4, None),
    ]  # fmt: skip
    assert await places(allocation) == {"MAIN": (4, 0, 5, 0)}
    first = only(said, LineAllocated)[0]
    assert first.source == "dock"
    assert first.reason.text == "position 1; 9 units came in delivery D7"
    assert first.reason.parameters["delivery"] == "D7"


async def test_free_units_are_granted_on_demand_and_a_short_line_splits(
    allocation: Service,
) -> None:
    await allocation.hear(a_product(), a_count(3, opening=True))
    said = await allocation.hear(a_request("web", 5))
    (allocated,), (waiting,) = only(said, LineAllocated), only(said, LineBackordered)
    assert (allocated.quantity, allocated.unfilled, allocated.source) == (3, 2, "shelf")
    assert (waiting.quantity, waiting.granted_total, waiting.position) == (2, 3, 1)
    assert moves(said) == [("pick", 3, "web:web")]
    said = await allocation.hear(a_receipt(1))
    (allocated,) = only(said, LineAllocated)
    assert (allocated.granted_total, allocated.unfilled) == (4, 1)
    assert await places(allocation) == {"MAIN": (0, 0, 4, 0)}


async def test_what_may_not_wait_is_refused_with_limit_and_waiting(allocation: Service) -> None:
    await allocation.hear(a_product(backorder="limited", backorder_limit=10))
    said = await allocation.hear(a_request("one", 8), a_request("two", 5), a_request("three", 1))
    assert [(one.order_id, one.quantity) for one in only(said, LineBackordered)] == [
        ("web:one", 8), ("web:two", 2),
    ]  # fmt: skip
    assert [(one.order_id, one.quantity) for one in only(said, LineRefused)] == [
        ("web:two", 3), ("web:three", 1),
    ]  # fmt: skip
    assert only(said, LineRefused)[1].reason.parameters == {"limit": 10, "waiting": 10}


async def test_a_product_sold_from_stock_alone_refuses_what_is_not_there(
    allocation: Service,
) -> None:
    await allocation.hear(a_product(backorder="none"), a_count(1, opening=True))
    said = await allocation.hear(a_request("one", 3))
    assert grants(said) == [("web:one", 1)]
    (refused,) = only(said, LineRefused)
    assert (refused.quantity, refused.reason.code) == (2, "not_sold_from_empty_stock")


async def test_promises_pour_deliveries_into_the_queue_one_after_another(
    allocation: Service,
) -> None:
    await allocation.hear(a_product(), a_notice("D1", 5, WEDNESDAY), a_notice("D2", 5, FRIDAY))
    said = await allocation.hear(*(a_request(str(n), 3, minute=n) for n in range(4)))
    told = [(one.promised_on, one.position) for one in only(said, LineBackordered)]
    assert told == [(THURSDAY, 1), (NEXT_MONDAY, 2), (NEXT_MONDAY, 3), (None, 4)]
    codes = [one.reason.code for one in only(said, LineBackordered)]
    assert codes == [*["delivery_expected"] * 3, "no_supply_known"]


async def test_without_known_supply_the_lead_time_counts_from_now(allocation: Service) -> None:
    await allocation.hear(a_product(lead_time_days=10))
    (waiting,) = only(await allocation.hear(a_request()), LineBackordered)
    assert waiting.promised_on == MONDAY.date() + timedelta(days=10)
    assert waiting.reason.code == "lead_time"


async def test_a_moved_delivery_changes_promises_once(allocation: Service) -> None:
    await allocation.hear(a_product(), a_notice("D1", 5, WEDNESDAY))
    await allocation.hear(a_request("one", 3), a_request("two", 3, minute=1))
    await allocation.hear(a_notice("D1", 5, FRIDAY, said=5))
    (changed,) = only(await allocation.fire(), LinePromiseChanged)
    assert (changed.order_id, changed.promised_on) == ("web:one", NEXT_MONDAY)
    assert (changed.promise_version, changed.waiting) == (2, 3)
    await allocation.hear(a_notice("D1", 5, FRIDAY, said=6), a_notice("D1", 5, TUESDAY, said=1))
    assert await allocation.fire() == []


async def test_a_line_without_a_day_gets_one_when_a_delivery_is_announced(
    allocation: Service,
) -> None:
    await allocation.hear(a_product(), a_request("one", 3))
    await allocation.hear(a_notice("D1", 5, WEDNESDAY))
    (changed,) = only(await allocation.fire(), LinePromiseChanged)
    assert (changed.promised_on, changed.promise_version) == (THURSDAY, 2)


async def test_a_receipt_as_foreseen_changes_no_promise_and_a_short_one_does(
    allocation: Service,
) -> None:
    await allocation.hear(
        a_product(), a_notice("D1", 5, TUESDAY), a_notice("D2", 5, WEDNESDAY),
        *(a_request(str(n), 2, minute=n) for n in range(5)),
    )  # fmt: skip
    await allocation.fire()
    before = await promised(allocation)
    assert list(before.values()) == [WEDNESDAY, WEDNESDAY, THURSDAY, THURSDAY, THURSDAY]
    await allocation.hear(a_receipt(4, delivery="D1", owes=1))
    assert await allocation.rows("SELECT 1 FROM effects") == []
    await allocation.hear(a_receipt(0, delivery="D1", owes=0, damaged=1))
    (changed,) = only(await allocation.fire(), LinePromiseChanged)
    assert (changed.order_id, changed.promised_on) == ("web:4", None)


async def test_who_is_placed_ahead_of_others_makes_them_promised_again(
    allocation: Service,
) -> None:
    await allocation.hear(a_product(), a_notice("D1", 3, TUESDAY))
    await allocation.hear(a_request("late", 3, minute=9))
    (ahead,) = only(await allocation.hear(a_request("early", 2, minute=1)), LineBackordered)
    assert (ahead.position, ahead.promised_on) == (1, WEDNESDAY)
    (changed,) = only(await allocation.fire(), LinePromiseChanged)
    assert (changed.order_id, changed.promised_on) == ("web:late", None)


async def test_a_cycle_count_corrects_the_shelf_and_keeps_both_figures(
    allocation: Service,
) -> None:
    await allocation.hear(a_product(), a_count(10, opening=True))
    await allocation.hear(a_count(7))
    assert await places(allocation) == {"MAIN": (7, 0, 0, 0)}
    rows = await allocation.rows("SELECT opening, counted, on_shelf, difference FROM counts")
    assert sorted(map(tuple, rows)) == [(False, 7, 10, -3), (True, 10, 0, 10)]


async def test_units_found_by_a_count_serve_the_queue(allocation: Service) -> None:
    await allocation.hear(a_product(), a_request("one", 4))
    said = await allocation.hear(a_count(6))
    assert grants(said) == [("web:one", 4)]
    assert moves(said) == [("pick", 4, "web:one")]
    assert await places(allocation) == {"MAIN": (2, 0, 4, 0)}


async def test_more_taken_than_there_is_shortfall_and_paid_by_the_next_good_units(
    allocation: Service,
) -> None:
    await allocation.hear(a_product(), a_count(2, opening=True))
    await allocation.hear(an_adjustment(-5))
    assert await places(allocation) == {"MAIN": (0, 0, 0, 3)}
    said = [*await allocation.hear(a_request("one", 2)), *await allocation.hear(a_receipt(4))]
    assert grants(said) == [("web:one", 1)]
    assert await places(allocation) == {"MAIN": (0, 0, 1, 0)}


async def test_a_unit_goes_to_the_first_line_that_lists_its_warehouse(
    allocation: Service,
) -> None:
    await allocation.hear(a_product())
    await allocation.hear(
        a_request("north", 2, minute=1, warehouses=("NORTH",)),
        a_request("both", 4, minute=2, warehouses=("MAIN", "NORTH")),
        a_request("main", 2, minute=3),
    )
    said = await allocation.hear(a_receipt(3), a_receipt(3, warehouse="NORTH"), a_receipt(3))
    assert grants(said) == [("web:both", 3), ("web:north", 2), ("web:both", 1), ("web:main", 2)]
    assert await places(allocation) == {"MAIN": (1, 0, 5, 0), "NORTH": (0, 0, 3, 0)}


async def test_premises_may_come_in_any_order(allocation: Service) -> None:
    for number, order in enumerate(permutations(range(4))):
        sku = f"LAMP-{number}"
        facts = [
            a_product(sku), a_receipt(3, sku=sku), a_request(f"{number}a", 2, sku=sku),
            a_request(f"{number}b", 4, minute=1, sku=sku),
        ]  # fmt: skip
        said = [one for index in order for one in await allocation.hear(facts[index])]
        assert sum(quantity for _, quantity in grants(said)) == 3
        assert await places(allocation, sku) == {"MAIN": (0, 0, 3, 0)}
        (item,) = await allocation.rows("SELECT waiting_units FROM items WHERE sku = $1", sku)
        assert item["waiting_units"] == 3
    assert await allocation.dead_letters() == []


async def test_lines_that_came_before_their_product_are_decided_by_place(
    allocation: Service,
) -> None:
    assert await allocation.hear(a_request("late", 2, minute=9), a_request("early", 2)) == []
    await allocation.hear(a_receipt(3))
    said = await allocation.hear(a_product(backorder="none"))
    assert grants(said) == [("web:early", 2), ("web:late", 1)]
    assert [one.quantity for one in only(said, LineRefused)] == [1]


async def test_every_fact_heard_twice_counts_once(allocation: Service) -> None:
    facts = [
        a_notice("D1", 9, WEDNESDAY), a_product(), a_count(2, opening=True), a_request("one", 5),
        an_adjustment(-1), a_receipt(4, delivery="D1", owes=5), a_count(3),
    ]  # fmt: skip
    said: list[Event] = []
    for fact in facts:
        said += [*await allocation.hear(fact), *await allocation.fire()]
    places_before = await places(allocation)
    assert sum(quantity for _, quantity in grants(said)) == 5
    for again in [[fact] for fact in facts] + [facts, facts[::-1]]:
        assert await allocation.hear(*again) == []
    assert await allocation.fire() == []
    assert await places(allocation) == places_before


async def test_the_latest_revision_of_a_product_holds(allocation: Service) -> None:
    await allocation.hear(a_product(revision=3, backorder="none"), a_product(revision=2))
    assert len(only(await allocation.hear(a_request()), LineRefused)) == 1


async def test_a_line_requested_twice_is_a_dead_letter_and_grants_nothing(
    allocation: Service,
) -> None:
    await allocation.hear(a_product(), a_count(5, opening=True))
    await allocation.hear(a_request("one", 2))
    assert await allocation.hear(a_request("one", 2)) == []
    assert len(await allocation.dead_letters()) == 1
    assert await places(allocation) == {"MAIN": (3, 0, 2, 0)}


async def test_every_decision_takes_the_next_number_of_its_sku(allocation: Service) -> None:
    await allocation.hear(a_product(), a_product("VASE"), a_count(2, opening=True))
    await allocation.hear(*(a_request(str(n), 2, minute=n) for n in range(3)))
    await allocation.hear(a_request(sku="VASE"))
    await allocation.hear(a_receipt(9))
    rows = await allocation.rows("SELECT sku, decision_no, kind FROM decisions ORDER BY 1, 2")
    assert [tuple(row) for row in rows] == [
        ("LAMP", 1, "grant"), ("LAMP", 2, "wait"), ("LAMP", 3, "wait"), ("LAMP", 4, "grant"),
        ("LAMP", 5, "grant"), ("LAMP", 6, "put_away"), ("VASE", 1, "wait"),
    ]  # fmt: skip
