"""Lines that change after they were asked for: cancelled, given back, passed over, served again."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from schemas.allocation import LineAllocated, LineBackordered, LineCancelAnswered, LineRefused
from schemas.envelope import Event
from tests.allocation.builders import (
    MONDAY,
    a_cancel,
    a_count,
    a_forwarded_cancel,
    a_give_back,
    a_notice,
    a_product,
    a_receipt,
    a_request,
    a_resumption,
    a_suspension,
)
from tests.allocation.sightings import cancels, grants, holes, moves, places, rows_of, standing
from tests.conftest import MakeService
from tests.harness import Service, only

TUESDAY = MONDAY.date() + timedelta(days=1)


@pytest.fixture
async def allocation(service: MakeService) -> Service:
    """The service under test, with five lamps on the shelf."""
    made = await service("allocation")
    await made.hear(a_product(), a_count(5, opening=True))
    return made


async def test_a_cancel_takes_what_waits_and_passes_on_what_was_granted(
    allocation: Service,
) -> None:
    await allocation.hear(a_request("one", 8))
    said = await allocation.hear(a_cancel("one", 5))
    (answer,) = only(said, LineCancelAnswered)
    assert cancels(said) == [("c-1", 3, 2, 0)]
    assert (answer.granted_total, answer.requeued_total, answer.waiting) == (5, 0, 0)
    assert answer.decision_no == 3
    assert await standing(allocation, "one") == ("closed", 5, 0, 3, 0, 0)


async def test_a_cancel_of_granted_units_alone_decides_nothing(allocation: Service) -> None:
    await allocation.hear(a_request("one", 4))
    (answer,) = only(await allocation.hear(a_cancel("one", 4)), LineCancelAnswered)
    assert (answer.passed_on, answer.decision_no) == (4, None)
    said = await allocation.hear(a_cancel("one", 2, "c-2"))
    assert cancels(said) == [("c-2", 0, 0, 2)]


async def test_cancelled_units_come_back_to_who_is_next_and_the_rest_to_the_shelf(
    allocation: Service,
) -> None:
    await allocation.hear(a_request("one", 5), a_request("two", 3, minute=1))
    await allocation.hear(a_cancel("one", 5))
    said = await allocation.hear(a_give_back("one", 5, "cancelled"))
    assert moves(said) == [("relabel", 3, "web:two"), ("back_to_shelf", 2, None)]
    (grant,) = only(said, LineAllocated)
    assert (grant.source, grant.reason.code) == ("lane", "returned")
    assert grant.reason.text == "position 1; 5 units came back from shipment web:one/1"
    assert await places(allocation) == {"MAIN": (2, 0, 3, 0)}
    assert await standing(allocation, "one") == ("closed", 5, 0, 0, 5, 0)


async def test_a_cancel_that_came_before_its_line_is_applied_when_it_comes(
    allocation: Service,
) -> None:
    assert await allocation.hear(a_cancel("one", 2)) == []
    said = await allocation.hear(a_request("one", 3))
    assert cancels(said) == [("c-1", 2, 0, 0)]
    assert grants(said) == [("web:one", 1)]
    assert await allocation.rows("SELECT FROM early_facts") == []


async def test_a_line_cancelled_before_its_product_came_is_not_served(
    allocation: Service,
) -> None:
    await allocation.hear(a_request("one", 3, sku="VASE"))
    cancel = a_cancel("one", 3).model_copy(update={"sku": "VASE"})
    assert cancels(await allocation.hear(cancel)) == [("c-1", 3, 0, 0)]
    assert await allocation.hear(a_product("VASE"), a_receipt(1, sku="VASE")) != []
    assert await standing(allocation, "one") == ("closed", 0, 0, 3, 0, 0)


async def test_damaged_units_are_lost_and_wanted_again_at_the_old_place(
    allocation: Service,
) -> None:
    await allocation.hear(a_request("early", 5, minute=1), a_request("late", 2, minute=2))
    said = await allocation.hear(a_give_back("early", 2, "damaged"))
    (waits,) = only(said, LineBackordered)
    assert (waits.order_id, waits.quantity, waits.position) == ("web:early", 2, 1)
    assert (waits.granted_total, waits.requeued_total) == (5, 2)
    assert moves(said) == []
    assert await holes(allocation) == (0, 0, 2, 0)
    assert grants(await allocation.hear(a_receipt(3))) == [("web:early", 2), ("web:late", 1)]


async def test_who_waits_again_takes_free_units_first(allocation: Service) -> None:
    await allocation.hear(a_request("one", 4))
    said = await allocation.hear(a_give_back("one", 3, "damaged"))
    (grant,), (waits,) = only(said, LineAllocated), only(said, LineBackordered)
    assert (grant.quantity, grant.source, grant.requeued_total, grant.unfilled) == (
        1,
        "shelf",
        3,
        2,
    )
    assert (waits.quantity, waits.granted_total) == (2, 5)
    assert await places(allocation) == {"MAIN": (0, 0, 2, 0)}


async def test_units_waiting_again_are_promised_and_those_behind_are_told(
    allocation: Service,
) -> None:
    await allocation.hear(a_notice("D1", 2, TUESDAY))
    await allocation.hear(a_request("early", 5, minute=1), a_request("late", 2, minute=2))
    said = await allocation.hear(a_give_back("early", 2, "missing"))
    (waits,) = only(said, LineBackordered)
    assert waits.promised_on == TUESDAY + timedelta(days=1)
    (told,) = await allocation.fire()
    assert told.model_dump()["promised_on"] is None
    assert told.model_dump()["reason"]["parameters"]["cause"] == "queue_changed"


async def test_at_the_payment_deadline_units_go_to_who_is_next(allocation: Service) -> None:
    await allocation.hear(a_request("early", 6, minute=1), a_request("late", 2, minute=2))
    said = await allocation.hear(a_give_back("early", 5, "payment_deadline", episode=1))
    assert moves(said) == [("relabel", 2, "web:late"), ("back_to_shelf", 3, None)]
    (waits,) = only(said, LineBackordered)
    assert (waits.quantity, waits.promised_on, waits.reason.code) == (6, None, "suspended")
    assert await standing(allocation, "early") == ("suspended", 5, 6, 0, 0, 5)
    assert await allocation.hear(a_suspension("early")) == []


async def test_a_resumed_line_is_like_a_newcomer_at_its_old_place(allocation: Service) -> None:
    await allocation.hear(a_request("early", 6, minute=1))
    await allocation.hear(a_give_back("early", 5, "payment_deadline", episode=1))
    await allocation.hear(a_request("late", 9, minute=2))
    said = await allocation.hear(a_resumption("early"))
    (waits,) = only(said, LineBackordered)
    assert (waits.quantity, waits.position, waits.promise_version) == (6, 1, 3)
    assert grants(await allocation.hear(a_receipt(7))) == [("web:early", 6), ("web:late", 1)]


async def test_a_suspended_line_is_passed_over_and_takes_what_is_free_when_resumed(
    allocation: Service,
) -> None:
    await allocation.hear(a_request("one", 7))
    await allocation.hear(a_suspension("one"))
    assert moves(await allocation.hear(a_receipt(4))) == [("put_away", 4, None)]
    said = await allocation.hear(a_resumption("one"))
    assert grants(said) == [("web:one", 2)]
    assert await standing(allocation, "one") == ("closed", 7, 0, 0, 0, 0)


async def test_a_suspended_line_is_cancelled_where_it_stands(allocation: Service) -> None:
    await allocation.hear(a_request("one", 7), a_suspension("one"))
    said = await allocation.hear(a_cancel("one", 7, "suspended-1"))
    assert cancels(said) == [("suspended-1", 2, 5, 0)]


async def test_episodes_count_and_not_the_order_they_are_heard_in(allocation: Service) -> None:
    facts = [(a_suspension, 1), (a_resumption, 1), (a_suspension, 2)]
    await allocation.hear(a_request("takes the shelf", 5))
    for number, order in enumerate(permutations(facts)):
        line = str(number)
        await allocation.hear(a_request(line, 1))
        for event, episode in order:
            await allocation.hear(event(line, episode))
        assert (await standing(allocation, line))[0] == "suspended"
        await allocation.hear(a_resumption(line, 2))
        assert (await standing(allocation, line))[0] == "waiting"


async def test_a_line_suspended_before_it_was_asked_for_waits_unserved(
    allocation: Service,
) -> None:
    assert await allocation.hear(a_suspension("one")) == []
    said = await allocation.hear(a_request("one", 2))
    (waits,) = only(said, LineBackordered)
    assert (grants(said), waits.quantity, waits.position) == ([], 2, 1)
    assert grants(await allocation.hear(a_resumption("one"))) == [("web:one", 2)]


async def test_a_cancel_follows_units_that_shipping_had_given_back(allocation: Service) -> None:
    await allocation.hear(a_request("one", 5))
    assert cancels(await allocation.hear(a_cancel("one", 5))) == [("c-1", 0, 5, 0)]
    await allocation.hear(a_give_back("one", 5, "payment_deadline", episode=1))
    said = await allocation.hear(a_forwarded_cancel("one", 5))
    assert cancels(said) == [("c-1", 5, 0, 0)]
    assert await standing(allocation, "one") == ("closed", 5, 0, 5, 0, 5)


async def test_a_cancel_chases_units_that_were_granted_again(allocation: Service) -> None:
    await allocation.hear(a_request("one", 3))
    await allocation.hear(a_cancel("one", 3))
    said = await allocation.hear(a_give_back("one", 3, "damaged"))
    assert grants(said) == [("web:one", 2)]
    assert cancels(await allocation.hear(a_forwarded_cancel("one", 3))) == [("c-1", 1, 2, 0)]
    await allocation.hear(a_give_back("one", 2, "cancelled"))
    assert await standing(allocation, "one") == ("closed", 5, 0, 1, 2, 3)
    assert await places(allocation) == {"MAIN": (2, 0, 0, 0)}


async def test_a_cancel_and_the_deadline_end_alike_in_either_order(allocation: Service) -> None:
    back = a_give_back("one", 4, "payment_deadline", episode=1)
    await allocation.hear(a_request("one", 4), a_cancel("one", 4), back)
    await allocation.hear(a_forwarded_cancel("one", 4))
    back = a_give_back("two", 4, "payment_deadline", episode=1)
    await allocation.hear(a_request("two", 4))
    await allocation.hear(back)
    await allocation.hear(a_cancel("two", 4))
    assert await standing(allocation, "one") == await standing(allocation, "two")
    assert await places(allocation) == {"MAIN": (5, 0, 0, 0)}


async def test_who_waits_again_is_not_refused_by_a_limit(allocation: Service) -> None:
    await allocation.hear(a_product(revision=2, backorder="none"), a_request("one", 5))
    said = await allocation.hear(a_give_back("one", 2, "damaged"))
    assert only(said, LineRefused) == []
    assert [one.quantity for one in only(said, LineBackordered)] == [2]


async def test_several_orders_give_back_in_one_call_as_they_would_one_by_one(
    allocation: Service,
) -> None:
    await allocation.hear(*(a_request(str(n), 2, minute=n) for n in range(6)))
    said = await allocation.hear(
        *(a_give_back(str(n), 2, "payment_deadline", episode=1) for n in range(2)),
        a_give_back("2", 1, "payment_deadline", episode=1),
    )
    assert grants(said) == [
        ("web:2", 1), ("web:3", 1), ("web:3", 1), ("web:4", 1), ("web:4", 1),
    ]  # fmt: skip
    assert await places(allocation) == {"MAIN": (0, 0, 5, 0)}


async def test_more_given_back_than_granted_moves_nothing(allocation: Service) -> None:
    await allocation.hear(a_request("one", 2))
    assert await allocation.hear(a_give_back("one", 3, "damaged")) == []
    assert len(await allocation.dead_letters()) == 1
    assert await places(allocation) == {"MAIN": (3, 0, 2, 0)}


async def test_every_change_heard_twice_counts_once(allocation: Service) -> None:
    facts: list[Event] = [
        a_suspension("two"), a_cancel("two", 1, "c-0"), a_request("one", 6), a_request("two", 3),
        a_cancel("one", 2), a_give_back("one", 1, "cancelled"), a_give_back("one", 2, "damaged"),
        a_resumption("two"), a_give_back("one", 2, "payment_deadline", episode=1),
        a_forwarded_cancel("one", 1, "c-2"), a_resumption("one"),
    ]  # fmt: skip
    for fact in facts:
        await allocation.hear(fact)
    assert await allocation.dead_letters() == []
    before = await rows_of(allocation)
    for again in [[fact] for fact in facts] + [facts, facts[::-1]]:
        assert await allocation.hear(*again) == []
    assert await rows_of(allocation) == before


async def test_every_change_is_a_decision_with_its_reason(allocation: Service) -> None:
    await allocation.hear(a_request("one", 6))
    await allocation.hear(a_suspension("one"))
    await allocation.hear(a_resumption("one"))
    await allocation.hear(a_cancel("one", 1))
    await allocation.hear(a_give_back("one", 2, "damaged"))
    rows = await allocation.rows(
        "SELECT kind, quantity, eligible_units, reason_text FROM decisions ORDER BY decision_no"
    )
    found = [(row["kind"], row["quantity"], row["eligible_units"]) for row in rows]
    assert found == [
        ("grant", 5, 0), ("wait", 1, 1), ("suspend", 1, 0), ("resume", 1, 1), ("wait", 1, 1),
        ("cancel", 1, 0), ("give_back", 2, 2), ("wait", 2, 2),
    ]  # fmt: skip
    texts = [rows[index]["reason_text"] for index in (2, 3, 6)]
    assert texts[0] == "payment trouble 1 is not mended: passed over at its place with 1 unit"
    assert texts[1] == "payment trouble 1 is over: served again at its place with 1 unit"
    assert texts[2] == (
        "2 units left shipment web:one/1: found damaged; "
        "the line waits again at its old place with 2 units more"
    )
