"""Facts twice, and in any order across topics, come to the same end."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from schemas.envelope import Event
from schemas.order_intake import ContactGiven, OrderAccepted, OrderConfirmed
from schemas.shop_answers import AnswerAccepted, AnswerConfirmed, AnswerPaymentNeeded, AnswerShipped
from tests.harness import START, Service, only
from tests.order_intake.builders import (
    LATER,
    ORDER,
    SOON,
    a_line,
    a_product,
    an_order,
    dispatched,
    granted,
    kinds,
    line_id,
    moved,
    payment_trouble,
    turned_down,
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
SELECT line_id, sku, title, ordered, line_total_minor, allocated, waiting, refused, dispatched,
       promised_on, promise_version, allocated_at, lines.reason, orders.state, placed_at
FROM lines JOIN orders USING (order_id) ORDER BY line_id
"""


async def outcome(intake: Service) -> Any:
    """What is known at the end."""
    return [tuple(row) for row in await intake.rows(STATE)]


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
        (line_id(1), "LAMP", "LAMP of brass", 3, 6_000, 3, 0, 0, 3, SOON, 1, START, None,
         "confirmed", START),
        (line_id(2), "LAMP", "LAMP of brass", 1, 2_000, 1, 0, 0, 1, LATER, 2, START, None,
         "confirmed", START),
        (line_id(3), "SHADE", "SHADE of brass", 1, 2_000, 0, 0, 1, 0, None, 0, None,
         {"code": "over_limit", "text": "because of over_limit", "parameters": {}},
         "confirmed", START),
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
