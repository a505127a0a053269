from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import pytest

from schemas.envelope import Event
from schemas.payments import PaymentAuthorized, PaymentCaptured, PaymentMethodVerified
from tests.harness import Service, only
from tests.payments.builders import (
    ORDER,
    SHIPMENT,
    a_change,
    a_method,
    a_pack,
    a_plan,
    a_refusal,
    a_whole_cancel,
    a_withdrawal,
    an_order,
)

if TYPE_CHECKING:
    from tests.conftest import MakeService

NOWHERE = "http://127.0.0.1:1"
VERIFYING = [("verify", f"{ORDER}:m-1"), ("verify_within", f"{ORDER}:m-1")]


@pytest.fixture
async def payments(service: MakeService) -> Service:
    """The service with a provider that nobody has started: these tests call none."""
    return await service("payments", provider_url=NOWHERE)


async def due(payments: Service) -> list[tuple[str, str]]:
    """What the provider is to be asked."""
    rows = await payments.rows("SELECT kind, key FROM effects ORDER BY kind, key")
    return [(row["kind"], row["key"]) for row in rows]


async def test_every_fact_twice_asks_once(payments: Service):
    order, plan, pack = an_order(), a_plan(), a_pack()
    for _ in range(2):
        for event in (order, plan, pack):
            assert await payments.hear(event) == []
    assert await payments.hear(order, plan, pack, order) == []
    assert await due(payments) == VERIFYING
    assert await payments.dead_letters() == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_facts_of_a_free_parcel_end_the_same_in_any_order(
    payments: Service, order: tuple[int, ...]
):
    facts: list[Event] = [an_order(total_minor=0), a_plan(amount_minor=0), a_pack(amount_minor=0)]
    said = [event for i in order for event in await payments.hear(facts[i])]
    assert len(said) == 3
    assert len(only(said, PaymentMethodVerified)) == 1
    assert only(said, PaymentAuthorized)[0].amount_minor == 0
    assert (only(said, PaymentCaptured)[0].provider, await due(payments)) == ("none", [])


async def test_a_refused_order_is_asked_about_no_more(payments: Service):
    await payments.hear(an_order())
    await payments.hear(a_refusal())
    assert await due(payments) == []
    assert [row["state"] for row in await payments.rows("SELECT state FROM methods")] == [
        "withdrawn"
    ]


async def test_an_order_refused_before_it_was_taken_may_come_again(payments: Service):
    await payments.hear(a_refusal())
    await payments.hear(an_order())
    assert await due(payments) == VERIFYING


async def test_facts_of_many_orders_are_taken_in_one_batch(payments: Service):
    orders = [f"shop:{number}" for number in range(50)]
    facts: list[Event] = []
    for order_id in orders:
        facts += [a_pack(order_id, amount_minor=0), an_order(order_id, total_minor=0)]
        facts += [a_plan(order_id, amount_minor=0)]
    said = await payments.hear(*facts)
    assert sorted(one.order_id for one in only(said, PaymentCaptured)) == sorted(orders)


async def test_what_waits_for_its_premise_is_shown_as_waiting(payments: Service):
    await payments.hear(a_pack(), a_plan())
    rows = await payments.rows(
        """SELECT a.state AS authorization, c.state AS capture
           FROM authorizations a JOIN captures c USING (shipment_id) WHERE shipment_id = $1""",
        SHIPMENT,
    )
    assert [tuple(row) for row in rows] == [("waiting", "waiting")]


async def states(payments: Service) -> tuple[str, str, int, bool]:
    """Of the parcel: its authorization, its capture, what it costs, whether it is withdrawn."""
    rows = await payments.rows(
        """SELECT a.state AS authorization, c.state AS capture, t.amount_minor, t.withdrawn
           FROM targets t JOIN authorizations a USING (shipment_id)
           LEFT JOIN captures c USING (shipment_id)"""
    )
    [row] = rows
    return row["authorization"], row["capture"], row["amount_minor"], row["withdrawn"]


async def test_every_change_twice_and_in_one_batch_ends_the_same(payments: Service):
    facts: list[Event] = [
        an_order(), a_plan(), a_pack(), a_change(3_000), a_pack(version=2, amount_minor=3_000),
    ]  # fmt: skip
    assert await payments.hear(*facts, *facts) == []
    for fact in facts:
        assert await payments.hear(fact) == []
    assert await states(payments) == ("waiting", "waiting", 3_000, False)
    assert await due(payments) == VERIFYING


async def test_a_withdrawal_twice_leaves_nothing_to_do(payments: Service):
    gone = a_withdrawal()
    for fact in (a_plan(), a_pack(), gone, gone):
        assert await payments.hear(fact) == []
    assert await states(payments) == ("withdrawn", "withdrawn", 0, True)
    assert await due(payments) == []


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_the_highest_version_of_a_parcel_holds_in_any_order(
    payments: Service, order: tuple[int, ...]
):
    facts: list[Event] = [
        a_plan(), a_change(3_000), a_pack(version=3, amount_minor=2_000)
    ]  # fmt: skip
    for index in order:
        await payments.hear(facts[index])
    assert await states(payments) == ("waiting", "waiting", 2_000, False)


async def test_another_method_is_verified_once(payments: Service):
    method = a_method()
    for fact in (method, an_order(), method):
        assert await payments.hear(fact) == []
    assert [key for kind, key in await due(payments) if kind == "verify"] == [
        f"{ORDER}:m-1", f"{ORDER}:m-2",
    ]  # fmt: skip


async def test_an_order_cancelled_as_a_whole_is_asked_about_no_more(payments: Service):
    await payments.hear(an_order(), a_method())
    await payments.hear(a_whole_cancel())
    await payments.hear(a_method(method_id="m-3"))
    assert await due(payments) == []
    rows = await payments.rows("SELECT state FROM methods")
    assert [row["state"] for row in rows] == ["withdrawn", "withdrawn"]


async def test_a_cancel_in_the_same_batch_as_its_order_leaves_no_timer(payments: Service):
    await payments.hear(an_order(), a_whole_cancel())
    assert await due(payments) == []
