"""The rules of telling, without database and mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.notifications.domain.facts import Facts
from services.notifications.domain.lines import merged
from services.notifications.domain.messages import due_of, gathered
from services.notifications.domain.orders import Policy, Trouble
from services.notifications.domain.told import Told
from services.notifications.handlers.parcels import content_of, nothing_of
from tests.notifications.builders import MONDAY, ORDER, PRICE_MINOR, THE_19TH, THE_24TH
from tests.notifications.parcels import DEADLINE, a_change, a_parcel_withdrawn
from tests.notifications.situations import (
    LAMP,
    a_fact,
    a_line,
    a_parcel,
    an_order,
    composed,
    said,
    why,
)

# ---- how a line stands -------------------------------------------------------------------------


def test_what_is_confirmed_counts_as_told() -> None:
    line = a_line(5, waiting=3)
    assert line.told == Told(3, 2, 0, 0, THE_19TH, 1)
    assert line.news() is None


def test_a_fact_older_than_the_confirmation_is_no_news() -> None:
    line = a_line(5).with_fact(
        a_fact(decision_no=1, granted_total=0, waiting=5, promised_on=THE_19TH, promise_version=1)
    )
    assert line.waiting == 0
    assert line.news() is None


def test_units_given_back_wait_again_and_that_is_newer() -> None:
    line = a_line(5).with_fact(
        a_fact(decision_no=9, granted_total=5, requeued_total=2, waiting=2, promised_on=THE_24TH,
               promise_version=2)
    )  # fmt: skip
    assert line.news() == "backordered"
    facts = said(composed("backordered", line, a_parcel(3)))
    assert [(row.quantity, row.promised_on) for row in facts.rows] == [(2, THE_24TH)]


def test_units_granted_again_wait_no_more_in_whatever_order_it_is_heard() -> None:
    again = a_fact(decision_no=9, granted_total=5, requeued_total=2, waiting=2)
    granted = a_fact(decision_no=12, granted_total=7, requeued_total=2, waiting=0)
    for facts in ([again, granted], [granted, again]):
        assert merged({LAMP: a_line(5)}, facts)[LAMP].waiting == 0


def test_a_cancel_takes_waiting_units_first_even_while_allocation_has_not_said_so() -> None:
    line = a_line(5, waiting=3).with_fact(a_fact(settled=4))
    assert (line.gone, line.wanted, line.waiting_beside(0)) == (4, 1, 0)
    heard = line.with_fact(
        a_fact(decision_no=9, granted_total=2, waiting=0, cancelled=3)
    ).with_fact(a_fact(withdrawn=1))
    assert (heard.gone, heard.wanted, heard.in_hand) == (4, 1, 1)


def test_no_unit_in_a_parcel_is_told_to_wait() -> None:
    line = a_line(5, waiting=3).with_fact(a_fact(promised_on=THE_24TH, promise_version=2))
    facts = said(composed("date_changed", line, a_parcel(4)))
    assert [row.quantity for row in facts.rows] == [1]
    assert why(composed("date_changed", line, a_parcel(5))) == "later_stage"


# ---- messages ----------------------------------------------------------------------------------


def test_the_first_message_is_never_suppressed() -> None:
    gone = a_parcel(5, dispatched_at=MONDAY)
    assert isinstance(composed("confirmed", a_line(5), gone), Facts)


def test_a_parcel_is_told_of_once_at_each_stage() -> None:
    parcel = a_parcel(5, authorized_at=MONDAY, dispatched_at=MONDAY)
    due = due_of(an_order(), [parcel], [], MONDAY)
    assert [message.message_id for message in due.messages] == [
        f"{ORDER}/about_to_ship/2",
        f"{ORDER}/shipped/3",
    ]
    assert due_of(due.orders[0], due.parcels, [], MONDAY).messages == []


def test_an_order_opens_with_its_confirmation_and_then_tells_what_waited() -> None:
    order = an_order(opened=False, messages=0)
    parcel = a_parcel(5, authorized_at=MONDAY)
    due = due_of(order, [parcel], [], MONDAY)
    assert [message.kind for message in due.messages] == ["confirmed", "about_to_ship"]
    assert due_of(replace(order, has_contact=False), [parcel], [], MONDAY).messages == []


def test_news_gathers_in_one_message_at_a_time() -> None:
    policy = Policy(timedelta(hours=1))
    (message,) = gathered([an_order()], "date_changed", set(), MONDAY, policy).messages
    assert message.due_at == MONDAY + timedelta(hours=1)
    assert gathered([an_order()], "date_changed", {ORDER}, MONDAY, policy).messages == []


def test_payment_is_asked_for_once_in_each_trouble() -> None:
    order = an_order(trouble=Trouble(1, "expired", DEADLINE))
    due = due_of(order, [], [], MONDAY)
    assert [(one.kind, one.episode) for one in due.messages] == [("payment_needed", 1)]
    told = due.orders[0]
    assert due_of(told, [], [], MONDAY).messages == []
    assert due_of(replace(order, mended=1), [], [], MONDAY).messages == []
    more = told.troubled(Trouble(1, "declined", DEADLINE))
    assert due_of(more, [], [], MONDAY).messages == []
    next_one = replace(told, mended=1).troubled(Trouble(2, "declined", DEADLINE))
    assert [one.episode for one in due_of(next_one, [], [], MONDAY).messages] == [2]


def test_payment_is_not_asked_for_once_it_is_too_late_or_not_needed() -> None:
    order = an_order(trouble=Trouble(1, "expired", DEADLINE))
    assert said(composed("payment_needed", a_line(5), order=order)).deadline == DEADLINE
    for changed, code in (
        (replace(order, mended=1), "resolved"),
        (replace(order, overdue=1), "deadline_passed"),
        (an_order(trouble=Trouble(1, "expired", MONDAY)), "deadline_passed"),
        (replace(order, has_contact=False), "contact_erased"),
    ):
        assert why(composed("payment_needed", a_line(5), order=changed)) == code
    gone = a_line(5).with_fact(a_fact(settled=5))
    assert why(composed("payment_needed", gone, order=order)) == "later_stage"


# ---- parcels -----------------------------------------------------------------------------------


def test_a_shipment_is_whole_a_part_or_the_rest() -> None:
    first = a_parcel(2, 1, dispatched_at=MONDAY)
    second = a_parcel(3, 2, dispatched_at=MONDAY)
    parts = [
        composed("shipped", a_line(2), first),
        composed("shipped", a_line(5), first),
        composed("shipped", a_line(5), second, replace(first, told="shipped")),
        composed("shipped", a_line(5).with_fact(a_fact(settled=3)), first),
        composed("shipped", a_line(5), replace(first, complete=True)),
    ]
    assert [said(facts).part for facts in parts] == ["whole", "part", "rest", "whole", "whole"]


def test_the_highest_version_of_a_parcel_is_what_it_holds() -> None:
    changed = content_of(a_change(version=3, lamp=2))
    parcel = a_parcel(5).holding(changed).holding(content_of(a_change(version=2, lamp=4)))
    assert (parcel.units(), parcel.amount_minor) == ({LAMP: 2}, 2 * PRICE_MINOR)
    withdrawn = parcel.holding(nothing_of(a_parcel_withdrawn(version=4, lamp=2)))
    assert (withdrawn.units(), withdrawn.withdrawn) == ({}, True)


def test_what_was_charged_beyond_a_parcel_goes_back() -> None:
    parcel = a_parcel(5, captured_minor=5 * PRICE_MINOR, dispatched_at=MONDAY)
    changed = parcel.holding(content_of(a_change(lamp=3)))
    facts = said(composed("shipped", a_line(5), changed))
    assert (facts.amount_minor, facts.returned_minor) == (3 * PRICE_MINOR, 2 * PRICE_MINOR)


def test_a_parcel_is_not_announced_with_units_that_were_given_back_or_cancelled() -> None:
    parcel = a_parcel(5, authorized_at=MONDAY)
    changed = parcel.holding(content_of(a_change(lamp=3)))
    back = a_fact(decision_no=9, granted_total=5, requeued_total=2, waiting=2)
    given_back = a_line(5).with_fact(back)
    cancelled = a_line(5).with_fact(a_fact(withdrawn=2, answered=2))
    for line in (given_back, cancelled):
        assert why(composed("about_to_ship", line, parcel)) == "content_changes"
    for line in (given_back.leaving(2, "damaged"), cancelled):
        assert [row.quantity for row in said(composed("about_to_ship", line, changed)).rows] == [3]


def test_a_parcel_waits_for_what_another_topic_must_still_say_of_its_units() -> None:
    parcel = a_parcel(3, authorized_at=MONDAY)
    back = a_line(5).with_fact(a_fact(decision_no=9, granted_total=7, requeued_total=2, waiting=0))
    passed_on = a_line(5).with_fact(a_fact(passed_on=2))
    settled = a_line(5).with_fact(a_fact(settled=2))
    for line in (back, passed_on, settled):
        assert why(composed("about_to_ship", line, parcel)) == "content_changes"
    for line in (
        back.leaving(2, "missing"),
        passed_on.with_fact(a_fact(answered=2)),
        settled.with_fact(a_fact(cancelled=2)),
    ):
        assert isinstance(composed("about_to_ship", line, parcel), Facts)
    overdue = an_order(overdue=1)
    assert isinstance(composed("about_to_ship", back, parcel, order=overdue), Facts)


def test_a_parcel_is_announced_though_its_grant_is_not_heard_yet() -> None:
    parcel = a_parcel(5, authorized_at=MONDAY)
    assert isinstance(composed("about_to_ship", a_line(5, waiting=3), parcel), Facts)


def test_a_parcel_that_will_not_leave_or_is_not_paid_is_not_announced() -> None:
    withdrawn = a_parcel(5, authorized_at=MONDAY, withdrawn=True)
    assert why(composed("about_to_ship", a_line(5), withdrawn)) == "withdrawn"
    unpaid = composed("about_to_ship", a_line(5), a_parcel(5))
    assert why(unpaid) == "payment_open"
