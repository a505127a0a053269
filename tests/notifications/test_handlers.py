"""Who is told what, when, and what is never told: the real service, database and mail."""

from __future__ import annotations

from datetime import date

import pytest
import structlog

from schemas.envelope import Event
from schemas.notifications import MessageSent, MessageSuppressed
from tests.harness import only
from tests.notifications.builders import (
    EMAIL,
    NAME,
    ORDER,
    THE_19TH,
    THE_24TH,
    a_confirmation,
    a_contact,
    a_grant,
    a_new_date,
    a_refusal,
    a_wait,
    an_accepted_order,
    an_answer,
)
from tests.notifications.conftest import Notifications
from tests.notifications.parcels import a_capture, a_dispatch, a_plan, an_authorization


async def test_a_confirmation_goes_at_once_with_dates(notifications: Notifications) -> None:
    await notifications.confirm()
    (mail,) = notifications.mails()
    assert (mail.kind, mail.to, mail.order_id) == ("confirmed", EMAIL, ORDER)
    assert "2 in stock" in mail.text
    assert "3 expected by 19 March 2026" in mail.text
    assert "Total: £154.95" in mail.text
    assert NAME in mail.html.read_text()


async def test_a_confirmation_waits_for_its_contact(notifications: Notifications) -> None:
    line = an_answer("lamp", 1)
    await notifications.hear(an_accepted_order(line), a_confirmation(line))
    assert notifications.kinds() == []
    said = await notifications.hear(a_contact())
    assert notifications.kinds() == ["confirmed"]
    assert [event.message_id for event in only(said, MessageSent)] == [f"{ORDER}/confirmed/1"]


async def test_nothing_of_an_order_goes_before_its_confirmation(
    notifications: Notifications,
) -> None:
    line = an_answer("lamp", 1)
    await notifications.hear(a_contact(), an_authorization(), a_plan(lamp=1))
    assert notifications.kinds() == []
    await notifications.hear(an_accepted_order(line), a_confirmation(line))
    assert notifications.kinds() == ["confirmed", "about_to_ship"]


async def test_a_refusal_goes_at_once_with_its_reason(notifications: Notifications) -> None:
    await notifications.hear(a_refusal("The lines add up to 24.00, not 25.00."), a_contact())
    (mail,) = notifications.mails()
    assert mail.kind == "refused"
    assert "The lines add up to 24.00, not 25.00." in mail.text


async def test_an_order_judged_anew_after_its_refusal_is_confirmed(
    notifications: Notifications,
) -> None:
    await notifications.hear(a_refusal("The total differs."), a_contact())
    await notifications.confirm()
    assert notifications.kinds() == ["refused", "confirmed"]


async def test_news_of_an_hour_is_one_mail_that_tells_the_state_at_sending(
    notifications: Notifications,
) -> None:
    await notifications.confirm()
    await notifications.hear(a_new_date("lamp", date(2026, 3, 22), version=2))
    await notifications.hear(a_new_date("lamp", THE_24TH, version=3))
    assert notifications.kinds() == ["confirmed"]
    await notifications.pass_an_hour()
    assert notifications.kinds() == ["confirmed", "date_changed"]
    assert "24 March 2026 (was 19 March 2026)" in notifications.mails()[-1].text
    assert "22 March" not in notifications.mails()[-1].text


async def test_a_date_that_came_back_is_not_told(notifications: Notifications) -> None:
    await notifications.confirm()
    await notifications.hear(a_new_date("lamp", THE_24TH, version=2))
    await notifications.hear(a_new_date("lamp", THE_19TH, version=3))
    (suppressed,) = only(await notifications.pass_an_hour(), MessageSuppressed)
    assert suppressed.reason.code == "already_told"
    assert notifications.kinds() == ["confirmed"]


async def test_the_confirmed_wait_is_no_news_when_its_event_comes_late(
    notifications: Notifications,
) -> None:
    await notifications.confirm()
    await notifications.hear(a_wait("lamp", 3, granted_total=2), a_wait("lamp", 3, granted_total=2))
    assert await notifications.pass_an_hour() == []
    assert notifications.kinds() == ["confirmed"]


async def test_units_that_wait_again_are_told(notifications: Notifications) -> None:
    await notifications.confirm(lamp_waits=0)
    await notifications.hear(
        a_wait("lamp", 2, granted_total=5, requeued_total=2, promised_on=THE_24TH)
    )
    await notifications.pass_an_hour()
    assert notifications.kinds() == ["confirmed", "backordered"]
    assert "2 x The lamp" in notifications.mails()[-1].text
    assert "Expected by 24 March 2026" in notifications.mails()[-1].text


async def test_units_allocated_within_the_hour_are_not_told_to_wait(
    notifications: Notifications,
) -> None:
    await notifications.confirm(lamp_waits=0)
    await notifications.hear(
        a_wait("lamp", 2, granted_total=5, requeued_total=2, promised_on=THE_24TH)
    )
    await notifications.hear(a_grant("lamp", 2, granted_total=7, requeued_total=2))
    (suppressed,) = only(await notifications.pass_an_hour(), MessageSuppressed)
    assert suppressed.reason.code == "later_stage"
    assert notifications.kinds() == ["confirmed"]


