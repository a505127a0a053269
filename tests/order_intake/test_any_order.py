"""Facts twice, and in any order across topics, come to the same end."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from schemas.envelope import Event
from schemas.order_intake import (
    ContactGiven,
    LineCancelRequested,
    LineRequested,
    OrderAccepted,
    OrderCancelSettled,
    OrderConfirmed,
)
from schemas.shop_answers import (
    AnswerAccepted,
    AnswerConfirmed,
    AnswerPaymentNeeded,
    AnswerPaymentResolved,
    AnswerRefunded,
    AnswerShipped,
    AnswerSuspended,
)
from tests.harness import START, Service, only
from tests.order_intake.builders import (
    LATER,
    ORDER,
    SOON,
    a_cancel,
    a_line,
    a_product,
    an_order,
    called_back,
    deadline_passed,
    dispatched,
    granted,
    kinds,
    line_id,
    moved,
    payment_trouble,
    refunded,
    taken_out,
    turned_down,
    verified,
    waits,
)


async def test_facts_before_their_order_complete_it(shop: Service) -> None:
    assert await shop.hear(dispatched([(1, 1)]), payment_trouble(), granted(1)) == []
    said = await shop.hear(an_order(a_line()))
    assert kinds(said) == [
        "ContactGiven", "OrderAccepted", "AnswerAccepted", "LineRequested", "OrderConfirmed",
        "AnswerConfirmed", "AnswerPaymentNeeded", "AnswerShipped",
    ]  # fmt: skip


async def test_an_order_whose_id_was_seen_only_by_facts_is_not_actionable(shop: Service) -> None:
    await shop.hear(payment_trouble())
    (row,) = await shop.rows("SELECT order_id, state FROM orders")
    assert tuple(row) == (ORDER, "awaited")


def by_topic(events: list[Event]) -> dict[str, list[Event]]:
    """A history as it stands on the topics, each in order."""
    found: dict[str, list[Event]] = {}
    for event in events:
        found.setdefault(event.TOPIC.name, []).append(event)
    return found


def shuffled(history: list[Event], random: Random) -> list[Event]:
    """The same facts, each topic in order, the topics in any order against each other."""
    topics = [list(reversed(events)) for events in by_topic(history).values()]
    order: list[Event] = []
    while topics := [one for one in topics if one]:
        order.append(random.choice(topics).pop())
    return order


async def delivered(intake: Service, order: list[Event], random: Random) -> list[Event]:
    """Facts in batches of any size, some of them again, once more all of them; what is said."""
    said: list[Event] = []
    left = order
    while left:
        batch = left[: random.randint(1, 5)]
        left = left[len(batch) :]
        said += await intake.hear(*batch, *batch[:1])
        said += await intake.hear(*random.sample(order[: len(order) - len(left)], 1))
        said += await intake.fire()
    said += await intake.hear(*order)
    return said + await intake.fire()


STATE = """
SELECT line_id, sku, title, ordered, line_total_minor, allocated, granted_total, requeued_total,
       waiting, refused, cancelled, withdrawn, dispatched, answered, promised_on, promise_version,
       allocated_at, lines.reason, lines.refusal, orders.state, placed_at
