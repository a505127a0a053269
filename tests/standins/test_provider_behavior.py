from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.chassis.clock import set_clock
from services.standins.provider.behavior import drawn_percent
from tests.standins.asking import Asking, code_of

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORDERS = [f"shop:{number}" for number in range(400)]


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Asking]:
    set_clock(tmp_path, MONDAY)
    one = Asking(tmp_path)
    yield one
    await one.client.aclose()


async def put(asking: Asking, **rule: Any) -> int:
    rules = [{"order_id": "shop:1", "operation": "authorize", **rule}]
    return (await asking.client.put("/v1/plan", json=rules)).status_code


async def test_a_decline_says_whether_trying_again_may_help(asking: Asking):
    soft = await asking.authorize("a1", "tok_insufficient")
    hard = await asking.authorize("a2", "tok_declined")
    assert soft.json()["error"]["advice_code"] == "try_again_later"
    assert hard.json()["error"]["advice_code"] == "do_not_try_again"


async def test_a_token_may_name_the_operation_that_is_declined(asking: Asking):
    name = (await asking.authorize(token="tok_declined_capture")).json()["id"]
    assert code_of(await asking.capture(name)) == "card_declined"
    assert (await asking.client.get(f"/v1/authorizations/{name}")).json()["status"] == "authorized"


async def test_a_token_may_be_declined_once(asking: Asking):
    assert (await asking.authorize("a1", "tok_insufficient_once")).status_code == 402
    assert (await asking.authorize("a2", "tok_insufficient_once")).status_code == 200


async def test_a_short_authorization_lapses_after_two_hours(asking: Asking):
    name = (await asking.authorize(token="tok_short")).json()["id"]
    set_clock(asking.home, MONDAY + timedelta(hours=2))
    assert code_of(await asking.capture(name)) == "authorization_lapsed"


async def test_a_card_whose_account_is_closed_takes_nothing_back(asking: Asking):
    name = (await asking.authorize(token="tok_no_refund")).json()["id"]
    await asking.capture(name)
    assert code_of(await asking.refund(name)) == "refund_declined"


async def test_the_plan_decides_single_attempts_of_an_order_whatever_the_token(asking: Asking):
    assert await put(asking, attempts=[2], outcome="expired") == 200
    assert (await asking.authorize("a1", "tok_ok")).status_code == 200
    assert code_of(await asking.authorize("a2", "tok_ok")) == "expired_card"
    assert (await asking.authorize("a3", "tok_ok")).status_code == 200
    assert (await asking.authorize("b2", "tok_ok", order_id="shop:2")).status_code == 200


async def test_the_plan_may_let_a_bad_card_pass_and_lose_an_answer(asking: Asking):
    await put(asking, outcome="ok")
    assert (await asking.authorize("a1", "tok_declined")).status_code == 200
    await put(asking, outcome="lost")
    assert (await asking.authorize("a2")).status_code == 500
    assert (await asking.authorize("a2")).status_code == 200


async def test_plan_and_attempts_survive_a_restart(asking: Asking):
    await put(asking, attempts=[2], outcome="declined")
    await asking.authorize("a1")
    again = Asking(asking.home)
    assert (await again.authorize("a2")).status_code == 402
    await again.client.aclose()


async def test_a_misspelled_plan_is_refused(asking: Asking):
    assert await put(asking, outcome="expird") == 400
    assert (await asking.client.get("/v1/plan")).json()["data"] == []


async def outcomes(home: Path, orders: list[str], **settings: Any) -> dict[str, str]:
    """How each order's authorization ends: the code of a refusal, ``lost``, or ``ok``."""
    one = Asking(home, **settings)
    found: dict[str, str] = {}
    for order_id in orders:
        response = await one.authorize(f"a-{order_id}", order_id=order_id)
        found[order_id] = {200: "ok", 500: "lost"}.get(response.status_code) or code_of(response)
    await one.client.aclose()
    return found


async def test_a_seed_draws_the_same_orders_in_whatever_order_they_come(tmp_path: Path):
    drawn = {"seed": 7, "decline_percent": 20, "expire_percent": 10, "lost_percent": 5}
    first = await outcomes(tmp_path / "one", ORDERS, **drawn)
    again = await outcomes(tmp_path / "two", ORDERS[::-1], **drawn)
    other = await outcomes(tmp_path / "three", ORDERS, **{**drawn, "seed": 8})
    assert first == again
    assert first != other
    codes = list(first.values())
    assert 20 <= codes.count("expired_card") <= 60
    assert 5 <= codes.count("lost") <= 45
    assert 40 <= len(ORDERS) - sum(codes.count(c) for c in ("ok", "lost", "expired_card")) <= 120


async def test_without_rates_every_good_card_works(tmp_path: Path):
    assert set((await outcomes(tmp_path, ORDERS[:50])).values()) == {"ok"}


def test_draws_are_evenly_spread():
    drawn = [drawn_percent(1, "card", order_id) for order_id in ORDERS]
    assert all(0 <= one < 100 for one in drawn)
    assert 160 <= sum(one < 50 for one in drawn) <= 240
