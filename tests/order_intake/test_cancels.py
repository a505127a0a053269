"""Cancels as intake relays them: asked for, answered by two services, settled once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.envelope import Event
from schemas.order_intake import (
    ContactErased,
    LineCancelRequested,
    LineRequested,
    OrderCancelSettled,
    OrderConfirmed,
)
from schemas.shop_answers import AnswerAllocated, AnswerCancelSettled, AnswerRequestRefused
from tests.conftest import MakeService
from tests.harness import START, Service, only
from tests.order_intake.builders import (
    a_cancel,
    a_line,
    a_product,
    an_order,
    called_back,
    dispatched,
    granted,
    kinds,
    line_id,
    taken_out,
    turned_down,
    waits,
)


@pytest.fixture
async def sold(shop: Service) -> Service:
    """Intake with an order of three lamps, one there and two waiting, and one that is there."""
    await shop.hear(an_order(a_line(quantity=3), a_line()))
    await shop.hear(granted(1, 1, unfilled=2), waits(1, 2, granted_total=1), granted(2))
    return shop


def asked(said: list[Event]) -> list[tuple[str, str, int]]:
    """What is asked of allocation: cancel, line, units."""
    return [
        (one.cancel_id, one.line_id.rpartition(":")[2], one.quantity)
        for one in only(said, LineCancelRequested)
    ]


def outcome(said: list[Event]) -> list[tuple[int, int, int]]:
    """What the cancel that was settled came to, by line: requested, cancelled, refused."""
    (settled,) = only(said, OrderCancelSettled)
    (answer,) = only(said, AnswerCancelSettled)
    assert (answer.lines, answer.whole) == (settled.lines, settled.whole)
    return [(line.requested, line.cancelled, line.refused) for line in settled.lines]


async def test_a_cancel_of_a_line_asks_for_its_units(sold: Service) -> None:
    assert asked(await sold.hear(a_cancel((1, 2)))) == [("c1", "1", 2)]


async def test_a_cancel_without_units_asks_for_all_that_are_left(sold: Service) -> None:
    await sold.hear(dispatched([(1, 1)], complete=False), a_cancel((1, 1), cancel_id="c0"))
    assert asked(await sold.hear(a_cancel((1, None)))) == [("c1", "1", 1)]


async def test_a_cancel_without_lines_asks_for_the_whole_order(sold: Service) -> None:
    assert asked(await sold.hear(a_cancel())) == [("c1", "1", 3), ("c1", "2", 1)]


async def test_a_cancel_is_settled_once_everybody_has_answered(sold: Service) -> None:
    await sold.hear(a_cancel())
    assert await sold.hear(called_back(1, 2, passed_on=1, granted_total=1)) == []
    assert await sold.hear(called_back(2, passed_on=1, granted_total=1)) == []
    assert await sold.hear(taken_out(1, refused=1)) == []
    said = await sold.hear(taken_out(2, 1))
    assert outcome(said) == [(3, 2, 1), (1, 1, 0)]
    (settled,) = only(said, OrderCancelSettled)
    assert (settled.cause, settled.whole) == ("shop", False)
    assert settled.lines[0].reason is not None
    assert settled.lines[0].reason.code == "released"


async def test_an_order_cancelled_to_its_last_unit_is_cancelled_whole(sold: Service) -> None:
    await sold.hear(a_cancel())
    said = await sold.hear(
        called_back(1, 2, passed_on=1, granted_total=1), taken_out(1, 1),
        called_back(2, passed_on=1, granted_total=1), taken_out(2, 1),
    )  # fmt: skip
    assert only(said, OrderCancelSettled)[0].whole
    (row,) = await sold.rows(
        "SELECT sum(allocated) AS a, sum(waiting) AS w, sum(cancelled) AS c, sum(withdrawn) AS o "
        "FROM lines"
    )
    assert tuple(row) == (0, 0, 2, 2)


async def test_units_forwarded_are_answered_again_by_allocation(sold: Service) -> None:
    await sold.hear(a_cancel((2, 1)))
    await sold.hear(called_back(2, passed_on=1, granted_total=1))
    assert await sold.hear(taken_out(2, forwarded=1)) == []
    said = await sold.hear(
        waits(2, 1, version=1, granted_total=1, requeued=1),
        called_back(2, 1, granted_total=1, requeued=1),
    )
    assert outcome(said) == [(1, 1, 0)]


async def test_the_same_cancel_again_is_a_no_op(sold: Service) -> None:
    await sold.hear(a_cancel((1, 2)))
    assert await sold.hear(a_cancel((1, 2))) == []
    assert await sold.dead_letters() == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (a_cancel((9, 1)), "unknown_line"),
        (a_cancel((1, 4)), "more_than_ordered"),
        (a_cancel(cancel_id="refused"), "reserved_cancel_id"),
        (a_cancel(cancel_id="suspended-1"), "reserved_cancel_id"),
    ],
)
async def test_a_cancel_that_cannot_be_meant_is_refused_whole(
    sold: Service, wrong: Event, code: str
) -> None:
    (refused,) = await sold.hear(wrong)
    assert isinstance(refused, AnswerRequestRefused)
    assert [one.code for one in refused.reasons] == [code]
    (letter,) = await sold.dead_letters()
    assert (letter["code"], letter["reason"]) == (code, refused.reasons[0].text)
    assert await sold.rows("SELECT * FROM cancels") == []


async def test_a_cancel_by_a_stranger_does_not_take_the_shops_own(service: MakeService) -> None:
    intake = await service("order_intake", shops="acme=/elsewhere")
    assert kinds(await intake.hear(a_cancel())) == ["AnswerRequestRefused"]
    assert await intake.rows("SELECT * FROM inbound") == []


async def test_a_cancel_waits_for_its_order(shop: Service) -> None:
    assert await shop.hear(a_cancel((1, 1))) == []
    said = await shop.hear(an_order(a_line(quantity=3)))
    assert kinds(said)[-2:] == ["LineRequested", "LineCancelRequested"]
    assert await shop.rows("SELECT * FROM effects") == []


async def test_a_cancel_whose_order_never_comes_is_a_dead_letter(shop: Service) -> None:
    await shop.hear(a_cancel())
    shop.clock.set(START + timedelta(hours=24))
    (refused,) = await shop.fire()
    assert isinstance(refused, AnswerRequestRefused)
    assert (refused.request, refused.request_id) == ("cancel", "c1")
    (letter,) = await shop.dead_letters()
    assert letter["code"] == "no_such_order"
    assert "24 hours" in letter["reason"]


async def test_a_cancel_of_an_order_that_waits_for_products_is_asked_for_when_it_is_taken(
    intake: Service,
) -> None:
    await intake.hear(an_order(a_line(quantity=3)))
    assert await intake.hear(a_cancel((1, 2))) == []
    await intake.hear(a_product())
    said = await intake.fire()
    assert kinds(said)[-2:] == ["LineRequested", "LineCancelRequested"]
    assert asked(said) == [("c1", "1", 2)]


async def test_a_cancel_goes_with_an_order_that_is_not_taken(intake: Service) -> None:
    await intake.hear(an_order(a_line()))
    await intake.hear(a_cancel(), a_product(sold=False))
    said = await intake.fire()
    assert kinds(said) == ["AnswerRefused", "ContactErased", "AnswerRequestRefused"]
    assert len(only(said, ContactErased)) == 1
    await intake.hear(a_product(revision=2))
    again = await intake.hear(an_order(a_line()), a_cancel())
    assert (len(only(again, LineRequested)), asked(again)) == (1, [("c1", "1", 1)])


async def test_of_what_is_gone_nothing_is_asked(sold: Service) -> None:
    await sold.hear(dispatched([(1, 3), (2, 1)]))
    said = await sold.hear(a_cancel())
    assert asked(said) == []
    assert outcome(said) == [(0, 0, 0), (0, 0, 0)]
    (answer,) = only(said, AnswerCancelSettled)
    assert {line.reason.code for line in answer.lines if line.reason} == {"nothing_to_cancel"}
    assert not answer.whole


async def test_a_line_that_was_never_asked_for_has_nothing_to_cancel(shop: Service) -> None:
    await shop.hear(an_order(a_line(), a_line("GHOST", 3)))
    await shop.rows("UPDATE effects SET retry_at = clock_timestamp() RETURNING key")
    await shop.fire()
    await shop.hear(granted())
    assert outcome(await shop.hear(a_cancel((2, 2)))) == [(2, 0, 2)]


async def test_nothing_is_settled_before_the_confirmation(shop: Service) -> None:
    await shop.hear(an_order(a_line(quantity=3), a_line()), a_cancel((1, 1)))
    assert await shop.hear(granted(1, 3), called_back(1, passed_on=1, granted_total=3)) == []
    assert await shop.hear(taken_out(1, 1)) == []
    said = await shop.hear(granted(2))
    assert kinds(said) == [
        "OrderConfirmed", "AnswerConfirmed", "OrderCancelSettled", "AnswerCancelSettled",
    ]  # fmt: skip
    line = only(said, OrderConfirmed)[0].lines[0]
    assert (line.allocated, line.waiting, line.refused, line.cancelled) == (2, 0, 0, 1)


async def test_cancelled_units_answer_a_line(shop: Service) -> None:
    await shop.hear(an_order(a_line(quantity=3)), a_cancel())
    said = await shop.hear(called_back(1, 3))
    assert kinds(said)[0] == "OrderConfirmed"
    assert outcome(said) == [(3, 3, 0)]
    assert only(said, OrderCancelSettled)[0].whole


async def test_an_order_that_wants_all_or_nothing_is_refused_and_taken_back(shop: Service) -> None:
    order = an_order(a_line(quantity=3), a_line(), on_refused_line="refuse_order")
    await shop.hear(order)
    said = await shop.hear(granted(1, 1, unfilled=2), waits(1, 2, granted_total=1), turned_down(2))
    assert kinds(said) == ["OrderRefused", "AnswerRefused", "LineCancelRequested"]
    assert asked(said) == [("refused", "1", 3)]
    said = await shop.hear(
        called_back(1, 2, passed_on=1, granted_total=1, cancel_id="refused"),
        taken_out(1, 1, cancel_id="refused"),
    )
    assert outcome(said) == [(3, 3, 0)]
    (settled,) = only(said, OrderCancelSettled)
    assert (settled.cause, settled.whole) == ("order_refused", True)
    assert await shop.hear(order, an_order(a_line(), on_refused_line="refuse_order")) == []
    assert [one["code"] for one in await shop.dead_letters()] == ["identity_conflict"]


async def test_a_cancel_under_way_is_not_taken_back_twice(shop: Service) -> None:
    await shop.hear(an_order(a_line(quantity=3), a_line(), on_refused_line="refuse_order"))
    await shop.hear(a_cancel((1, 1)), waits(1, 3))
    assert asked(await shop.hear(turned_down(2))) == [("refused", "1", 2)]
    said = await shop.hear(
        called_back(1, 2, waiting=1, cancel_id="refused"), called_back(1, 1), granted()
    )
    assert [one.cancel_id for one in only(said, OrderCancelSettled)] == ["refused", "c1"]


async def test_of_a_refused_order_nobody_has_a_unit(shop: Service) -> None:
    await shop.hear(an_order(a_line(quantity=2)))
    await shop.hear(turned_down(1, 2))
    said = await shop.hear(a_cancel((1, 2)))
    assert asked(said) == []
    assert outcome(said) == [(2, 0, 2)]


RACES: dict[str, tuple[list[Event], list[Event], tuple[int, int, int]]] = {
    "cancel and grant": ([called_back(1, 1)], [granted(1, 1, 2, 1)], (1, 1, 0)),
    "cancel and withdrawal": (
        [called_back(1, passed_on=1, granted_total=1)], [taken_out(1, 1)], (1, 1, 0),
    ),
    "withdrawal before its grant is heard": ([granted(1, 1, 2, 1)], [taken_out(1, 1)], (1, 1, 0)),
    "cancel and dispatch": ([taken_out(1, refused=1)], [dispatched([(1, 1)], complete=False)],
                            (1, 0, 1)),
}  # fmt: skip


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("race", RACES)
async def test_racing_facts_come_to_the_same_end(sold: Service, race: str, swapped: bool) -> None:
    one, other, expected = RACES[race]
    await sold.hear(a_cancel((1, 1)))
    said: list[Event] = []
    for facts in (other, one) if swapped else (one, other):
        said += await sold.hear(*facts)
    assert outcome(said) == [expected]
    told = [line for line in only(said, AnswerAllocated) if line.line_id == line_id(1)]
    (row,) = await sold.rows(
        "SELECT allocated + waiting + refused + cancelled + withdrawn AS units FROM lines "
        "WHERE line_id = $1",
        line_id(1),
    )
    assert row["units"] == 3
    assert all(one.allocated + one.waiting <= 3 for one in told)
