"""The whole way of the money: real handlers and effects, real Postgres, a real provider process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import permutations
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from schemas.envelope import Event
from schemas.payments import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentMethodRefused,
    PaymentMethodVerified,
    PaymentNeedsCustomer,
)
from tests.harness import START, Service, only
from tests.payments.builders import ORDER, SHIPMENT, a_pack, a_plan, a_refusal, an_order
from tests.payments.provider import Provider

if TYPE_CHECKING:
    from tests.conftest import MakeService

SETTLED_SECONDS = 20
LOOK_SECONDS = 0.02

MakePayments = Callable[..., Awaitable[Service]]


def maker(service: MakeService, provider: Provider) -> MakePayments:
    async def make(**settings: object) -> Service:
        known = {"first_retry_seconds": 0.05, "longest_retry_seconds": 0.2}
        known |= {"provider_timeout_seconds": 1, **settings}
        return await service("payments", provider_url=provider.url, **known)

    return make


@pytest.fixture
def payments(service: MakeService, provider: Provider) -> MakePayments:
    """The service beside a running provider, with short pauses between attempts."""
    return maker(service, provider)


async def settle(payments: Service) -> list[Event]:
    """Run effects until none that is due is open; the events said."""
    said: list[Event] = []
    end = monotonic() + SETTLED_SECONDS
    while True:
        said += await payments.fire()
        if not await open_effects(payments):
            return said
        assert monotonic() < end, "effects do not settle"
        await asyncio.sleep(LOOK_SECONDS)


async def open_effects(payments: Service) -> int:
    rows = await payments.rows(
        "SELECT count(*) FROM effects WHERE state <> 'given_up' AND due_at <= $1",
        payments.clock.now(),
    )
    return rows[0]["count"]


async def shipped(payments: Service, token: str = "tok_ok") -> list[Event]:
    """An order, its parcel planned and packed, everything settled after each."""
    said: list[Event] = []
    for event in (an_order(token=token), a_plan(), a_pack()):
        said += await payments.hear(event)
        said += await settle(payments)
    return said


async def balances(payments: Service) -> dict[str, int]:
    rows = await payments.rows(
        """SELECT account, sum(amount_minor)::bigint AS amount FROM ledger
           GROUP BY account HAVING sum(amount_minor) <> 0"""
    )
    return {row["account"]: row["amount"] for row in rows}


def taken(provider: Provider) -> list[int]:
    """What the provider's own book says it took."""
    return [
        line["answer"]["captured_minor"]
        for line in provider.book("capture")
        if line["outcome"] == "done"
    ]


async def test_a_parcel_is_verified_authorized_and_captured(
    payments: MakePayments, provider: Provider
):
    one = await payments()
    said = await shipped(one)
    assert [type(event) for event in said] == [
        PaymentMethodVerified, PaymentAuthorized, PaymentCaptured,
    ]  # fmt: skip
    authorized, captured = only(said, PaymentAuthorized)[0], only(said, PaymentCaptured)[0]
    assert authorized.valid_until == START + timedelta(days=7)
    assert (captured.amount_minor, captured.captured_at) == (4_200, START)
    assert captured.provider_ref is not None
    assert taken(provider) == [4_200]
    assert await balances(one) == {"provider": 4_200, "customers": -4_200}


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_every_fact_twice_and_out_of_order_captures_once(
    payments: MakePayments, provider: Provider, order: tuple[int, ...]
):
    one = await payments()
    facts: list[Event] = [an_order(), a_plan(), a_pack(amount_minor=4_000)]
    said: list[Event] = []
    for index in (*order, *order):
        said += await one.hear(facts[index])
        said += await settle(one)
    assert len(said) == 3
    assert [event.amount_minor for event in only(said, PaymentCaptured)] == [4_000]
    assert taken(provider) == [4_000]
    assert await balances(one) == {"provider": 4_000, "customers": -4_000}


@pytest.mark.parametrize(
    "token",
    ["tok_lost_once", "tok_lost_once_capture", "tok_silent_once_capture", "tok_deaf_once"],
)
async def test_whatever_answer_is_lost_the_money_moves_once(
    payments: MakePayments, provider: Provider, token: str
):
    one = await payments()
    said = await shipped(one, token)
    assert len(said) == 3
    assert taken(provider) == [4_200]
    assert len(provider.book("authorize")) == 1
    assert await balances(one) == {"provider": 4_200, "customers": -4_200}


