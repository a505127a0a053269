"""The whole way of the money: real handlers and effects, real Postgres, a real provider process."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import permutations
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from schemas.envelope import Event
from schemas.payments import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentMethodVerified,
    PaymentRefunded,
    PaymentVoided,
)
from tests.harness import START, only
from tests.payments.builders import (
    ORDER,
    SHIPMENT,
    a_change,
    a_pack,
    a_plan,
    a_refusal,
    a_withdrawal,
    an_order,
)
from tests.payments.provider import Provider
from tests.payments.settling import (
    LOOK_SECONDS,
    SETTLED_SECONDS,
    MakePayments,
    balances,
    done,
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


@pytest.fixture
def payments(service: MakeService, provider: Provider) -> MakePayments:
    """The service beside a running provider, with short pauses between attempts."""
    return maker(service, provider)


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
    assert done(provider, "capture") == [4_200]
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
    assert done(provider, "capture") == [4_000]
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
    assert done(provider, "capture") == [4_200]
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
    assert done(provider, "capture") == [4_200]


async def test_a_worker_that_died_during_a_call_leaves_a_question_not_a_second_call(
    payments: MakePayments, provider: Provider
):
    one = await payments()
    await one.hear(an_order(token="tok_silent_once_capture"), a_plan())
    await settle(one)
    await one.hear(a_pack())
    dying = asyncio.create_task(one.runner.run_due())
    end = monotonic() + SETTLED_SECONDS
    while not done(provider, "capture"):
        assert monotonic() < end, "the capture never reached the provider"
        await asyncio.sleep(LOOK_SECONDS)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    rows = await one.rows(
        "UPDATE effects SET leased_until = '2000-01-01' WHERE kind = 'capture' RETURNING state"
    )
    assert [row["state"] for row in rows] == ["started"]
    assert len(only(await settle(one), PaymentCaptured)) == 1
    assert len(provider.book("capture")) == 1


async def test_what_has_lapsed_is_authorized_anew_and_captured(
    payments: MakePayments, provider: Provider
):
    one = await payments()
    await told(one, an_order("shop:1001", "tok_short"), a_plan())
    one.clock.set(START + timedelta(hours=2))
    await one.hear(a_pack())
    said = await settle(one)
    assert [type(event) for event in said] == [PaymentAuthorized, PaymentCaptured]
    assert kept(provider) == {SHIPMENT: 4_200}
    assert [line["answer"]["error"]["code"] for line in provider.book("capture")[:-1]] in (
        [], ["authorization_lapsed"],
    )  # fmt: skip
    assert await balances(one) == {"provider": 4_200, "customers": -4_200}


async def test_a_notice_delays_the_capture(payments: MakePayments, provider: Provider):
    one = await payments(capture_notice_hours=5)
    await shipped(one)
    assert done(provider, "capture") == []
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
    assert {row["outcome"] for row in rows} == {"superseded"}


async def test_an_authorization_is_renewed_and_the_old_one_voided_while_its_parcel_is_here(
    payments: MakePayments, provider: Provider
):
    one = await payments()
    await told(one, an_order(), a_plan())
    one.clock.set(START + timedelta(days=6))
    renewed = only(await settle(one), PaymentAuthorized)
    assert [event.valid_until for event in renewed] == [START + timedelta(days=13)]
    assert reserved(provider) == 4_200
    assert len(done(provider, "void")) == 1
    one.clock.set(START + timedelta(days=8))
    assert len(only(await told(one, a_pack()), PaymentCaptured)) == 1
    assert await scheduled(one) == []
    assert await balances(one) == {"provider": 4_200, "customers": -4_200}


async def test_a_withdrawn_parcel_is_voided_and_told(payments: MakePayments, provider: Provider):
    one = await payments()
    await told(one, an_order(), a_plan())
    said = only(await told(one, a_withdrawal()), PaymentVoided)
    assert [(event.shipment_id, event.amount_minor) for event in said] == [(SHIPMENT, 4_200)]
    assert (reserved(provider), await balances(one), await scheduled(one)) == (0, {}, [])


async def test_what_leaves_a_captured_parcel_is_refunded_and_told_with_its_total(
    payments: MakePayments, provider: Provider
):
    one = await payments()
    await shipped(one)
    said = await told(one, a_change(3_000), a_withdrawal(3, amount_minor=490), a_withdrawal(4))
    assert [
        (event.amount_minor, event.refunded_total_minor) for event in only(said, PaymentRefunded)
    ] == [(1_200, 1_200), (2_510, 3_710), (490, 4_200)]
    assert (kept(provider), await balances(one)) == ({}, {})


@pytest.mark.parametrize("fault", ["lost", "silent", "deaf"])
@pytest.mark.parametrize("operation", ["refund", "void"])
async def test_whatever_answer_is_lost_money_goes_back_once(
    payments: MakePayments, provider: Provider, fault: str, operation: str
):
    one = await payments()
    facts: list[Event] = [an_order(token=f"tok_{fault}_once_{operation}"), a_plan()]
    facts += [a_pack(), a_change(3_000)] if operation == "refund" else [a_withdrawal()]
    said = await told(one, *facts)
    assert len(only(said, PaymentRefunded) + only(said, PaymentVoided)) == 1
    assert len(done(provider, operation)) == 1
    assert kept(provider) == ({SHIPMENT: 3_000} if operation == "refund" else {})
    assert reserved(provider) == 0


async def test_money_that_the_provider_will_not_give_back_is_left_to_a_person(
    payments: MakePayments,
):
    one = await payments()
    await shipped(one, "tok_no_refund")
    assert await told(one, a_change(3_000)) == []
    rows = await one.rows("SELECT kind, told FROM effects WHERE state = 'given_up'")
    assert [row["kind"] for row in rows] == ["refund"]
    assert "refund_declined" in rows[0]["told"]


async def test_a_provider_that_is_down_while_a_parcel_is_withdrawn_reserves_nothing_later(
    service: MakeService, provider_process: Provider
):
    one, provider = await maker(service, provider_process)(), provider_process
    await told(one, an_order())
    provider.kill()
    await one.hear(a_plan())
    while not await one.rows("SELECT FROM effects WHERE kind = 'authorize' AND attempt >= 2"):
        assert await one.fire() == []
        await asyncio.sleep(LOOK_SECONDS)
    await one.hear(a_withdrawal())
    provider.start()
    assert await settle(one) == []
    assert (provider.book("authorize"), await scheduled(one)) == ([], [])
