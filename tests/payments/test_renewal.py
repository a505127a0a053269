from __future__ import annotations

from datetime import timedelta

from services.payments.domain.news import Authorized, DeadlinePassed, Voided
from services.payments.domain.policy import Policy
from tests.payments.simulation import HARD, SHIPMENT, authorized, captured


def test_an_authorization_is_renewed_before_it_lapses_and_the_old_one_voided():
    one = authorized(500)
    one.wait(days=6)
    assert one.scheduled_kinds() >= {"authorize"}
    one.settle()
    assert one.provider.held(one.now) == 500
    one.wait(days=2)
    one.pack(500)
    one.settle()
    assert one.provider.captured() == {SHIPMENT: 500}
    assert [len(one.told(Authorized)), len(one.told(Voided))] == [2, 0]
    assert one.balances() == {"provider": 500, "customers": -500}


def test_a_declined_renewal_leaves_what_is_reserved_and_is_tried_anew_when_it_lapses():
    one = authorized(500)
    one.wait(days=6)
    one.do("authorize", HARD)
    assert not one.account.trouble.is_standing
    assert one.provider.held(one.now) == 500
    one.wait(days=1)
    one.do("authorize", HARD)
    assert one.account.trouble.episode == 1
    assert one.balances() == {}


def test_a_parcel_packed_after_a_declined_renewal_is_captured_from_what_is_reserved():
    one = authorized(500)
    one.wait(days=6)
    one.start("authorize")
    one.pack(500)
    one.answer("authorize", HARD)
    one.settle()
    assert one.provider.captured() == {SHIPMENT: 500}
    assert one.balances() == {"provider": 500, "customers": -500}
    one.wait(days=30)
    assert one.scheduled_kinds() == set()


def test_a_capture_that_waits_for_its_notice_is_not_put_off_by_renewals():
    one = authorized(500, Policy(capture_notice=timedelta(days=30)))
    one.pack(500)
    one.wait(days=6, hours=23)
    one.settle()
    assert one.provider.captured() == {SHIPMENT: 500}
    assert len(one.told(Authorized)) == 1


def test_a_captured_parcel_is_renewed_no_more():
    one = captured(500)
    assert one.scheduled_kinds() == set()


def test_a_parcel_withdrawn_before_its_renewal_begins_has_nothing_reserved():
    one = authorized(500)
    one.wait(days=6)
    one.withdraw()
    assert not one.start("authorize")
    one.settle()
    assert one.provider.held(one.now) == 0
    assert one.balances() == {}


def test_a_renewal_asks_for_what_the_parcel_costs_now_and_when_declined_changes_nothing():
    one = authorized(500)
    one.cost(300, version=2)
    one.wait(days=6)
    one.do("authorize", HARD)
    one.withdraw(version=3)
    one.settle()
    assert one.balances() == {}
    assert [news.former.amount_minor for news in one.news if isinstance(news, Voided)] == [500]


def test_a_deadline_takes_nothing_from_a_parcel_whose_renewal_is_under_way():
    one = authorized(500)
    one.wait(days=4)
    one.cost(400, shipment_id="shop:1/2")
    one.do("authorize", HARD)
    one.wait(days=2)
    one.start("authorize")
    one.wait(days=1)
    passed = [news.shipment_ids for news in one.news if isinstance(news, DeadlinePassed)]
    assert passed == [("shop:1/2",)]