FROM lines JOIN orders USING (order_id) ORDER BY line_id
"""


async def outcome(intake: Service) -> Any:
    """What is known at the end."""
    return [tuple(row) for row in await intake.rows(STATE)]


def stored(code: str) -> dict[str, Any]:
    """A reason of allocation as it is kept."""
    return {"code": code, "text": f"because of {code}", "parameters": {}}


@pytest.mark.parametrize("seed", range(6))
async def test_twice_delivered_and_out_of_order_the_end_is_the_same(
    intake: Service, seed: int
) -> None:
    history: list[Event] = [
        a_product(), a_product("SHADE"), an_order(a_line(quantity=3), a_line(), a_line("SHADE")),
        granted(1, 1, unfilled=2), waits(1, 2, granted_total=1), waits(2), moved(2),
        turned_down(3, sku="SHADE"), granted(1, 2, 3), granted(2), payment_trouble(),
        dispatched([(1, 1)], complete=False), dispatched([(1, 2), (2, 1)], n=2),
    ]  # fmt: skip
    random = Random(seed)  # noqa: S311  # a repeatable shuffle, not a secret
    said = await delivered(intake, shuffled(history, random), random)
    assert await outcome(intake) == [
        (line_id(1), "LAMP", "LAMP of brass", 3, 6_000, 3, 3, 0, 0, 0, 0, 0, 3, True, SOON, 1,
         START, None, None, "confirmed", START),
        (line_id(2), "LAMP", "LAMP of brass", 1, 2_000, 1, 1, 0, 0, 0, 0, 0, 1, True, LATER, 2,
         START, None, None, "confirmed", START),
        (line_id(3), "SHADE", "SHADE of brass", 1, 2_000, 0, 0, 0, 0, 1, 0, 0, 0, True, None, 0,
         None, None, stored("over_limit"), "confirmed", START),
    ]  # fmt: skip
    once = (
        ContactGiven, OrderAccepted, AnswerAccepted, OrderConfirmed, AnswerConfirmed,
        AnswerPaymentNeeded,
    )  # fmt: skip
    assert [len(only(said, kind)) for kind in once] == [1] * len(once)
    assert len(only(said, AnswerShipped)) == 2
    answers = [kind for kind in kinds(said) if kind.startswith("Answer")]
    assert answers[:2] == ["AnswerAccepted", "AnswerConfirmed"]
    assert await intake.rows("SELECT * FROM held_answers") == []


@pytest.mark.parametrize("seed", range(8))
async def test_cancels_and_trouble_come_to_the_same_end(intake: Service, seed: int) -> None:
    """Five lamps: one cancelled as it waits, one out of its parcel, one given back, two sent."""
    history: list[Event] = [
        a_product(), an_order(a_line(quantity=5)), a_cancel((1, 2)), a_cancel((1, 3), cancel_id="c2"),
        granted(1, 2, 2, 3), waits(1, 3, granted_total=2), called_back(1, 2, granted_total=2),
        granted(1, 1, 3), waits(1, 1, None, 2, granted_total=3, requeued=1),
        called_back(1, 1, passed_on=1, refused=1, granted_total=3, requeued=1, cancel_id="c2"),
        taken_out(1, 1, cancel_id="c2"),
        payment_trouble(), deadline_passed(), verified(1), refunded(),
        dispatched([(1, 1)]),
    ]  # fmt: skip
    random = Random(seed)  # noqa: S311  # a repeatable shuffle, not a secret
    said = await delivered(intake, shuffled(history, random), random)
    assert await outcome(intake) == [
        (line_id(1), "LAMP", "LAMP of brass", 5, 10_000, 1, 3, 1, 0, 0, 3, 1, 1, True, None, 2,
         START, stored("delivery_expected"), None, "confirmed", START)
    ]  # fmt: skip
    settled = {one.cancel_id: one.lines[0] for one in only(said, OrderCancelSettled)}
    assert len(only(said, OrderCancelSettled)) == 2
    assert (settled["c1"].requested, settled["c1"].cancelled) == (2, 2)
    assert (settled["c2"].requested, settled["c2"].cancelled, settled["c2"].refused) == (3, 2, 1)
    once = (LineRequested, OrderConfirmed, AnswerSuspended, AnswerPaymentResolved, AnswerRefunded)
    assert [len(only(said, kind)) for kind in once] == [1] * len(once)
    assert sorted(one.cancel_id for one in only(said, LineCancelRequested)) == ["c1", "c2"]
    confirmed, *others = [k for k in kinds(said) if k.startswith("Answer")][1:]
    assert confirmed == "AnswerConfirmed"
    assert "AnswerConfirmed" not in others
    assert await intake.rows("SELECT * FROM held_answers") == []
    assert await intake.rows("SELECT * FROM effects") == []
    assert await intake.dead_letters() == []
