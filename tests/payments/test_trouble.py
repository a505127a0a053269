from __future__ import annotations

from datetime import timedelta

import pytest

from services.payments.domain.news import (
    Authorized,
    DeadlinePassed,
    MethodVerified,
    NeedsCustomer,
    Resolved,
)
from services.payments.domain.state import Why
from tests.harness import START
from tests.payments.simulation import HARD, SHIPMENT, SOFT, Simulation

EXPIRED = Why("expired_card", "The card has expired.")
DEADLINE = START + timedelta(hours=72)


def declined(why: Why = HARD) -> Simulation:
    """An order whose parcel's authorization was declined."""
    one = Simulation()
    one.accept()
    one.do("verify")
    one.cost(500)
    one.do("authorize", why)
    return one


def needed(one: Simulation) -> list[tuple[str | None, str, int]]:
    return [(n.shipment_id, n.cause, n.episode) for n in one.news if isinstance(n, NeedsCustomer)]


def test_two_declines_are_one_episode_with_one_deadline():
    one = declined(EXPIRED)
    one.cost(400, shipment_id="shop:1/2")
    one.do("authorize", HARD)
    assert needed(one) == [(SHIPMENT, "expired", 1), ("shop:1/2", "declined", 1)]
    assert {n.deadline for n in one.news if isinstance(n, NeedsCustomer)} == {DEADLINE}


@pytest.mark.parametrize(
    ("code", "cause"),
    [("expired_card", "expired"), ("authentication_required", "authentication_needed"),
     ("card_declined", "declined"), ("insufficient_funds", "declined")],
)  # fmt: skip
def test_the_cause_says_what_the_customer_must_do(code: str, cause: str):
    assert needed(declined(Why(code, "No."))) == [(SHIPMENT, cause, 1)]


def test_a_new_method_ends_the_trouble_and_pays_what_was_declined():
    one = declined()
    one.give("m-2")
    one.do("verify")
    assert one.told(MethodVerified)[-1] == MethodVerified("m-2", 1)
    assert not one.account.trouble.is_standing
    one.settle()
    assert len(one.told(Authorized)) == 1
    one.wait(days=5)
    assert one.told(DeadlinePassed) == []


def test_a_new_method_that_is_declined_too_is_the_next_episode():
    one = declined()
    one.give("m-2")
    one.do("verify")
    one.do("authorize", HARD)
    assert needed(one) == [(SHIPMENT, "declined", 1), (SHIPMENT, "declined", 2)]


def test_a_new_method_that_is_refused_adds_to_the_open_episode():
    one = declined()
    one.give("m-2")
    one.do("verify", Why("invalid_account", "Nobody knows it."))
    assert needed(one) == [(SHIPMENT, "declined", 1), (None, "method_refused", 1)]


def test_a_method_refused_beside_one_that_works_is_no_trouble():
    one = Simulation()
    one.accept()
    one.do("verify")
    one.give("m-2")
    one.do("verify", HARD)
    assert needed(one) == []


def test_a_soft_decline_is_tried_again_with_the_same_method_and_mends_the_trouble():
    one = declined(SOFT)
    one.wait(hours=24)
    one.do("authorize", SOFT)
    one.wait(hours=24)
    one.do("authorize")
    assert one.told(Resolved) == [Resolved(1)]
    one.wait(days=2)
    assert one.told(DeadlinePassed) == []
    assert [episode for _, _, episode in needed(one)] == [1, 1]


def test_a_hard_decline_is_not_tried_again():
    one = declined(HARD)
    one.wait(hours=71)
    assert one.scheduled_kinds() == {"payment_deadline"}


def test_nothing_is_tried_again_at_the_deadline_or_behind_it():
    one = declined(SOFT)
    for _ in range(2):
        one.wait(hours=24)
        one.do("authorize", SOFT)
    assert one.scheduled_kinds() == {"payment_deadline"}
    one.wait(hours=24)
    assert one.told(DeadlinePassed) == [DeadlinePassed(1, (SHIPMENT,), DEADLINE)]


