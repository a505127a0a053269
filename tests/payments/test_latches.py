"""What is told while a call is under way, or put off, holds once its outcome is known."""

from __future__ import annotations

import pytest

from services.payments.domain.news import Authorized, NeedsCustomer, Resolved
from tests.payments.simulation import HARD, LAPSED, SHIPMENT, Simulation, authorized


def under_way(amount_minor: int = 500) -> Simulation:
    """A parcel whose authorization is being asked for."""
    one = Simulation()
    one.accept()
    one.do("verify")
    one.cost(amount_minor)
    one.start("authorize")
    return one


def capturing(amount_minor: int = 500) -> Simulation:
    """A parcel that is being captured."""
    one = authorized(amount_minor)
    one.pack(amount_minor)
    one.start("capture")
    return one


def test_a_parcel_withdrawn_while_it_is_captured_is_refunded():
    one = capturing()
    one.withdraw()
    assert one.scheduled_kinds() == {"renew_authorization"}
    one.answer("capture")
    one.settle()
    assert one.provider.captured() == {SHIPMENT: 0}
    assert one.balances() == {}
    assert one.scheduled_kinds() == set()


def test_a_parcel_packed_anew_while_it_is_captured_is_refunded_the_difference():
    one = capturing()
    one.cost(300, version=2)
    one.pack(300, version=2)
    one.answer("capture")
    one.settle()
    assert one.provider.captured() == {SHIPMENT: 300}
    assert one.account.captures[SHIPMENT].version == 1


def test_a_parcel_packed_anew_while_its_capture_fails_is_captured_as_it_is_now():
    one = capturing()
    one.cost(300, version=2)
    one.pack(300, version=2)
    one.answer("capture", LAPSED)
    one.settle()
    assert one.provider.captured() == {SHIPMENT: 300}
    assert one.account.captures[SHIPMENT].version == 2


def test_a_capture_that_comes_too_late_is_made_anew_under_another_key():
    one = capturing()
    one.wait(days=8)
    one.answer("capture")
    one.settle()
    assert one.asked["capture"] == 2
    assert one.provider.captured() == {SHIPMENT: 500}


def test_a_capture_put_off_until_the_parcel_changed_is_not_made():
    one = capturing()
    one.retry("capture")
    one.cost(300, version=2)
    assert not one.start("capture")
    one.settle()
    assert one.provider.captured() == {}
    one.pack(300, version=2)
    one.settle()
    assert one.provider.captured() == {SHIPMENT: 300}


def test_what_changed_before_an_authorization_begins_is_asked_for_as_it_is_now():
    one = Simulation()
    one.accept()
    one.do("verify")
    one.cost(500)
    one.cost(300, version=2)
    one.do("authorize")
    assert one.provider.held(one.now) == 300


def test_the_decline_of_a_parcel_withdrawn_meanwhile_asks_nobody():
    one = under_way()
    one.withdraw(amount_minor=40)
    one.answer("authorize", HARD)
    assert one.told(NeedsCustomer) == []
    assert one.account.authorizations[SHIPMENT].state == "withdrawn"


def test_the_decline_of_a_parcel_that_costs_nothing_any_more_asks_nobody():
    one = under_way()
    one.cost(0, version=2)
    one.answer("authorize", HARD)
    assert one.told(NeedsCustomer) == []
    assert len(one.told(Authorized)) == 1


@pytest.mark.parametrize("amount_minor", [300, 0])
def test_what_changed_while_a_call_was_put_off_is_asked_for_under_a_new_key(amount_minor: int):
    one = under_way()
    one.retry("authorize")
    one.cost(amount_minor, version=2)
    assert not one.start("authorize")
    one.settle()
    assert one.provider.held(one.now) == amount_minor
    assert one.account.authorizations[SHIPMENT].amount_minor == amount_minor


def test_a_withdrawal_without_any_method_that_works_mends_nothing():
    one = Simulation()
    one.accept()
    one.cost(500)
    one.do("verify", HARD)
    one.withdraw()
    assert one.told(Resolved) == []
    assert one.account.trouble.deadline is not None