async def test_a_provider_that_is_down_is_tried_again_until_it_is_back(
    service: MakeService, provider_process: Provider
):
    one, provider = await maker(service, provider_process)(), provider_process
    await one.hear(an_order(), a_plan())
    await settle(one)
    provider.kill()
    await one.hear(a_pack())
    while not (rows := await one.rows("SELECT attempt FROM effects WHERE attempt >= 2")):
        assert await one.fire() == []
        await asyncio.sleep(LOOK_SECONDS)
    assert rows[0]["attempt"] >= 2
    provider.start()
    assert len(only(await settle(one), PaymentCaptured)) == 1
    assert taken(provider) == [4_200]


async def test_a_worker_that_died_during_a_call_leaves_a_question_not_a_second_call(
    payments: MakePayments, provider: Provider
):
    one = await payments()
    await one.hear(an_order(token="tok_silent_once_capture"), a_plan())
    await settle(one)
    await one.hear(a_pack())
    dying = asyncio.create_task(one.runner.run_due())
    end = monotonic() + SETTLED_SECONDS
    while not taken(provider):
        assert monotonic() < end, "the capture never reached the provider"
        await asyncio.sleep(LOOK_SECONDS)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    rows = await one.rows("UPDATE effects SET leased_until = '2000-01-01' RETURNING state")
    assert [row["state"] for row in rows] == ["started"]
    assert len(only(await settle(one), PaymentCaptured)) == 1
    assert len(provider.book("capture")) == 1


async def test_a_method_that_nobody_knows_needs_the_customer(
    payments: MakePayments, provider: Provider
):
    one = await payments()
    await one.hear(an_order(token="tok_unverifiable"))
    said = await settle(one)
    assert only(said, PaymentMethodRefused)[0].reason.code == "invalid_account"
    needed = only(said, PaymentNeedsCustomer)[0]
    assert (needed.shipment_id, needed.cause, needed.episode) == (None, "method_refused", 1)
    assert needed.deadline == START + timedelta(hours=72)
    assert await one.hear(a_plan()) == []
    assert await settle(one) == []
    assert provider.book("authorize") == []


@pytest.mark.parametrize(
    ("token", "cause"),
    [
        ("tok_declined", "declined"),
        ("tok_insufficient", "declined"),
        ("tok_expired", "expired"),
        ("tok_authentication", "authentication_needed"),
    ],
)
async def test_a_declined_authorization_needs_the_customer_and_takes_nothing(
    payments: MakePayments, provider: Provider, token: str, cause: str
):
    one = await payments()
    said = await shipped(one, token)
    assert [type(event) for event in said] == [PaymentMethodVerified, PaymentNeedsCustomer]
    needed = only(said, PaymentNeedsCustomer)[0]
    assert (needed.shipment_id, needed.cause) == (SHIPMENT, cause)
    assert provider.book("capture") == []
    assert await balances(one) == {}


async def test_a_lapsed_authorization_takes_nothing_and_is_told(
    payments: MakePayments, provider: Provider
):
    one = await payments()
    await one.hear(an_order(), a_plan())
    await settle(one)
    one.clock.set(START + timedelta(days=8))
    await one.hear(a_pack())
    said = await settle(one)
    assert [event.cause for event in only(said, PaymentNeedsCustomer)] == ["expired"]
    assert taken(provider) == []
    assert await balances(one) == {"reserved": 4_200, "reservations": -4_200}


async def test_a_notice_delays_the_capture(payments: MakePayments, provider: Provider):
    one = await payments(capture_notice_hours=5)
    await shipped(one)
    assert taken(provider) == []
    one.clock.set(START + timedelta(hours=5) - timedelta(seconds=1))
    assert await settle(one) == []
    one.clock.set(START + timedelta(hours=5))
    assert len(only(await settle(one), PaymentCaptured)) == 1


async def test_more_than_authorized_is_left_to_a_person(payments: MakePayments, provider: Provider):
    one = await payments()
    await one.hear(an_order(), a_plan(amount_minor=100))
    await settle(one)
    await one.hear(a_pack(amount_minor=101))
    assert await settle(one) == []
    rows = await one.rows("SELECT told FROM effects WHERE state = 'given_up'")
    assert len(rows) == 1
    assert "amount_too_large" in rows[0]["told"]


async def test_an_order_refused_while_its_method_is_verified_says_nothing(
    payments: MakePayments,
):
    one = await payments()
    await one.hear(an_order(), a_refusal())
    assert await settle(one) == []
    rows = await one.rows("SELECT outcome FROM effects_history WHERE subject = $1", ORDER)
    assert [row["outcome"] for row in rows] in ([], ["superseded"])
