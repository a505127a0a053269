"""Cards fail: the customer hears what to do and until when, once, and not when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.envelope import Event
from schemas.notifications import MessageSuppressed
from schemas.values import Reason
from tests.harness import only
from tests.notifications.builders import (
    ORDER,
    THE_24TH,
    a_cancel,
    a_confirmation,
    a_contact,
    a_settled_line,
    a_wait,
    an_accepted_order,
    an_answer,
    an_erasure,
)
from tests.notifications.conftest import Notifications
from tests.notifications.parcels import (
    DEADLINE,
    a_missed_deadline,
    a_new_method,
    a_parcel_withdrawn,
    a_plan,
    a_recovery,
    a_trouble,
    an_authorization,
)


async def test_it_says_what_to_do_and_until_when_in_the_customers_time(
    notifications: Notifications,
) -> None:
    await notifications.confirm()
    await notifications.hear(a_plan(lamp=2, freight_minor=495), a_trouble(cause="expired"))
    mail = notifications.mails()[-1]
    assert mail.kind == "payment_needed"
    assert mail.subject == "Order 1042: please act by 5 March 2026, your payment did not work"
    assert "Your payment method has expired" in mail.text
    assert "give us another payment method for order 1042" in mail.text
    assert "Thursday, 5 March 2026, 10:00 (Central European Standard Time)" in mail.text
    assert "2 x The lamp" in mail.text
    assert "To be charged: £54.95" in mail.text


async def test_trouble_before_the_confirmation_is_told_behind_it(
    notifications: Notifications,
) -> None:
    line = an_answer("lamp", 1)
    await notifications.hear(a_contact(), a_trouble(None, cause="method_refused"))
    assert notifications.kinds() == []
    await notifications.hear(an_accepted_order(line), a_confirmation(line))
    assert notifications.kinds() == ["confirmed", "payment_needed"]


async def test_one_trouble_is_told_once_however_many_parcels_join_it(
    notifications: Notifications,
) -> None:
    await notifications.confirm()
    await notifications.hear(a_trouble(1), a_trouble(2))
    await notifications.hear(a_trouble(1, cause="declined"))
    assert notifications.kinds() == ["confirmed", "payment_needed"]
    await notifications.hear(a_new_method(episode=1), a_trouble(1, episode=2))
    assert notifications.kinds() == ["confirmed", "payment_needed", "payment_needed"]
    rows = await notifications.service.rows(
        "SELECT episode, shipment_id FROM messages WHERE kind = 'payment_needed' ORDER BY n"
    )
    assert [tuple(row) for row in rows] == [(1, f"{ORDER}/1"), (2, f"{ORDER}/1")]


@pytest.mark.parametrize(
    ("over", "code"),
    [
        (a_new_method(), "resolved"),
        (a_recovery(), "resolved"),
        (a_missed_deadline(), "deadline_passed"),
        (a_cancel(a_settled_line("lamp", 5), a_settled_line("shade", 1)), "later_stage"),
        (an_erasure(), "contact_erased"),
    ],
)
async def test_it_is_not_sent_once_it_is_over(
    notifications: Notifications, over: Event, code: str
) -> None:
    await notifications.confirm()
    await notifications.service.hear(a_trouble())
    said = await notifications.hear(over)
    found = {one.kind: one.reason.code for one in only(said, MessageSuppressed)}
    assert found["payment_needed"] == code
    assert "payment_needed" not in notifications.kinds()


async def test_it_is_not_sent_behind_its_deadline(notifications: Notifications) -> None:
    await notifications.confirm()
    await notifications.service.hear(a_trouble())
    notifications.clock.set(DEADLINE)
    (suppressed,) = only(await notifications.fire(), MessageSuppressed)
    assert suppressed.reason.code == "deadline_passed"


async def test_a_parcel_in_trouble_is_not_about_to_ship(notifications: Notifications) -> None:
    await notifications.confirm()
    await notifications.hear(an_authorization(), a_trouble(1))
    await notifications.hear(a_plan(lamp=2))
    assert notifications.kinds() == ["confirmed", "payment_needed"]
    await notifications.hear(a_new_method(), an_authorization())
    assert notifications.kinds() == ["confirmed", "payment_needed", "about_to_ship"]


async def test_a_parcel_that_fell_into_trouble_before_its_mail_went_is_told_when_it_is_over(
    notifications: Notifications,
) -> None:
    await notifications.confirm()
    await notifications.service.hear(a_plan(lamp=2), an_authorization())
    said = await notifications.hear(a_trouble(1))
    assert [one.reason.code for one in only(said, MessageSuppressed)] == ["payment_open"]
    await notifications.hear(a_recovery(), an_authorization())
    assert notifications.kinds() == ["confirmed", "payment_needed", "about_to_ship"]


@pytest.mark.parametrize("deadline_first", [True, False])
async def test_units_that_went_to_the_next_in_line_say_what_brings_them_back(
    notifications: Notifications, *, deadline_first: bool
) -> None:
    await notifications.confirm(lamp_waits=0)
    await notifications.hear(a_plan(lamp=5, shade=1), a_trouble())
    notifications.clock.set(DEADLINE)
    passed_over = Reason(code="suspended", text="They keep their place, unserved.")
    facts: list[Event] = [
        a_missed_deadline(),
        a_parcel_withdrawn(cause="payment_deadline", lamp=5, shade=1),
        a_wait("lamp", 5, granted_total=5, requeued_total=5, promised_on=None, reason=passed_over),
        a_wait("shade", 1, granted_total=1, requeued_total=1, promised_on=None, reason=passed_over),
    ]
    for event in facts if deadline_first else facts[1:]:
        await notifications.hear(event)
    await notifications.pass_an_hour()
    assert notifications.kinds() == ["confirmed", "payment_needed", "backordered"]
    text = notifications.mails()[-1].text
    assert "they come to you again as soon as a payment method works" in text
    assert "5 x The lamp" in text
    assert "1 x The shade" in text


async def test_a_resumed_line_hears_its_new_date(notifications: Notifications) -> None:
    await test_units_that_went_to_the_next_in_line_say_what_brings_them_back(
        notifications, deadline_first=True
    )
    await notifications.hear(a_new_method())
    notifications.clock.set(DEADLINE + timedelta(days=1))
    await notifications.hear(
        a_wait("lamp", 5, granted_total=5, requeued_total=5, promised_on=THE_24TH, version=2)
    )
    await notifications.pass_an_hour()
    assert notifications.kinds()[-1] == "date_changed"
    assert "Expected by 24 March 2026" in notifications.mails()[-1].text
