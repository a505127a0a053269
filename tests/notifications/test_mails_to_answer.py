"""What needs an answer goes at least once, under one Message-ID, and no longer than it is needed."""

from __future__ import annotations

from email import message_from_bytes
from pathlib import Path

from schemas.notifications import MessageFailed, MessageSent, MessageSuppressed
from tests.conftest import MakeService
from tests.harness import only
from tests.notifications.builders import (
    a_confirmation,
    a_contact,
    an_accepted_order,
    an_answer,
    an_erasure,
)
from tests.notifications.conftest import ServeMail
from tests.notifications.parcels import a_dispatch, a_new_method, a_plan, a_trouble
from tests.notifications.servers import Answering, Hanging, against, confirmed


def hanging_on_payment(times: int) -> Hanging:
    """A mail server that takes a payment mail so many times without answering."""
    return Hanging(b"X-Crossdock-Kind: payment_needed", times)


async def test_a_mail_that_needs_an_answer_goes_again_with_its_one_message_id(
    service: MakeService, serve_mail: ServeMail, tmp_path: Path
) -> None:
    handler = hanging_on_payment(2)
    notifications = await against(service, await serve_mail(handler), tmp_path)
    await confirmed(notifications)
    said = await notifications.hear(a_trouble())
    await notifications.fire_until(lambda: bool(only(said, MessageSent)), said)
    assert [event.kind for event in said if isinstance(event, MessageSent)] == ["payment_needed"]
    assert only(said, MessageFailed) == []
    ids = [message_from_bytes(mail)["Message-ID"] for mail in handler.taken[1:]]
    assert len(ids) == 3
    assert len(set(ids)) == 1


async def test_a_mail_that_needs_an_answer_is_not_sent_again_once_it_is_over(
    service: MakeService, serve_mail: ServeMail, tmp_path: Path
) -> None:
    handler = hanging_on_payment(1)
    notifications = await against(service, await serve_mail(handler), tmp_path)
    await confirmed(notifications)
    await notifications.service.hear(a_trouble())
    assert await notifications.service.runner.run_due() == 1
    said = await notifications.service.hear(a_new_method())
    await notifications.fire_until(lambda: bool(only(said, MessageSuppressed)), said)
    assert len(handler.taken) == 2
    assert await notifications.service.rows("SELECT * FROM effects") == []


async def test_a_mail_that_needs_an_answer_is_given_up_in_the_end_and_holds_nobody_up(
    service: MakeService, serve_mail: ServeMail, tmp_path: Path
) -> None:
    handler = hanging_on_payment(2)
    notifications = await against(service, await serve_mail(handler), tmp_path, attempts=2)
    await confirmed(notifications)
    said = await notifications.hear(a_trouble())
    await notifications.fire_until(lambda: bool(only(said, MessageFailed)), said)
    assert [event.reason.code for event in only(said, MessageFailed)] == ["gave_up"]
    said = await notifications.hear(a_plan(lamp=1), a_dispatch(complete=False, lamp=1))
    assert [event.kind for event in only(said, MessageSent)] == ["shipped"]


async def test_a_contact_erased_while_its_mail_waits_for_the_server_is_not_written_to(
    service: MakeService, serve_mail: ServeMail, tmp_path: Path
) -> None:
    handler = Answering(data=("451 4.7.1 later",))
    notifications = await against(service, await serve_mail(handler), tmp_path)
    line = an_answer("lamp", 1)
    await notifications.service.hear(a_contact(), an_accepted_order(line), a_confirmation(line))
    assert await notifications.service.runner.run_due() == 1
    said = await notifications.service.hear(an_erasure())
    await notifications.fire_until(lambda: bool(only(said, MessageSuppressed)), said)
    assert [event.reason.code for event in only(said, MessageSuppressed)] == ["contact_erased"]
    assert handler.taken == []
