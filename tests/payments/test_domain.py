from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain import ledger
from services.payments.domain.going_on import capture_due
from services.payments.domain.ledger import Entry, Posting
from services.payments.domain.news import Authorized, Captured, Refunded, Voided
from services.payments.domain.operations import idempotency_key, verification
from services.payments.domain.policy import Policy
from services.payments.domain.state import Capture, Held, Proof
from tests.harness import START
from tests.payments.simulation import (
    HARD,
    LAPSED,
    ORDER,
    SHIPMENT,
    VALID,
    Simulation,
    authorized,
    captured,
)


def test_an_order_has_its_method_verified_and_no_money_held():
    one = Simulation()
    one.accept()
    assert one.scheduled_kinds() == {"verify", "verify_within"}
    one.do("verify")
    assert one.scheduled_kinds() == set()
    assert one.balances() == {}


def test_an_order_that_costs_nothing_asks_no_provider():
    one = Simulation()
    one.accept(total_minor=0)
    one.cost(0)
    one.pack(0)
    assert one.scheduled_kinds() == set()
    assert one.account.captures[SHIPMENT].taken == Proof("none", None, START)


def test_a_parcel_waits_for_its_method_and_is_then_authorized():
    one = Simulation()
    one.cost(500)
    one.accept()
    assert "authorize" not in one.scheduled_kinds()
    one.do("verify")
    assert "authorize" in one.scheduled_kinds()


def test_an_order_that_has_ended_wants_no_method():
    one = Simulation()
    one.accept()
    one.start("verify")
    one.close()
    one.answer("verify")
    one.give("m-2")
    assert one.news == []
    assert one.scheduled_kinds() == set()


def test_a_parcel_is_captured_at_what_was_packed_whatever_was_authorized():
    one = authorized(500)
    one.pack(300, version=2)
    one.do("capture")
    assert one.balances() == {"provider": 300, "customers": -300}
    assert one.provider.held(one.now) == 0


def test_a_parcel_that_changed_is_captured_as_it_was_packed_anew():
    one = authorized(500)
    one.pack(500)
    one.cost(300, version=2)
    assert "capture" not in one.scheduled_kinds()
    one.pack(300, version=2)
    one.settle()
    assert one.provider.captured() == {SHIPMENT: 300}


def test_a_pack_of_an_older_version_comes_too_late():
    one = authorized(500)
    one.cost(300, version=2)
    one.pack(500)
    one.settle()
    assert one.provider.captured() == {}


def test_what_leaves_a_parcel_after_its_capture_is_refunded_part_by_part():
    one = captured(500)
    one.cost(300, version=2)
    one.cost(100, version=3)
    one.settle()
    told = [(r.amount_minor, r.total_minor) for r in one.news if isinstance(r, Refunded)]
    assert told == [(200, 200), (200, 400)]
    assert one.balances() == {"provider": 100, "customers": -100}


def test_of_a_captured_parcel_that_is_withdrawn_its_freight_stays_until_nothing_left_ever():
    one = captured(500)
    one.withdraw(version=2, amount_minor=40)
    one.settle()
    assert one.provider.captured() == {SHIPMENT: 40}
    one.withdraw(version=3)
    one.settle()
    assert one.provider.captured() == {SHIPMENT: 0}
    assert one.balances() == {}


def test_a_parcel_withdrawn_before_its_capture_is_voided_and_told_once():
    one = authorized(500)
    one.withdraw()
    one.settle()
    assert [type(news) for news in one.news[-1:]] == [Voided]
    assert one.balances() == {}
    assert one.provider.held(one.now) == 0
    assert one.scheduled_kinds() == set()


def test_a_parcel_withdrawn_before_it_was_planned_is_never_authorized():
    one = Simulation()
    one.accept()
    one.do("verify")
    one.withdraw()
    one.cost(500, version=1)
    one.pack(500, version=1)
    assert one.scheduled_kinds() == set()


def test_the_authorization_of_a_withdrawn_parcel_is_told_to_nobody():
    one = Simulation()
    one.accept()
    one.do("verify")
    one.cost(500)
    one.start("authorize")
    one.withdraw()
    one.answer("authorize")
    one.settle()
    assert one.told(Authorized) == []
    assert one.balances() == {}


def test_a_parcel_that_came_to_cost_nothing_has_its_authorization_voided():
    one = authorized(500)
    one.cost(0, version=2)
    one.pack(0, version=2)
    one.settle()
    assert [c.capture.amount_minor for c in one.told(Captured)] == [0]  # type: ignore[union-attr]
    assert len(one.told(Authorized)) == 1
    assert one.balances() == {}


def test_what_has_lapsed_is_authorized_anew_and_captured_without_asking_anybody():
    one = authorized(500)
    one.pack(500)
    one.start("capture")
    one.answer("capture", LAPSED)
    one.settle()
    assert len(one.told(Authorized)) == 2
    assert one.provider.captured() == {SHIPMENT: 500}
    assert one.balances() == {"provider": 500, "customers": -500}
    assert not one.account.trouble.is_standing


def test_a_declined_capture_sets_the_authorization_free_and_asks_the_customer():
    one = authorized(500)
    one.pack(500)
    one.do("capture", HARD)
    one.settle()
    assert one.account.trouble.episode == 1
    assert one.provider.held(one.now) == 0
    one.give("m-2")
    one.settle()
    assert one.provider.captured() == {SHIPMENT: 500}
    assert one.balances() == {"provider": 500, "customers": -500}
    assert one.told(Voided) == []


def test_a_refund_is_asked_for_under_its_own_key_however_often():
    one = captured(500)
    one.cost(300, version=2)
    for _ in range(3):
        one.start("refund")
        one.retry("refund")
    one.settle()
    assert one.asked["refund"] == 4
    assert one.provider.captured() == {SHIPMENT: 300}


def test_an_entry_out_of_balance_cannot_be_made():
    postings = (Posting("provider", 5), Posting("customers", -4))
    with pytest.raises(ValueError, match="out of balance by 1"):
        Entry("e", ORDER, SHIPMENT, "GBP", START, postings)


@given(reserved=st.integers(0, 10**11), captured=st.integers(0, 10**11))
def test_every_entry_sums_to_zero(reserved: int, captured: int):
    for postings in (
        ledger.reserve(reserved),
        ledger.take(reserved, captured),
        ledger.unreserve(reserved),
        ledger.give_back(captured),
    ):
        assert sum(one.amount_minor for one in postings) == 0
        assert all(one.amount_minor for one in postings)


@given(
    packed_hours=st.integers(0, 24 * 10),
    notice_hours=st.integers(0, 24 * 10),
    margin_hours=st.integers(0, 48),
)
def test_a_notice_never_delays_a_capture_past_the_authorization(
    packed_hours: int, notice_hours: int, margin_hours: int
):
    notice, margin = timedelta(hours=notice_hours), timedelta(hours=margin_hours)
    packed_at = START + timedelta(hours=packed_hours)
    policy = Policy(capture_notice=notice, capture_margin=margin)
    held = Held("standin", "auth_1", START, START + VALID)
    due = capture_due(Capture("s", 1, 1, packed_at), held, policy)
    assert due >= packed_at
    assert due == packed_at or due <= START + VALID - margin
    assert due >= START + notice or due >= START + VALID - margin


def test_a_key_stays_the_same_for_the_same_attempt_and_differs_for_another():
    assert idempotency_key("capture", "shop:1/1:1") == "capture:shop:1/1:1"
    assert verification("shop:1", "m", 1) == "shop:1:m"
    assert verification("shop:1", "m", 2) != verification("shop:1", "m:2", 1)
