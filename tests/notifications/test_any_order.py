"""Five topics have no order among them: the customer reads the same truth in any of them."""

from __future__ import annotations

import random
from datetime import timedelta

from schemas.envelope import Event
from tests.notifications.builders import (
    MONDAY,
    THE_24TH,
    a_capture,
    a_confirmation,
    a_contact,
    a_dispatch,
    a_grant,
    a_new_date,
    a_plan,
    a_refused_line,
    a_wait,
    an_accepted_order,
    an_answer,
    an_authorization,
)
from tests.notifications.conftest import Notifications

HOUR = timedelta(hours=1)


def a_story(order: str) -> dict[str, list[Event]]:
    """Everything that is said about one order, by topic, each in its own order."""
    lines = (
        an_answer("lamp", 5, waiting=3, order=order),
        an_answer("shade", 1, order=order),
        an_answer("bulb", 2, refused=2, order=order),
    )
    return {
        "orders": [an_accepted_order(*lines, order=order), a_confirmation(*lines, order=order)],
        "contacts": [a_contact(order)],
        "allocations": [
            a_grant("lamp", 2, unfilled=3, decision_no=1, order=order),
            a_wait("lamp", 3, granted_total=2, decision_no=1, order=order),
            a_grant("shade", 1, decision_no=1, order=order),
            a_refused_line("bulb", 2, order=order),
            a_new_date("lamp", THE_24TH, version=2, waiting=3, order=order),
            a_grant("lamp", 3, granted_total=5, decision_no=3, order=order),
        ],
        "shipments": [
            a_plan(1, order, freight_minor=495, lamp=2, shade=1),
            a_dispatch(1, order, complete=False, lamp=2, shade=1),
            a_plan(2, order, lamp=3),
            a_dispatch(2, order, lamp=3),
        ],
        "payments": [
            an_authorization(1, 7_995, order),
            a_capture(1, 7_995, order),
            an_authorization(2, 7_500, order),
            a_capture(2, 7_500, order),
        ],
    }


async def tell_in_some_order(
    notifications: Notifications, order: str, chance: random.Random
) -> None:
    """Tell the story with topics interleaved, batches cut and events repeated by chance."""
    topics = [list(events) for events in a_story(order).values()]
    batch: list[Event] = []
    while any(topics):
        batch.append(chance.choice([topic for topic in topics if topic]).pop(0))
        if chance.random() < 0.3:
            again = chance.sample(batch, k=len(batch) // 2)
            await notifications.hear(*batch, *again)
            if chance.random() < 0.3:
                notifications.clock.set(notifications.clock.now() + HOUR)
                await notifications.hear(*batch)
            batch = []
    await notifications.hear(*batch)
    notifications.clock.set(notifications.clock.now() + HOUR)
    await notifications.fire()


STATE = """SELECT replace(line_id, order_id, '') AS line, quantity, granted_total, waiting, refused,
                  promised_on, promise_version, told_waiting, told_allocated, told_announced,
                  told_shipped
           FROM lines WHERE order_id = $1 ORDER BY line_id"""


async def test_in_any_order_of_arrival_nobody_reads_an_older_truth_after_a_newer(
    notifications: Notifications,
) -> None:
    ends: set[str] = set()
    for seed in range(30):
        order = f"lamps:{seed}"
        await tell_in_some_order(notifications, order, random.Random(seed))  # noqa: S311  # a test
        got = notifications.mails(order)
        kinds = [mail.kind for mail in got]
        assert kinds[0] == "confirmed"
        assert kinds.count("confirmed") == 1
        assert kinds.count("shipped") == 2
        assert kinds.count("about_to_ship") <= 2
        parcels = await notifications.service.rows(
            "SELECT * FROM messages WHERE order_id = $1 AND kind = 'about_to_ship'", order
        )
        assert len(parcels) == 2
        newer_told = False
        for mail in got:
            assert not (newer_told and "by 19 March" in mail.text.replace("was 19", "")), kinds
            newer_told |= "24 March" in mail.text
        state = await notifications.service.rows(STATE, order)
        ends.add(str([tuple(row) for row in state]))
        open_rows = await notifications.service.rows(
            "SELECT * FROM messages WHERE order_id = $1 AND state IN ('due', 'started')", order
        )
        assert open_rows == []
    assert len(ends) == 1
    assert notifications.clock.now() > MONDAY
    assert await notifications.service.dead_letters() == []