def test_a_trouble_of_two_parcels_is_over_when_both_are_paid():
    one = declined(SOFT)
    one.cost(400, shipment_id="shop:1/2")
    one.do("authorize", SOFT)
    one.wait(hours=24)
    one.do("authorize")
    assert one.told(Resolved) == []
    one.do("authorize")
    assert one.told(Resolved) == [Resolved(1)]


def test_a_method_not_verified_in_time_is_trouble_and_over_when_it_is():
    one = Simulation()
    one.accept()
    one.wait(hours=24)
    assert needed(one) == [(None, "unverified", 1)]
    one.do("verify")
    assert one.told(MethodVerified) == [MethodVerified("m-1", 1)]
    one.wait(days=4)
    assert one.told(DeadlinePassed) == []


def test_a_method_refused_for_the_moment_is_asked_about_again():
    one = Simulation()
    one.accept()
    one.do("verify", SOFT)
    one.wait(hours=24)
    one.do("verify")
    assert one.told(MethodVerified) == [MethodVerified("m-1", 1)]
    assert one.scheduled_kinds() == set()


def test_a_method_refused_for_the_moment_is_not_asked_about_beside_one_that_works():
    one = Simulation()
    one.accept()
    one.do("verify", SOFT)
    one.give("m-2")
    one.do("verify")
    assert one.scheduled_kinds() == set()


def test_the_deadline_names_the_parcels_without_money_alone():
    one = Simulation()
    one.accept()
    one.do("verify")
    for number in (1, 2):
        one.cost(500, shipment_id=f"shop:1/{number}")
    one.do("authorize")
    one.do("authorize", HARD)
    one.wait(hours=72)
    assert one.told(DeadlinePassed) == [DeadlinePassed(1, ("shop:1/2",), DEADLINE)]


def test_a_trouble_whose_parcel_is_cancelled_is_over():
    one = declined()
    one.withdraw()
    assert one.told(Resolved) == [Resolved(1)]
    assert one.scheduled_kinds() == set()


def test_what_the_deadline_withdraws_does_not_mend_the_trouble():
    one = declined()
    one.wait(hours=72)
    one.withdraw()
    assert one.told(Resolved) == []
    assert one.account.trouble.is_passed


def test_an_answer_on_its_way_at_the_deadline_still_counts_and_is_voided_when_withdrawn():
    one = declined(SOFT)
    one.wait(hours=48)
    one.start("authorize")
    one.wait(hours=24)
    one.answer("authorize")
    assert [type(news) for news in one.news[-3:]] == [DeadlinePassed, Authorized, Resolved]
    one.withdraw()
    one.settle()
    assert one.balances() == {}


@pytest.mark.parametrize("is_verified_first", [True, False])
def test_a_new_method_and_the_decline_of_the_old_end_the_same_in_both_orders(
    is_verified_first: bool,
):
    one = Simulation()
    one.accept()
    one.do("verify")
    one.cost(500)
    one.start("authorize")
    one.wait(minutes=1)
    one.give("m-2")
    if is_verified_first:
        one.do("verify")
        one.answer("authorize", HARD)
    else:
        one.answer("authorize", HARD)
        one.do("verify")
    one.settle()
    assert one.account.authorizations[SHIPMENT].method_id == "m-2"
    assert not one.account.trouble.is_standing


@pytest.mark.parametrize("is_verified_first", [True, False])
def test_a_new_method_and_the_deadline_end_paid_in_both_orders(is_verified_first: bool):
    one = declined()
    one.wait(hours=71)
    one.give("m-2")
    if is_verified_first:
        one.do("verify")
        one.wait(hours=1)
    else:
        one.wait(hours=1)
        one.do("verify")
    one.settle()
    assert len(one.told(DeadlinePassed)) == (0 if is_verified_first else 1)
    assert one.told(MethodVerified)[-1] == MethodVerified("m-2", 1)
    assert len(one.told(Authorized)) == 1


def test_nobody_is_asked_about_an_order_that_has_ended():
    one = Simulation()
    one.accept()
    one.do("verify")
    one.cost(500)
    one.start("authorize")
    one.close()
    one.answer("authorize", HARD)
    one.withdraw()
    assert needed(one) == []
    assert one.scheduled_kinds() == set()
