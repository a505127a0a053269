"""Five topics have no order among them: nobody reads an older truth after a newer in any of them.

Many orders live the same story at once, each with an arrival order of its own: topics cut into each
other and into batches by chance, events told again, hours passing in between.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import pytest

from schemas.envelope import Event
from services.notifications.letters.addresses import message_id_header
from tests.notifications.builders import line_id
from tests.notifications.conftest import HOUR, Notifications
from tests.notifications.stories import a_changed_order, an_order_not_paid_in_time, turns_of

ORDERS = 120
SENDER = "orders@shop.example"
"""As the settings have it."""


Story = Callable[[str], Mapping[str, Sequence[Event]]]


def arrivals(story: Story, order: str, chance: random.Random) -> Iterator[list[Event]]:
    """An order's story in batches, some of what was told already told again in them."""
    topics = [list(events) for events in story(order).values()]
    stays, ends = chance.choice((0.0, 0.5, 0.95)), chance.choice((0.1, 0.4, 1.0))
    told: list[Event] = []
    batch: list[Event] = []
    topic = chance.choice(topics)
    while any(topics):
        if not topic or chance.random() > stays:
            topic = chance.choice([one for one in topics if one])
        batch.append(topic.pop(0))
        if chance.random() < ends:
            told += batch
            yield [*batch, *chance.sample(told, k=len(told) // 4)]
            batch = []
    yield batch


async def live(notifications: Notifications, story: Story, orders: Sequence[str]) -> None:
    """Let all orders live the story side by side, to the end."""
    chance = random.Random(7)  # noqa: S311  # a test
    lives = [arrivals(story, order, random.Random(order)) for order in orders]  # noqa: S311
    while lives:
        batches = [(one, next(one, None)) for one in lives]
        lives = [one for one, batch in batches if batch is not None]
        await notifications.hear(*(event for _, batch in batches for event in batch or ()))
        if chance.random() < 0.25:
            await notifications.pass_an_hour()
    notifications.clock.set(notifications.clock.now() + HOUR)
    await notifications.fire()
    await notifications.pass_an_hour()


class Read(NamedTuple):
    """What a customer read: a message's kind, its parcel's number, and what it said."""

    kind: str
    parcel: str
    facts: Mapping[str, Any]

    def lamps(self, part: str = "rows") -> int:
        """The lamps in a part of the letter."""
        return sum(row["quantity"] for row in self.facts.get(part, ()) if "lamp" in row["line_id"])

    def waiting(self) -> bool:
        """Whether it says that lamps wait."""
        rows = [*self.facts.get("rows", ()), *self.facts.get("to_come", ())]
        return any(row.get("waiting") for row in rows)


async def letters(notifications: Notifications, order: str) -> list[Read]:
    """What the order's customer read, in the order of arrival."""
    rows = await notifications.service.rows("SELECT * FROM messages WHERE order_id = $1", order)
    by_header = {message_id_header(row["message_id"], SENDER): row for row in rows}
    found = [by_header[mail.message_id] for mail in notifications.mails(order)]
    return [
        Read(row["kind"], (row["shipment_id"] or "").rpartition("/")[2], row["facts"])
        for row in found
    ]


Tells = Callable[[Read], bool]


def never_after(read: Sequence[Read], newer: Tells, older: Tells) -> None:
    """No letter that tells the older truth comes after one that tells the newer."""
    first = next((n for n, one in enumerate(read) if newer(one)), len(read))
    wrong = [one for one in read[first + 1 :] if older(one)]
    assert wrong == [], [(one.kind, one.parcel) for one in read]


def of(kind: str, parcel: str = "", more_than: int = 0) -> Tells:
    """Letters of a kind, of a parcel, with more lamps in them than so many."""
    return lambda one: (
        one.kind == kind
        and parcel in ("", one.parcel)
        and (not more_than or one.lamps() > more_than)
    )


def judge(read: Sequence[Read]) -> None:
    """What must hold of the letters of every order."""
    kinds = [one.kind for one in read]
    assert kinds[0] == "confirmed"
    assert kinds.count("confirmed") == 1
    for n in {one.parcel for one in read if one.kind in ("about_to_ship", "shipped")}:
        mine = [one.kind for one in read if one.parcel == n and one.kind != "payment_needed"]
        assert mine in (["about_to_ship"], ["about_to_ship", "shipped"], ["shipped"])


def judge_changed(read: Sequence[Read]) -> None:
    """What must hold of the letters of the order that changed."""
    judge(read)
    assert sum(one.kind == "shipped" for one in read) == 3
    assert sum(one.kind == "cancelled" for one in read) == 1
    assert sum(one.facts["amount_minor"] for one in read if one.kind == "refunded") == 5_000
    # Cancelled lamps are neither announced nor still to come.
    never_after(read, of("cancelled"), of("about_to_ship", "1", more_than=5))
    never_after(read, of("cancelled"), lambda one: one.lamps("to_come") > 6)
    # Lamps that wait again are not announced in their old parcel; announced again, they do not wait.
    never_after(read, of("backordered"), of("about_to_ship", "1", more_than=3))
    never_after(read, of("about_to_ship", "2"), Read.waiting)
    never_after(read, of("shipped", "2"), Read.waiting)
    # Nobody is asked to pay for what is about to ship, or has left.
    paid = [one for one in read if one.kind == "payment_needed" or one.parcel == "3"]
    never_after(paid, lambda one: one.kind != "payment_needed", of("payment_needed"))


def judge_not_paid(read: Sequence[Read]) -> None:
    """What must hold of the letters of the order that was not paid in time."""
    judge(read)
    assert sum(one.kind == "shipped" for one in read) == 1
    for newer in (of("about_to_ship", "2"), of("shipped", "2")):
        never_after(read, newer, Read.waiting)
    # Whoever read that the lamps wait again is not told that they are about to ship as before.
    never_after(read, of("backordered"), of("about_to_ship", "1"))
    assert not any(one.kind == "payment_needed" for one in read)  # it is too late for that


STATE = """SELECT replace(line_id, order_id, '') AS line, quantity, granted_total, requeued_total,
                  waiting, refused, cancelled, withdrawn, settled, promised_on, promise_version,
                  told_waiting, told_allocated, told_announced, told_shipped, told_cancelled
           FROM lines WHERE order_id = $1 ORDER BY line_id"""
OPEN = "SELECT message_id FROM messages WHERE state IN ('due', 'started')"
HELD_BACK = "SELECT order_id FROM orders WHERE held_back"
TOLD = """SELECT told_waiting, told_allocated, told_announced, told_shipped, told_cancelled
          FROM lines WHERE line_id = $1"""


@pytest.mark.parametrize(
    ("story", "judge_letters", "told"),
    [
        (a_changed_order, judge_changed, (0, 0, 0, 6, 3)),
        (an_order_not_paid_in_time, judge_not_paid, (0, 0, 0, 5, 0)),
    ],
)
async def test_in_any_order_of_arrival_nobody_reads_an_older_truth_after_a_newer(
    notifications: Notifications,
    story: Story,
    judge_letters: Callable[[Sequence[Read]], None],
    told: Sequence[int],
) -> None:
    orders = [f"lamps:{n}" for n in range(ORDERS)]
    await live(notifications, story, orders)
    ends: set[str] = set()
    for order in orders:
        judge_letters(await letters(notifications, order))
        state = await notifications.service.rows(STATE, order)
        ends.add(str([tuple(row) for row in state]))
    assert len(ends) == 1
    (lamp,) = await notifications.service.rows(TOLD, line_id("lamp", orders[0]))
    assert tuple(lamp) == told
    assert await notifications.service.rows(OPEN) == []
    assert await notifications.service.rows(HELD_BACK) == []
    assert await notifications.service.dead_letters() == []


async def test_a_story_in_its_own_order_tells_all_of_it(notifications: Notifications) -> None:
    """What another order of arrival may leave out, because something newer was told."""
    order = "lamps:0"
    for events in turns_of(a_changed_order(order)):
        await notifications.hear(*events)
        await notifications.pass_an_hour()
    assert [one.kind for one in await letters(notifications, order)] == [
        "confirmed", "about_to_ship", "cancelled", "backordered", "refunded", "date_changed",
        "shipped", "about_to_ship", "payment_needed", "about_to_ship", "shipped", "shipped",
    ]  # fmt: skip


@pytest.mark.parametrize("batch", [1, 100])
async def test_every_fact_told_twice_is_told_once(notifications: Notifications, batch: int) -> None:
    order = "lamps:0"
    events = [event for told in turns_of(a_changed_order(order)) for event in told]
    twice = [event for event in events for _ in range(2)]
    for start in range(0, len(twice), batch):
        await notifications.hear(*twice[start : start + batch])
    await notifications.hear(*events)
    await notifications.pass_an_hour()
    judge_changed(await letters(notifications, order))
