"""The rules of the dock, argued over without a database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.stock_receipts.domain.delivery import Deliveries, Delivery
from services.stock_receipts.domain.lines import Arrivals, Cause, DeliveryKey, End, Item, Notice
from services.stock_receipts.domain.policy import Policy
from services.stock_receipts.domain.scans import Correction, Says, Scan

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FRIDAY = date(2026, 3, 6)
POLICY = Policy()

Step = Callable[[Delivery], Delivery]


def at(minutes: int) -> datetime:
    """So many minutes after nine on Monday."""
    return MONDAY + timedelta(minutes=minutes)


def notice(quantity: int, *, said: int = 0, expected_on: date = FRIDAY) -> Notice:
    """A notice told so many minutes after nine."""
    return Notice(quantity, expected_on, "ordered", at(said))


def units(good: int, damaged: int = 0, *, scanned: int = 60) -> Arrivals:
    """Units scanned so many minutes after nine."""
    return Arrivals(good, damaged, at(scanned), at(scanned))


def end(cause: Cause, *, said: int) -> End:
    """An end told so many minutes after nine."""
    return End(at(said), cause, at(said))


def test_an_announced_delivery_owes_what_was_not_scanned_yet() -> None:
    delivery = Delivery().announced("ACME", notice(10)).scanned(None, units(6, damaged=1))
    assert delivery.judged()["ACME"].remaining == 3


def test_an_announcement_after_the_scan_counts_what_already_came() -> None:
    delivery = Delivery().scanned(None, units(4))
    assert delivery.discrepancies() == {("", "unannounced"): 4}
    after = delivery.announced("ACME", notice(10))
    assert after.judged()["ACME"].remaining == 6
    assert after.changed_discrepancies(delivery) == {("", "unannounced"): 0}


def test_more_than_announced_is_over_and_owes_nothing() -> None:
    delivery = Delivery().announced("ACME", notice(10)).scanned("ACME", units(12))
    assert delivery.judged()["ACME"].remaining == 0
    assert delivery.discrepancies() == {("ACME", "over"): 2}


def test_damaged_units_are_kept_against_the_supplier_who_sent_them() -> None:
    delivery = Delivery().announced("ACME", notice(10)).scanned(None, units(8, damaged=2))
    assert delivery.discrepancies() == {("ACME", "damaged"): 2}


def test_a_number_that_two_suppliers_use_fits_neither_unless_the_scan_names_one() -> None:
    both = Delivery().announced("ACME", notice(10)).announced("BOLT", notice(20))
    assert both.filled_by(None) is None
    assert both.filled_by("BOLT") == "BOLT"
    scanned = both.scanned(None, units(3)).scanned("BOLT", units(5))
    assert scanned.discrepancies() == {("", "delivery_ambiguous"): 3}
    assert [line.remaining for line in scanned.judged().values() if line.notice] == [10, 15]


def test_a_second_supplier_with_the_same_number_makes_earlier_scans_ambiguous() -> None:
    before = Delivery().announced("ACME", notice(10)).scanned(None, units(3))
    after = before.announced("BOLT", notice(20))
    told = after.changed_expectations(before)
    assert {supplier: line.remaining for supplier, line in told.items()} == {"ACME": 10, "BOLT": 20}


def test_a_supplier_who_announced_nothing_fits_no_line_of_another() -> None:
    delivery = Delivery().announced("ACME", notice(10)).scanned("BOLT", units(5))
    assert delivery.discrepancies() == {("BOLT", "unannounced"): 5}
    assert delivery.judged()["ACME"].remaining == 10


def test_an_older_notice_changes_nothing() -> None:
    moved = Delivery().announced("ACME", notice(10, said=5))
    assert moved.announced("ACME", notice(99, said=1)) is moved


def test_the_same_promise_said_later_is_told_again_with_its_revision() -> None:
    before = Delivery().announced("ACME", notice(10))
    after = before.announced("ACME", notice(10, said=5))
    assert list(after.changed_expectations(before)) == ["ACME"]


class TestEnds:
    """Who stops waiting for what, and when."""

    def test_a_completed_line_owes_nothing_and_its_rest_is_short(self) -> None:
        unloaded = Delivery().announced("ACME", notice(10)).scanned(None, units(6))
        after = unloaded.ended("ACME", end("completed", said=90))
        assert after.judged()["ACME"].remaining == 0
        assert after.discrepancies() == {("ACME", "short"): 4}

    def test_a_line_that_came_whole_is_not_short(self) -> None:
        unloaded = Delivery().announced("ACME", notice(10)).scanned(None, units(10))
        assert unloaded.ended("ACME", end("completed", said=90)).discrepancies() == {}

    def test_units_that_come_after_the_end_make_it_less_short(self) -> None:
        ended = Delivery().announced("ACME", notice(10)).ended("ACME", end("cancelled", said=5))
        assert ended.scanned(None, units(7)).discrepancies() == {("ACME", "short"): 3}

    def test_a_later_notice_opens_a_line_again_an_earlier_one_does_not(self) -> None:
        ended = Delivery().announced("ACME", notice(10)).ended("ACME", end("cancelled", said=60))
        assert ended.announced("ACME", notice(8, said=30)).judged()["ACME"].remaining == 0
        assert ended.announced("ACME", notice(8, said=90)).judged()["ACME"].remaining == 8

    def test_the_rest_is_closed_two_working_days_after_the_first_scan(self) -> None:
        thursday = 3 * 24 * 60
        delivery = Delivery().announced("ACME", notice(10))
        for scanned in (thursday + 60, thursday):
            delivery = delivery.scanned(None, units(1, scanned=scanned))
        will_end = delivery.ends_by_themselves(POLICY)["ACME"]
        assert (will_end.cause, will_end.at) == ("closed", datetime(2026, 3, 9, 9, 0, tzinfo=UTC))

    def test_an_unscanned_line_is_overdue_when_five_working_days_past_its_date_are_over(
        self,
    ) -> None:
        will_end = Delivery().announced("ACME", notice(10)).ends_by_themselves(POLICY)["ACME"]
        assert (will_end.cause, will_end.at) == ("overdue", datetime(2026, 3, 14, tzinfo=UTC))

    def test_a_supplier_who_announces_the_rest_after_the_scan_asks_to_wait_for_it(self) -> None:
        delivery = Delivery().announced("ACME", notice(10)).scanned(None, units(6))
        moved = delivery.announced("ACME", notice(10, said=120, expected_on=date(2026, 3, 20)))
        will_end = moved.ends_by_themselves(POLICY)["ACME"]
        assert (will_end.cause, will_end.at.date()) == ("overdue", date(2026, 3, 28))
        again = moved.scanned(None, units(1, scanned=180))
        assert again.ends_by_themselves(POLICY)["ACME"].cause == "closed"

    def test_nothing_ends_of_what_came_whole_was_ended_or_never_announced(self) -> None:
        announced = Delivery().announced("ACME", notice(10))
        for delivery in (
            Delivery().scanned("ACME", units(3)),
            announced.scanned(None, units(10)),
            announced.ended("ACME", end("completed", said=5)),
        ):
            assert delivery.ends_by_themselves(POLICY) == {}

    @pytest.mark.parametrize(("hours_early", "remaining"), [(1, 10), (0, 0)])
    def test_a_line_lapses_when_its_time_has_come(self, hours_early: int, remaining: int) -> None:
        delivery = Delivery().announced("ACME", notice(10))
        now = delivery.ends_by_themselves(POLICY)["ACME"].at - timedelta(hours=hours_early)
        assert delivery.lapsed("ACME", now, POLICY).judged()["ACME"].remaining == remaining

    def test_a_notice_that_was_under_way_opens_a_line_that_lapsed(self) -> None:
        delivery = Delivery().announced("ACME", notice(10))
        lapsed = delivery.lapsed("ACME", at(60 * 24 * 60), POLICY)
        assert lapsed.announced("ACME", notice(9, said=1)).judged()["ACME"].remaining == 9


class TestCorrections:
    """What a scan says once it was corrected."""

    scan = Scan("LAMP", "DOCK-2", Says(good=12, damaged=0, delivery="D7", supplier=""))

    def test_the_latest_correction_holds_whatever_comes_last(self) -> None:
        late, early = Correction(at(20), 10, 1), Correction(at(10), 5, 0)
        assert self.scan.corrected(late).corrected(early).says.good == 10
        assert self.scan.corrected(early).corrected(late).says.good == 10

    def test_a_delivery_once_corrected_stays_when_only_units_are_corrected_later(self) -> None:
        moved, fewer = Correction(at(10), 12, 0, delivery="D8"), Correction(at(20), 11, 0)
        for first, second in ((moved, fewer), (fewer, moved)):
            says = self.scan.corrected(first).corrected(second).says
            assert (says.good, says.delivery, says.supplier) == (11, "D8", "")

    def test_units_move_from_one_delivery_to_another(self) -> None:
        item = Item("LAMP", "MAIN")
        d7, d8 = DeliveryKey(*item, "D7"), DeliveryKey(*item, "D8")
        known = {key: Delivery().announced("ACME", notice(20)) for key in (d7, d8)}
        known[d7] = known[d7].scanned(None, units(12))
        deliveries = Deliveries(known)
        before = self.scan.says
        after = self.scan.corrected(Correction(at(90), 10, 2, delivery="D8")).says
        owing = deliveries.correct(item, before, after)
        assert {key.delivery: line.remaining for key, line in owing.items()} == {"D7": 20, "D8": 8}


def announcing(supplier: str, told: Notice) -> Step:
    """A notice as a step."""
    return lambda delivery: delivery.announced(supplier, told)


def scanning(supplier: str | None, arrivals: Arrivals) -> Step:
    """A scan as a step."""
    return lambda delivery: delivery.scanned(supplier, arrivals)


def ending(supplier: str, told: End) -> Step:
    """An end as a step."""
    return lambda delivery: delivery.ended(supplier, told)


def a_told_notice(supplier: str, said: int) -> Step:
    """A notice as a step; its moment fixes its content, since the two would else contradict."""
    return announcing(supplier, notice(5 + said, said=said))


suppliers = st.sampled_from(["ACME", "BOLT"])
causes = st.sampled_from(["completed", "cancelled"])
notices = st.builds(a_told_notice, suppliers, st.integers(0, 3))
arrivals = st.builds(units, st.integers(0, 9), st.integers(0, 3), scanned=st.integers(0, 9))
scans = st.builds(scanning, st.one_of(st.none(), suppliers), arrivals)
ends = st.builds(ending, suppliers, st.builds(end, causes, said=st.integers(0, 3)))
histories = st.lists(st.one_of(notices, scans, ends), max_size=9)


@given(histories, st.randoms(use_true_random=False))
def test_what_is_told_ends_the_same_in_any_order(steps: list[Step], random: Random) -> None:
    shuffled = list(steps)
    random.shuffle(shuffled)
    one = reduce(lambda delivery, step: step(delivery), steps, Delivery())
    other = reduce(lambda delivery, step: step(delivery), shuffled, Delivery())
    assert one.judged() == other.judged()
    assert one.discrepancies() == other.discrepancies()
    assert one.ends_by_themselves(POLICY) == other.ends_by_themselves(POLICY)


@given(histories)
def test_every_unit_that_came_is_on_exactly_one_line(steps: list[Step]) -> None:
    delivery = reduce(lambda delivery, step: step(delivery), steps, Delivery())
    came = sum(line.came.units for line in delivery.lines.values())
    assert sum(line.came.units for line in delivery.judged().values()) == came


@given(histories)
def test_an_announced_unit_came_is_awaited_or_is_short(steps: list[Step]) -> None:
    delivery = reduce(lambda delivery, step: step(delivery), steps, Delivery())
    for line in delivery.judged().values():
        if line.notice:
            came = line.came.units - line.over
            assert came + line.remaining + line.short == line.notice.quantity
