"""Cards that fail, from the decline to its end: real handlers, effects, Postgres and provider."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from schemas.payments import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDeadlinePassed,
    PaymentMethodRefused,
    PaymentMethodVerified,
    PaymentNeedsCustomer,
    PaymentResolved,
    PaymentVoided,
)
from tests.harness import START, only
from tests.payments.builders import SHIPMENT, a_method, a_pack, a_plan, a_withdrawal, an_order
from tests.payments.provider import Provider
from tests.payments.settling import (
    MakePayments,
    balances,
    kept,
    maker,
    reserved,
    scheduled,
    settle,
    shipped,
    told,
)

if TYPE_CHECKING:
    from tests.conftest import MakeService

LATER = START + timedelta(hours=1)


@pytest.fixture
def payments(service: MakeService, provider: Provider) -> MakePayments:
    """The service beside a running provider, with short pauses between attempts."""
    return maker(service, provider)


async def test_a_method_that_nobody_knows_needs_the_customer(
    payments: MakePayments, provider: Provider
):
    one = await payments()
    said = await told(one, an_order(token="tok_unverifiable"))
    assert only(said, PaymentMethodRefused)[0].reason.code == "invalid_account"
    needed = only(said, PaymentNeedsCustomer)[0]
    assert (needed.shipment_id, needed.cause, needed.episode) == (None, "method_refused", 1)
    assert needed.deadline == START + timedelta(hours=72)
    assert await told(one, a_plan()) == []
    assert provider.book("authorize") == []


@pytest.mark.parametrize(
    ("token", "cause"),
    [
        ("tok_declined", "declined"),
        ("tok_insufficient", "declined"),
        ("tok_expired", "expired"),
        ("tok_authentication", "authentication_needed"),
        ("tok_declined_capture", "declined"),
        ("tok_expired_capture", "expired"),
    ],
)
async def test_after_a_decline_another_card_pays(
    payments: MakePayments, provider: Provider, token: str, cause: str
):
    one = await payments()
    said = await shipped(one, token)
    needed = only(said, PaymentNeedsCustomer)[0]
    assert (needed.shipment_id, needed.cause, needed.episode) == (SHIPMENT, cause, 1)
    assert (kept(provider), reserved(provider), await balances(one)) == ({}, 0, {})
    said = await told(one, a_method(given_at=LATER))
    assert [event.episode for event in only(said, PaymentMethodVerified)] == [1]
    assert len(only(said, PaymentCaptured)) == 1
    assert kept(provider) == {SHIPMENT: 4_200}
    assert await balances(one) == {"provider": 4_200, "customers": -4_200}
    assert await scheduled(one) == []


async def test_without_another_card_the_deadline_passes_and_all_is_set_free(
    payments: MakePayments, provider: Provider
):
    one = await payments()
    await shipped(one, "tok_declined")
    one.clock.set(START + timedelta(hours=72))
    passed = only(await settle(one), PaymentDeadlinePassed)
    assert [(event.episode, event.shipment_ids) for event in passed] == [(1, (SHIPMENT,))]
    assert await told(one, a_withdrawal(cause="payment_deadline")) == []
    assert (kept(provider), await balances(one), await scheduled(one)) == ({}, {}, [])


async def test_a_soft_decline_is_tried_again_and_mends_itself(
    payments: MakePayments, provider: Provider
):
    one = await payments()
    await shipped(one, "tok_insufficient_once")
    one.clock.set(START + timedelta(hours=24))
    said = await settle(one)
    assert [type(event) for event in said] == [PaymentAuthorized, PaymentResolved, PaymentCaptured]
    assert kept(provider) == {SHIPMENT: 4_200}
    assert await scheduled(one) == []


@pytest.mark.parametrize("operation", ["verify", "capture"])
async def test_a_soft_decline_elsewhere_is_tried_again_too(
    payments: MakePayments, provider: Provider, operation: str
):
    one = await payments()
    said = await shipped(one, f"tok_insufficient_{operation}_once")
    assert len(only(said, PaymentNeedsCustomer)) == 1
    one.clock.set(START + timedelta(hours=24))
    assert len(only(await settle(one), PaymentCaptured)) == 1
    assert kept(provider) == {SHIPMENT: 4_200}
    assert (reserved(provider), await scheduled(one)) == (0, [])


async def test_a_provider_that_never_answers_about_a_method_is_trouble_until_it_does(
    service: MakeService, provider_process: Provider
):
    one, provider = await maker(service, provider_process)(), provider_process
    provider.kill()
    await one.hear(an_order())
    await one.fire()
    one.clock.set(START + timedelta(hours=24))
    needed = only(await one.fire(), PaymentNeedsCustomer)
    assert [(event.shipment_id, event.cause) for event in needed] == [(None, "unverified")]
    provider.start()
    said = await settle(one)
    assert [event.episode for event in only(said, PaymentMethodVerified)] == [1]
    assert await scheduled(one) == []


async def test_a_renewal_that_is_declined_is_trouble_when_the_old_one_lapses(
    payments: MakePayments, provider: Provider
):
    rules = [{"order_id": "shop:1001", "operation": "authorize", "outcome": "expired",
              "attempts": [2, 3]}]  # fmt: skip
    provider.plan(rules)
    one = await payments()
    await told(one, an_order(), a_plan())
    one.clock.set(START + timedelta(days=6))
    assert await settle(one) == []
    one.clock.set(START + timedelta(days=7))
    assert [event.cause for event in only(await settle(one), PaymentNeedsCustomer)] == ["expired"]
    assert await balances(one) == {}
    said = await told(one, a_method(given_at=LATER), a_pack())
    assert only(said, PaymentVoided) == []
    assert kept(provider) == {SHIPMENT: 4_200}
