"""The rules of telling, without database and mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.lines import Answer, Line, LineFact, Told, merged
from services.notifications.domain.orders import (
    Kind,
    Message,
    Order,
    Parcel,
    ParcelLine,
    Policy,
    gathered,
    opened,
    told_of_parcels,
)
from services.notifications.domain.telling import (
    Facts,
    Standing,
    Suppressed,
    compose,
    lines_after,
    parcel_after,
)
from tests.notifications.builders import MONDAY, ORDER, THE_19TH, THE_24TH

LINE = f"{ORDER}:lamp"


def an_order(**known: Any) -> Order:
    """An order whose confirmation was told."""
    order = Order(ORDER, state="confirmed", has_contact=True, opened=True, messages=1)
    return replace(order, **known)


def an_answer(quantity: int, waiting: int = 0, version: int = 1) -> Answer:
    """A line's answer at the confirmation."""
    return Answer(
        LINE, "LAMP", "The lamp", quantity, 100, quantity - waiting, waiting, 0, THE_19TH, version
    )


def a_line(quantity: int = 5, waiting: int = 0) -> Line:
    """A confirmed line."""
    return Line(LINE, ORDER, "LAMP").confirmed(an_answer(quantity, waiting), 1)


def a_parcel(quantity: int, n: int = 1, **known: Any) -> Parcel:
    """A planned parcel of lamps."""
    lines = (ParcelLine(LINE, "The lamp", quantity, 20 * quantity),)
    parcel = Parcel(f"{ORDER}/{n}", ORDER, lines, "GBP", 20 * quantity, "planned")
    return replace(parcel, **known)


def a_message(kind: Kind, shipment_id: str | None = None) -> Message:
    """A due message."""
    return Message(f"{ORDER}/{kind}/2", ORDER, kind, 2, MONDAY, shipment_id)


def composed(kind: Kind, line: Line, *parcels: Parcel) -> Facts | Suppressed:
    """What a message about one line says."""
    shipment_id = parcels[0].shipment_id if kind in ("about_to_ship", "shipped") else None
    return compose(
        a_message(kind, shipment_id), Standing(an_order(), [line], list(parcels)), MONDAY
    )


def test_what_is_confirmed_counts_as_told() -> None:
    line = a_line(5, waiting=3)
    assert line.told == Told(3, 2, 0, 0, THE_19TH, 1)
    assert not line.is_news()


def test_a_fact_older_than_the_confirmation_is_no_news() -> None:
    line = a_line(5, waiting=0).with_fact(LineFact(LINE, ORDER, "LAMP", 1, 0, 5, 0, THE_19TH, 1))
    assert line.waiting == 0
    assert not line.is_news()


def test_a_wait_after_units_were_given_back_is_news() -> None:
    line = a_line(5).with_fact(LineFact(LINE, ORDER, "LAMP", 9, 5, 2, 0, THE_24TH, 2))
    assert line.is_news()
    facts = composed("backordered", line)
    assert isinstance(facts, Facts)
    assert [(row.quantity, row.promised_on) for row in facts.rows] == [(2, THE_24TH)]


def test_no_unit_in_a_parcel_is_told_to_wait() -> None:
    line = a_line(5, waiting=3).with_fact(
        LineFact(LINE, ORDER, "LAMP", promised_on=THE_24TH, promise_version=2)
    )
    facts = composed("date_changed", line, a_parcel(4))
    assert isinstance(facts, Facts)
    assert [row.quantity for row in facts.rows] == [1]
    told = composed("date_changed", line, a_parcel(5))
    assert isinstance(told, Suppressed)
    assert told.code == "later_stage"


def test_the_first_message_is_never_suppressed() -> None:
    gone = a_parcel(5, dispatched_at=MONDAY)
    assert isinstance(composed("confirmed", a_line(5), gone), Facts)


def test_a_parcel_is_told_of_once_at_each_stage() -> None:
    parcel = a_parcel(5, authorized_at=MONDAY, dispatched_at=MONDAY)
    due = told_of_parcels([an_order()], [parcel], MONDAY)
    assert [message.message_id for message in due.messages] == [
        f"{ORDER}/about_to_ship/2",
        f"{ORDER}/shipped/3",
    ]
    assert told_of_parcels(due.orders, due.parcels, MONDAY).messages == ()


