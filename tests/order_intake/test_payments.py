"""Payment troubles and new methods as intake passes them on, and what comes of silence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from schemas.envelope import Event
from schemas.order_intake import LineCancelRequested, MethodPassedOn, OrderAccepted
from schemas.shop_answers import AnswerRequestRefused, AnswerSuspended
from tests.harness import START, Service, only
from tests.order_intake.builders import (
    a_line,
    a_method,
    a_product,
    an_order,
    called_back,
    deadline_passed,
    dispatched,
    granted,
    kinds,
    payment_trouble,
    refunded,
    resolved,
    turned_down,
    verified,
    waits,
)

UNTIL = datetime(2026, 3, 19, tzinfo=UTC)


@pytest.fixture
async def sold(shop: Service) -> Service:
    """Intake with an order of three lamps: one there, two waiting."""
    await shop.hear(an_order(a_line(quantity=3)), granted(1, 1, unfilled=2))
    await shop.hear(waits(1, 2, granted_total=1))
    return shop


async def test_a_method_is_passed_on(sold: Service) -> None:
    (passed,) = await sold.hear(a_method())
    assert isinstance(passed, MethodPassedOn)
    assert (passed.payment_method.method_id, passed.payment_method.token) == ("m2", "tok_m2")
    assert await sold.hear(a_method()) == []


async def test_a_method_waits_for_its_order(shop: Service) -> None:
    assert await shop.hear(a_method()) == []
    said = await shop.hear(an_order(a_line()))
    assert kinds(said)[-1] == "MethodPassedOn"


async def test_an_order_that_waited_for_products_goes_on_with_the_latest_method(
    intake: Service,
) -> None:
    await intake.hear(an_order(a_line()))
    assert await intake.hear(a_method("m2"), a_method("m3")) == []
    await intake.hear(a_product())
    (accepted,) = only(await intake.fire(), OrderAccepted)
    assert accepted.payment_method.method_id == "m3"


async def test_a_method_whose_order_never_comes_is_a_dead_letter(shop: Service) -> None:
    await shop.hear(a_method())
    shop.clock.set(START + timedelta(hours=24))
    (refused,) = await shop.fire()
    assert isinstance(refused, AnswerRequestRefused)
    assert (refused.request, refused.request_id) == ("payment_method", "m2")
    assert [one["code"] for one in await shop.dead_letters()] == ["no_such_order"]


@pytest.mark.parametrize(
    "end", [[granted(1, 1, 3), dispatched([(1, 3)])], [granted(1, 1), turned_down(1, 2)]]
)
async def test_a_method_for_a_closed_order_is_refused(shop: Service, end: list[Event]) -> None:
    await shop.hear(an_order(a_line(quantity=3), on_refused_line="refuse_order"))
    await shop.hear(*end)
    (refused,) = await shop.hear(a_method())
    assert isinstance(refused, AnswerRequestRefused)
    assert [one.code for one in refused.reasons] == ["order_closed"]
    assert [one["code"] for one in await shop.dead_letters()] == ["order_closed"]


@pytest.mark.parametrize("mended", [verified(1), resolved(1)])
async def test_trouble_is_told_and_its_end(sold: Service, mended: Event) -> None:
    assert await sold.hear(verified(0)) == []
    assert kinds(await sold.hear(payment_trouble())) == ["AnswerPaymentNeeded"]
    assert kinds(await sold.hear(mended)) == ["AnswerPaymentResolved"]
    assert await sold.hear(verified(1)) == []
    assert await sold.hear(payment_trouble()) == []


async def test_an_earlier_method_does_not_end_a_later_trouble(sold: Service) -> None:
    await sold.hear(payment_trouble(episode=1), payment_trouble(episode=2))
    assert await sold.hear(verified(1)) == []
    assert kinds(await sold.hear(verified(2))) == ["AnswerPaymentResolved"]


async def test_what_waits_too_long_without_a_method_is_cancelled(sold: Service) -> None:
    await sold.hear(payment_trouble())
    (suspended,) = await sold.hear(deadline_passed())
    assert isinstance(suspended, AnswerSuspended)
    assert suspended.until == UNTIL
    await sold.hear(waits(1, 3, None, 2, granted_total=1, requeued=1))
    assert await sold.fire() == []
    sold.clock.set(UNTIL)
    (asked,) = await sold.fire()
    assert isinstance(asked, LineCancelRequested)
    assert (asked.cancel_id, asked.quantity) == ("suspended-1", 3)
    answer = called_back(1, 3, granted_total=1, requeued=1, cancel_id="suspended-1")
    said = await sold.hear(answer)
    assert kinds(said) == ["OrderCancelSettled", "AnswerCancelSettled"]
    assert [(one["cause"], one["state"]) for one in await sold.rows("SELECT * FROM cancels")] == [
        ("suspended", "settled")
    ]


@pytest.mark.parametrize("mended", [verified(1), resolved(2), verified(2)])
async def test_a_method_in_time_ends_the_suspension(sold: Service, mended: Event) -> None:
    await sold.hear(payment_trouble(), deadline_passed())
    assert kinds(await sold.hear(mended)) == ["AnswerPaymentResolved"]
    assert await sold.rows("SELECT * FROM effects") == []
    sold.clock.set(UNTIL)
    assert await sold.fire() == []


@pytest.mark.parametrize("swapped", [False, True])
async def test_deadline_and_method_come_to_the_same_end_in_any_order(
    sold: Service, swapped: bool
) -> None:
    facts = [deadline_passed(1), verified(1)]
    for fact in reversed(facts) if swapped else facts:
        await sold.hear(fact)
    (row,) = await sold.rows("SELECT suspended_episode, mended_episode FROM orders")
    assert tuple(row) == (1, 1)
    sold.clock.set(UNTIL)
    assert await sold.fire() == []


async def test_the_second_suspension_is_not_ended_by_the_first_method(sold: Service) -> None:
    await sold.hear(deadline_passed(1), verified(1), deadline_passed(2))
    sold.clock.set(UNTIL)
    assert [one.cancel_id for one in only(await sold.fire(), LineCancelRequested)] == [
        "suspended-2"
    ]


async def test_where_nothing_waits_a_suspension_ends_in_nothing(sold: Service) -> None:
    await sold.hear(deadline_passed(), granted(1, 2, 3))
    sold.clock.set(UNTIL)
    assert await sold.fire() == []
    assert await sold.rows("SELECT * FROM cancels") == []


async def test_a_refund_is_told_behind_the_confirmation(shop: Service) -> None:
    await shop.hear(an_order(a_line()))
    assert await shop.hear(refunded()) == []
    said = await shop.hear(granted())
    assert kinds(said) == ["OrderConfirmed", "AnswerConfirmed", "AnswerRefunded"]
