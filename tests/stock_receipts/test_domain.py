"""The rules of the dock, argued over without a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from services.stock_receipts.domain import Delivery, Notice

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FRIDAY = date(2026, 3, 6)

Step = Callable[[Delivery], Delivery]


def notice(quantity: int, *, said: int = 0, expected_on: date = FRIDAY) -> Notice:
    """A notice told so many minutes after nine."""
    return Notice(quantity, expected_on, "ordered", MONDAY + timedelta(minutes=said))


def test_an_announced_delivery_owes_what_was_not_scanned_yet() -> None:
    delivery = Delivery().announced("ACME", notice(10)).scanned(None, good=6, damaged=1)
    assert delivery.judged()["ACME"].remaining == 3


def test_an_announcement_after_the_scan_counts_what_already_came() -> None:
    delivery = Delivery().scanned(None, good=4, damaged=0)
    assert delivery.discrepancies() == {("", "unannounced"): 4}
    after = delivery.announced("ACME", notice(10))
    assert after.judged()["ACME"].remaining == 6
    assert after.changed_discrepancies(delivery) == {("", "unannounced"): 0}


def test_more_than_announced_is_over_and_owes_nothing() -> None:
    delivery = Delivery().announced("ACME", notice(10)).scanned("ACME", good=12, damaged=0)
    assert delivery.judged()["ACME"].remaining == 0
    assert delivery.discrepancies() == {("ACME", "over"): 2}


def test_damaged_units_are_kept_against_the_supplier_who_sent_them() -> None:
    delivery = Delivery().announced("ACME", notice(10)).scanned(None, good=8, damaged=2)
    assert delivery.discrepancies() == {("ACME", "damaged"): 2}


def test_a_number_that_two_suppliers_use_fits_neither_unless_the_scan_names_one() -> None:
    both = Delivery().announced("ACME", notice(10)).announced("BOLT", notice(20))
    assert both.filled_by(None) is None
    assert both.filled_by("BOLT") == "BOLT"
    scanned = both.scanned(None, good=3, damaged=0).scanned("BOLT", good=5, damaged=0)
    assert scanned.discrepancies() == {("", "delivery_ambiguous"): 3}
    assert [line.remaining for line in scanned.judged().values() if line.notice] == [10, 15]


def test_a_second_supplier_with_the_same_number_makes_earlier_scans_ambiguous() -> None:
    before = Delivery().announced("ACME", notice(10)).scanned(None, good=3, damaged=0)
    after = before.announced("BOLT", notice(20))
    told = after.changed_expectations(before)
    assert {supplier: line.remaining for supplier, line in told.items()} == {"ACME": 10, "BOLT": 20}


def test_a_supplier_who_announced_nothing_fits_no_line_of_another() -> None:
    delivery = Delivery().announced("ACME", notice(10)).scanned("BOLT", good=5, damaged=0)
    assert delivery.discrepancies() == {("BOLT", "unannounced"): 5}
    assert delivery.judged()["ACME"].remaining == 10


def test_an_older_notice_changes_nothing() -> None:
    moved = Delivery().announced("ACME", notice(10, said=5))
    assert moved.announced("ACME", notice(99, said=1)) is moved


def test_the_same_promise_said_later_is_told_again_with_its_revision() -> None:
    before = Delivery().announced("ACME", notice(10))
    assert list(before.announced("ACME", notice(10, said=5)).changed_expectations(before)) == [
        "ACME"
    ]


def announcing(supplier: str, told: Notice) -> Step:
    """A notice as a step."""
    return lambda delivery: delivery.announced(supplier, told)


def scanning(supplier: str | None, good: int, damaged: int) -> Step:
    """A scan as a step."""
    return lambda delivery: delivery.scanned(supplier, good, damaged)


def a_told_notice(supplier: str, said: int) -> Step:
    """A notice as a step; its moment fixes its content, since the two would else contradict."""
    return announcing(supplier, notice(5 + said, said=said))


suppliers = st.sampled_from(["ACME", "BOLT"])
notices = st.builds(a_told_notice, suppliers, st.integers(0, 3))
scans = st.builds(scanning, st.one_of(st.none(), suppliers), st.integers(0, 9), st.integers(0, 3))


@given(st.lists(st.one_of(notices, scans), max_size=8), st.randoms(use_true_random=False))
def test_notices_and_scans_end_the_same_in_any_order(steps: list[Step], random: Random) -> None:
    shuffled = list(steps)
    random.shuffle(shuffled)
    one = reduce(lambda delivery, step: step(delivery), steps, Delivery())
    other = reduce(lambda delivery, step: step(delivery), shuffled, Delivery())
    assert one.judged() == other.judged()
    assert one.discrepancies() == other.discrepancies()


@given(st.lists(st.one_of(notices, scans), max_size=8))
def test_every_unit_that_came_is_on_exactly_one_line(steps: list[Step]) -> None:
    delivery = reduce(lambda delivery, step: step(delivery), steps, Delivery())
    came = sum(line.arrived for line in delivery.lines.values())
    assert sum(line.arrived for line in delivery.judged().values()) == came
