"""Things break and come late: what a customer hears of units that wait again, and of their money."""

from __future__ import annotations

import pytest

from schemas.envelope import Event
from schemas.notifications import MessageSuppressed
from tests.harness import only
from tests.notifications.builders import (
    PRICE_MINOR,
    THE_24TH,
    a_grant,
    a_new_date,
    a_wait,
)
from tests.notifications.conftest import Notifications
from tests.notifications.parcels import (
    a_capture,
    a_change,
    a_dispatch,
    a_plan,
    a_refund,
    an_authorization,
)

# ---- units that wait again ---------------------------------------------------------------------


@pytest.mark.parametrize("parcel_first", [True, False])
async def test_damaged_units_wait_again_and_the_customer_reads_why(
    notifications: Notifications, *, parcel_first: bool
) -> None:
    await notifications.confirm(lamp_waits=0)
    await notifications.hear(a_plan(lamp=5, shade=1), an_authorization())
    facts: list[Event] = [
        a_change(cause="damaged", lamp=3, shade=1),
        a_wait("lamp", 2, granted_total=5, requeued_total=2, promised_on=THE_24TH, version=2),
    ]
    for event in facts if parcel_first else reversed(facts):
        await notifications.hear(event)
    await notifications.pass_an_hour()
    assert notifications.kinds() == ["confirmed", "about_to_ship", "backordered"]
    text = notifications.mails()[-1].text
    assert "2 x The lamp" in text
    assert "Expected by 24 March 2026" in text
    assert "damaged in our warehouse" in text
    assert await notifications.told() == {"waiting": 2, "announced": 3}


async def test_units_that_wait_are_told_though_their_parcel_is_heard_of_after_the_hour(
    notifications: Notifications,
) -> None:
    await notifications.confirm(lamp_waits=0)
    await notifications.hear(a_plan(lamp=5), an_authorization())
    await notifications.hear(a_wait("lamp", 2, granted_total=5, requeued_total=2))
    (suppressed,) = only(await notifications.pass_an_hour(), MessageSuppressed)
    assert suppressed.reason.code == "later_stage"
    await notifications.hear(a_change(cause="missing", lamp=3))
    await notifications.pass_an_hour()
    assert notifications.kinds()[-1] == "backordered"
    assert "could not find them" in notifications.mails()[-1].text


async def test_a_parcel_of_units_that_waited_again_is_announced_once_they_are_granted(
    notifications: Notifications,
) -> None:
    await notifications.confirm(lamp_waits=0)
    await notifications.hear(a_plan(1, lamp=5), an_authorization(1))
    await notifications.hear(a_change(1, cause="damaged", lamp=3))
    await notifications.hear(a_wait("lamp", 2, granted_total=5, requeued_total=2))
    await notifications.pass_an_hour()
    said = await notifications.hear(a_plan(2, lamp=2), an_authorization(2))
    assert [one.reason.code for one in only(said, MessageSuppressed)] == ["content_changes"]
    await notifications.hear(a_grant("lamp", 2, granted_total=7, requeued_total=2, decision_no=9))
    assert notifications.kinds()[1:] == ["about_to_ship", "backordered", "about_to_ship"]
    assert await notifications.told() == {"announced": 5}


async def test_a_date_is_told_with_what_has_changed_it(notifications: Notifications) -> None:
    await notifications.confirm()
    await notifications.hear(a_new_date("lamp", THE_24TH, waiting=3))
    await notifications.pass_an_hour()
    assert "comes later than expected" in notifications.mails()[-1].text
    await notifications.hear(
        a_new_date("lamp", None, version=3, waiting=3, cause="delivery_cancelled")
    )
    await notifications.pass_an_hour()
    assert "No date yet (was 24 March 2026)" in notifications.mails()[-1].text
    assert "A delivery of them has been cancelled." in notifications.mails()[-1].text


# ---- money -------------------------------------------------------------------------------------


async def test_refunds_gather_and_their_sum_is_told(notifications: Notifications) -> None:
    await notifications.confirm(lamp_waits=0)
    await notifications.hear(a_refund(1, PRICE_MINOR), a_refund(2, PRICE_MINOR))
    await notifications.hear(a_refund(1, PRICE_MINOR, total_minor=2 * PRICE_MINOR))
    assert notifications.kinds() == ["confirmed"]
    await notifications.pass_an_hour()
    assert notifications.mails()[-1].subject == "Order 1042: £75.00 goes back to you"
    await notifications.hear(a_refund(2, PRICE_MINOR, total_minor=2 * PRICE_MINOR))
    await notifications.pass_an_hour()
    assert notifications.mails()[-1].subject == "Order 1042: £25.00 goes back to you"
    assert notifications.kinds() == ["confirmed", "refunded", "refunded"]


async def test_a_refund_before_the_confirmation_is_told_behind_it(
    notifications: Notifications,
) -> None:
    await notifications.hear(a_refund())
    await notifications.confirm()
    await notifications.pass_an_hour()
    assert notifications.kinds() == ["confirmed", "refunded"]


async def test_what_left_a_paid_parcel_goes_back_and_the_letter_says_so(
    notifications: Notifications,
) -> None:
    await notifications.confirm(lamp_waits=0)
    await notifications.hear(a_plan(lamp=5), an_authorization(amount_minor=12_500))
    await notifications.hear(a_capture(amount_minor=12_500), a_change(cause="damaged", lamp=3))
    await notifications.hear(a_dispatch(complete=False, lamp=3))
    text = notifications.mails()[-1].text
    assert "£75.00 was charged for it" in text
    assert "We had charged £50.00 more" in text
    assert "Charged: £75.00" in text