def test_an_order_opens_with_its_confirmation_and_then_tells_what_waited() -> None:
    order = an_order(opened=False, messages=0)
    due = opened([order], [a_parcel(5, authorized_at=MONDAY)], MONDAY)
    assert [message.kind for message in due.messages] == ["confirmed", "about_to_ship"]
    assert opened([replace(order, has_contact=False)], [], MONDAY).messages == ()


def test_news_gathers_in_one_message_at_a_time() -> None:
    policy = Policy(timedelta(hours=1))
    (message,) = gathered([an_order()], "date_changed", set(), MONDAY, policy).messages
    assert message.due_at == MONDAY + timedelta(hours=1)
    assert gathered([an_order()], "date_changed", {ORDER}, MONDAY, policy).messages == ()


def test_a_shipment_is_whole_a_part_or_the_rest() -> None:
    first = a_parcel(2, 1, dispatched_at=MONDAY)
    second = a_parcel(3, 2, dispatched_at=MONDAY)
    parts = [
        composed("shipped", a_line(2), first),
        composed("shipped", a_line(5), first),
        composed("shipped", a_line(5), second, replace(first, told="shipped")),
    ]
    assert [facts.part for facts in parts if isinstance(facts, Facts)] == ["whole", "part", "rest"]


def test_a_captured_amount_is_not_replaced_by_an_earlier_stage() -> None:
    parcel = a_parcel(5).costing(80, "captured").costing(100, "authorized")
    assert (parcel.amount_minor, parcel.amount_stage) == (80, "captured")


FACTS = st.lists(
    st.builds(
        LineFact,
        st.just(LINE),
        st.just(ORDER),
        st.just("LAMP"),
        st.integers(1, 6),
        st.integers(0, 5),
        st.just(0),
        st.integers(0, 2),
        st.just(None),
        st.integers(0, 4),
    ),
    max_size=8,
)


def settled(fact: LineFact) -> LineFact:
    """A fact whose content follows from what identifies it, as a publisher's does."""
    day = date(2026, 3, 1) + timedelta(days=fact.promise_version)
    waiting = (7 * (fact.granted_total or 0) + fact.decision_no) % 6
    return replace(fact, waiting=waiting, promised_on=day)


@given(FACTS, st.randoms(use_true_random=False))
def test_facts_of_a_line_merge_to_the_same_in_any_order(
    facts: list[LineFact], chance: Random
) -> None:
    told = [settled(fact) for fact in facts]
    shuffled = list(told)
    chance.shuffle(shuffled)
    assert merged({}, told) == merged({}, [*shuffled, *shuffled])


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("stand"), st.integers(0, 12)),
        st.tuples(st.just("announce"), st.integers(1, 6)),
        st.tuples(st.just("ship"), st.integers(1, 6)),
        st.tuples(st.just("ship_announced"), st.integers(1, 6)),
    ),
    max_size=12,
)


@given(st.integers(1, 10), STEPS)
def test_told_units_only_change_their_stage(quantity: int, steps: list[tuple[str, int]]) -> None:
    told = Told(allocated=quantity)
    for step, units in steps:
        before = told
        match step:
            case "stand":
                told = told.standing(units, None, told.promise_version + 1)
            case "announce":
                told = told.announcing(units)
            case _:
                told = told.shipping(units, was_announced=step == "ship_announced")
        assert told.units == quantity
        assert min(told.waiting, told.allocated, told.announced, told.shipped) >= 0
        assert told.shipped >= before.shipped
        if step != "stand":
            assert told.waiting <= before.waiting


@given(st.integers(1, 6), st.integers(1, 6), st.booleans())
def test_what_a_parcel_tells_moves_its_units_and_no_others(
    quantity: int, others: int, announced: bool
) -> None:
    line = a_line(quantity + others, waiting=others)
    parcel = a_parcel(quantity, authorized_at=MONDAY)
    if announced:
        facts = composed("about_to_ship", line, parcel)
        assert isinstance(facts, Facts)
        (line,) = lines_after(facts, {LINE: line}, parcel)
        parcel = parcel_after(facts, parcel)
        assert line.told == Told(others, 0, quantity, 0, THE_19TH, 1)
    parcel = replace(parcel, dispatched_at=MONDAY)
    facts = composed("shipped", line, parcel)
    assert isinstance(facts, Facts)
    assert sum(row.waiting for row in facts.to_come) == others
    (line,) = lines_after(facts, {LINE: line}, parcel)
    assert line.told == Told(others, 0, 0, quantity, THE_19TH, 1)