async def test_a_date_is_not_told_for_units_already_in_a_parcel(
    notifications: Notifications,
) -> None:
    await notifications.confirm()
    await notifications.hear(a_plan(lamp=5), an_authorization(amount_minor=12_500))
    await notifications.hear(a_new_date("lamp", THE_24TH, version=2))
    (suppressed,) = only(await notifications.pass_an_hour(), MessageSuppressed)
    assert suppressed.reason.code == "later_stage"
    assert notifications.kinds() == ["confirmed", "about_to_ship"]


async def test_a_newer_date_told_by_another_mail_is_not_told_twice(
    notifications: Notifications,
) -> None:
    await notifications.confirm()
    await notifications.hear(a_new_date("lamp", THE_24TH, version=2))
    await notifications.hear(a_plan(lamp=2, shade=1), a_dispatch(complete=False, lamp=2, shade=1))
    assert "Expected by 24 March 2026" in notifications.mails()[-1].text
    (suppressed,) = only(await notifications.pass_an_hour(), MessageSuppressed)
    assert suppressed.reason.code == "already_told"


@pytest.mark.parametrize("plan_first", [True, False])
async def test_a_parcel_is_announced_with_content_and_amount(
    notifications: Notifications, *, plan_first: bool
) -> None:
    await notifications.confirm()
    facts: list[Event] = [a_plan(freight_minor=495, lamp=2), an_authorization(amount_minor=5_495)]
    for event in facts if plan_first else reversed(facts):
        await notifications.hear(event)
    mail = notifications.mails()[-1]
    assert mail.kind == "about_to_ship"
    assert "2 x The lamp   £50.00" in mail.text
    assert "To be charged: £54.95" in mail.text


async def test_a_parcel_that_has_left_is_no_longer_about_to_ship(
    notifications: Notifications,
) -> None:
    await notifications.confirm(lamp_waits=0)
    await notifications.hear(a_plan(lamp=5, shade=1), a_dispatch(lamp=5, shade=1))
    said = await notifications.hear(an_authorization())
    assert [event.reason.code for event in only(said, MessageSuppressed)] == ["later_stage"]
    assert notifications.kinds() == ["confirmed", "shipped"]


async def test_a_part_that_left_says_what_is_still_to_come_and_when(
    notifications: Notifications,
) -> None:
    await notifications.confirm()
    await notifications.hear(
        a_plan(lamp=2), an_authorization(amount_minor=5_000), a_capture(amount_minor=5_000)
    )
    await notifications.hear(a_dispatch(complete=False, lamp=2))
    mail = notifications.mails()[-1]
    assert mail.subject == "Part of order 1042 is on its way"
    assert "£50.00 was charged" in mail.text
    to_come = mail.text.partition("Still to come")[2]
    assert "3 x The lamp" in to_come
    assert "Expected by 19 March 2026" in to_come
    assert "1 x The shade" in to_come
    assert "Being prepared" in to_come


async def test_the_last_parcel_completes_the_order(notifications: Notifications) -> None:
    await notifications.confirm()
    await notifications.hear(
        a_plan(1, lamp=2, shade=1), a_dispatch(1, complete=False, lamp=2, shade=1)
    )
    await notifications.hear(a_grant("lamp", 3, granted_total=5))
    await notifications.hear(a_plan(2, lamp=3), a_dispatch(2, lamp=3))
    assert notifications.mails()[-1].subject == "The rest of order 1042 is on its way"
    assert "Still to come" not in notifications.mails()[-1].text
    (lamp,) = await notifications.service.rows("SELECT * FROM lines WHERE line_id LIKE '%lamp'")
    told = (
        lamp["told_waiting"],
        lamp["told_allocated"],
        lamp["told_announced"],
        lamp["told_shipped"],
    )
    assert told == (0, 0, 0, 5)


async def test_dates_and_amounts_are_in_the_customers_form(notifications: Notifications) -> None:
    line = an_answer("lamp", 1, waiting=1)
    await notifications.hear(
        a_contact(language="de-DE"), an_accepted_order(line), a_confirmation(line)
    )
    assert "19. März 2026" in notifications.mails()[0].text
    assert "25,00\xa0£" in notifications.mails()[0].text


async def test_nothing_personal_stands_outside_the_contacts_or_in_a_log(
    notifications: Notifications,
) -> None:
    with structlog.testing.capture_logs() as logs:
        await notifications.confirm()
        said = await notifications.hear(a_plan(lamp=2), an_authorization())
    assert notifications.kinds() == ["confirmed", "about_to_ship"]
    kept = [str(dict(row)) for row in await notifications.service.rows("SELECT * FROM messages")]
    kept += [
        str(dict(r)) for r in await notifications.service.rows("SELECT * FROM effects_history")
    ]
    everything = " ".join([*kept, *map(str, said), *map(str, logs)])
    assert "lamp" in everything
    for personal in (EMAIL, NAME, "Quai", "Lyon", "Europe/Paris"):
        assert personal not in everything
