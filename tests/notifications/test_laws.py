"""Laws of telling: whatever the order and whatever the steps."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.learned import lines_after, parcels_after
from services.notifications.domain.lines import LineFact, merged
from services.notifications.domain.told import Told
from tests.notifications.builders import MONDAY, THE_19TH
from tests.notifications.situations import LAMP, a_fact, a_line, a_parcel, composed, said


def facts_of(decision_no: int, promise_version: int, refused: int) -> LineFact:
    """A fact whose content follows from what numbers it, as a publisher's does."""
    return a_fact(
        decision_no=decision_no,
        granted_total=decision_no // 2,
        requeued_total=decision_no // 3,
        waiting=7 * decision_no % 6,
        refused=refused,
        promised_on=date(2026, 3, 1) + timedelta(days=promise_version),
        promise_version=promise_version,
    )


FACTS = st.lists(
    st.builds(facts_of, st.integers(1, 9), st.integers(0, 4), st.integers(0, 2)), max_size=8
)


@given(FACTS, st.randoms(use_true_random=False))
def test_facts_of_a_line_merge_to_the_same_in_any_order(
    facts: list[LineFact], chance: Random
) -> None:
    shuffled = list(facts)
    chance.shuffle(shuffled)
    assert merged({}, facts) == merged({}, [*shuffled, *shuffled])


CANCELS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=4)


@given(st.integers(1, 12), CANCELS, st.randoms(use_true_random=False))
def test_cancelled_units_come_to_the_same_whichever_topic_tells_of_them_first(
    quantity: int, cancels: list[tuple[int, int]], chance: Random
) -> None:
    facts = [
        fact
        for cancelled, withdrawn in cancels
        for fact in (
            a_fact(cancelled=cancelled),
            a_fact(withdrawn=withdrawn),
            a_fact(settled=cancelled + withdrawn),
        )
    ]
    chance.shuffle(facts)
    line, gone = a_line(quantity), 0
    for fact in facts:
        line = line.with_fact(fact)
        assert gone <= line.gone <= quantity
        gone = line.gone
    assert gone == min(quantity, sum(map(sum, cancels)))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("stand"), st.integers(0, 12)),
        st.tuples(st.just("cancel"), st.integers(0, 12)),
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
                told = told.standing(units, 0, None, told.promise_version + 1)
            case "cancel":
                told = told.standing(told.waiting, units, None, told.promise_version)
            case "announce":
                told = told.announcing(units)
            case _:
                told = told.shipping(units, was_announced=step == "ship_announced")
        assert told.units == quantity
        stages = (told.waiting, told.allocated, told.announced, told.shipped, told.cancelled)
        assert min(stages) >= 0
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
        facts = said(composed("about_to_ship", line, parcel))
        (line,) = lines_after(facts, {LAMP: line}, parcel)
        (parcel,) = parcels_after(facts, parcel.shipment_id, {parcel.shipment_id: parcel})
        assert line.told == Told(others, 0, quantity, 0, THE_19TH, 1)
    parcel = replace(parcel, dispatched_at=MONDAY)
    facts = said(composed("shipped", line, parcel))
    assert sum(row.waiting for row in facts.to_come) == others
    (line,) = lines_after(facts, {LAMP: line}, parcel)
    assert line.told == Told(others, 0, 0, quantity, THE_19TH, 1)
