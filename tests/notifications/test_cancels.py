"""Minds change: what a customer hears of a cancel, and of parcels that it takes units out of."""

from __future__ import annotations

import pytest

from schemas.envelope import Event
from schemas.notifications import MessageSuppressed
from tests.harness import only
from tests.notifications.builders import (
    a_cancel,
    a_cancelled_wait,
    a_confirmation,
    a_contact,
    a_refusal,
    a_settled_line,
    a_withdrawal,
    an_accepted_order,
    an_answer,
)
from tests.notifications.conftest import Notifications
from tests.notifications.parcels import (
    a_change,
    a_dispatch,
    a_parcel_withdrawn,
    a_plan,
    an_authorization,
)


async def test_a_cancel_is_told_when_it_is_settled_and_what_is_still_to_come(
    notifications: Notifications,
) -> None:
    await notifications.confirm()
    await notifications.hear(a_cancelled_wait("lamp", 2, granted_total=2, waiting=1))
    assert notifications.kinds() == ["confirmed"]
    await notifications.hear(a_cancel(a_settled_line("lamp", 2)))
    mail = notifications.mails()[-1]
    assert mail.subject == "Part of order 1042 is cancelled"
    cancelled, _, to_come = mail.text.partition("Still to come")
    assert "2 x The lamp" in cancelled
    assert "3 x The lamp" in to_come
    assert "1 expected by 19 March 2026" in to_come
    assert await notifications.told() == {"waiting": 1, "allocated": 2, "cancelled": 2}


async def test_a_cancel_that_came_too_late_says_why(notifications: Notifications) -> None:
    await notifications.confirm(lamp_waits=0)
    await notifications.hear(a_withdrawal("lamp", 1, refused=2))
    await notifications.hear(a_cancel(a_settled_line("lamp", 1, refused=2)))
    text = notifications.mails()[-1].text
    assert "as far as that was still possible" in text
    assert "1 cancelled" in text
    assert "2 not cancelled" in text
    assert "Parcel already released." in text
    await notifications.hear(a_cancel(a_settled_line("shade", 0, refused=1), cancel_id="x2"))
    assert notifications.mails()[-1].subject == "Order 1042: it was too late to cancel"
    assert await notifications.told("shade") == {"allocated": 1}


async def test_a_whole_cancel_leaves_nothing_to_come(notifications: Notifications) -> None:
    await notifications.confirm()
    lines = a_settled_line("lamp", 5), a_settled_line("shade", 1)
    await notifications.hear(a_cancel(*lines, whole=True, cause="suspended"))
    mail = notifications.mails()[-1]
    assert mail.subject == "Order 1042 is cancelled"
    assert "no payment method that works" in mail.text
    assert "Still to come" not in mail.text
    assert await notifications.told() == {"cancelled": 5}


async def test_an_order_cancelled_before_it_is_confirmed_hears_of_both(
    notifications: Notifications,
) -> None:
    lines = an_answer("lamp", 5, cancelled=5), an_answer("shade", 1, cancelled=1)
    settled = a_settled_line("lamp", 5), a_settled_line("shade", 1)
    await notifications.hear(an_accepted_order(*lines), a_confirmation(*lines))
    await notifications.hear(a_cancel(*settled, whole=True))
    await notifications.hear(a_contact())
    assert notifications.kinds() == ["confirmed", "cancelled"]
    text = notifications.mails()[0].text
    assert "All of it has been cancelled since; a mail about that follows." in text
    assert "Cancelled, not charged" in text
    assert await notifications.told() == {"cancelled": 5}


async def test_a_cancel_of_a_part_is_told_behind_the_confirmation(
    notifications: Notifications,
) -> None:
    lines = an_answer("lamp", 5, waiting=3), an_answer("shade", 1)
    await notifications.hear(an_accepted_order(*lines), a_cancel(a_settled_line("lamp", 2)))
    await notifications.hear(a_contact())
    assert notifications.kinds() == []
    await notifications.hear(a_confirmation(*lines))
    assert notifications.kinds() == ["confirmed", "cancelled"]
    assert await notifications.told() == {"waiting": 1, "allocated": 2, "cancelled": 2}


async def test_a_refused_order_hears_of_its_refusal_not_of_its_cancel(
    notifications: Notifications,
) -> None:
    lines = an_answer("lamp", 5), an_answer("shade", 1)
    await notifications.hear(a_contact(), an_accepted_order(*lines))
    await notifications.hear(a_refusal("The shade is not to be had."))
    whole = a_cancel(
        a_settled_line("lamp", 5), cancel_id="refused", cause="order_refused", whole=True
    )
    await notifications.hear(whole)
    assert notifications.kinds() == ["refused"]
    assert "The shade is not to be had." in notifications.mails()[0].text


@pytest.mark.parametrize("settled_first", [True, False])
async def test_a_parcel_is_not_announced_with_cancelled_units(
    notifications: Notifications, *, settled_first: bool
) -> None:
    await notifications.confirm(lamp_waits=0)
    cancel: list[Event] = [a_cancel(a_settled_line("lamp", 2)), a_withdrawal("lamp", 2)]
    await notifications.hear(*(cancel if settled_first else reversed(cancel)))
    said = await notifications.hear(a_plan(lamp=5, shade=1), an_authorization())
    assert [one.reason.code for one in only(said, MessageSuppressed)] == ["content_changes"]
    await notifications.hear(a_change(lamp=3, shade=1))
    assert notifications.kinds() == ["confirmed", "cancelled", "about_to_ship"]
    assert "3 x The lamp" in notifications.mails()[-1].text
    assert await notifications.told() == {"announced": 3, "cancelled": 2}


async def test_a_parcel_is_announced_once_however_often_it_changes(
    notifications: Notifications,
) -> None:
    await notifications.confirm(lamp_waits=0)
    await notifications.hear(a_plan(lamp=5, shade=1), an_authorization())
    await notifications.hear(a_change(version=2, lamp=4, shade=1), a_withdrawal("lamp", 1))
    await notifications.hear(an_authorization())
    assert notifications.kinds() == ["confirmed", "about_to_ship"]


async def test_a_withdrawn_parcel_is_not_announced(notifications: Notifications) -> None:
    await notifications.confirm(lamp_waits=0)
    await notifications.hear(a_plan(shade=1), a_parcel_withdrawn(shade=1))
    await notifications.hear(an_authorization())
    assert notifications.kinds() == ["confirmed"]


async def test_the_last_parcel_beside_a_cancel_completes_the_order(
    notifications: Notifications,
) -> None:
    await notifications.confirm()
    await notifications.hear(a_cancelled_wait("lamp", 3, granted_total=2))
    await notifications.hear(a_cancel(a_settled_line("lamp", 3)))
    await notifications.hear(a_plan(lamp=2, shade=1), a_dispatch(lamp=2, shade=1))
    mail = notifications.mails()[-1]
    assert mail.subject == "Order 1042 is on its way"
    assert "everything you ordered and still get" in mail.text
    assert await notifications.told() == {"shipped": 2, "cancelled": 3}
