"""Mail servers that refuse, delay, hang or are not there: news goes at most once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from schemas.notifications import MessageFailed, MessageSent, MessageSuppressed
from services.chassis.effects import Done, Outcome, Refused, Retry, Unknown
from services.notifications.gateway import SmtpServer
from services.standins.mailbox import Listener
from tests.conftest import MakeService
from tests.harness import only
from tests.notifications.builders import (
    EMAIL,
    THE_24TH,
    a_confirmation,
    a_contact,
    a_new_date,
    an_accepted_order,
    an_answer,
)
from tests.notifications.conftest import DEADLINE_SECONDS, Notifications, ServeMail
from tests.notifications.parcels import a_dispatch, a_plan
from tests.notifications.servers import Answering, Hanging, against, confirmed

SENDER = "orders@shop.example"


async def send(port: int, mails: int = 1, **settings: Any) -> list[Outcome]:
    """Send mails through the gateway alone."""
    server = SmtpServer("127.0.0.1", port, timeout_seconds=0.5, **settings)
    try:
        return [await server.send(SENDER, EMAIL, b"Subject: x\r\n\r\ny\r\n") for _ in range(mails)]
    finally:
        await server.close()


async def test_a_connection_is_used_again(serve_mail: ServeMail) -> None:
    handler = Answering()
    assert await send(await serve_mail(handler), 5) == [Done({"code": 250})] * 5
    assert len(handler.taken) == 5
    assert len(handler.sessions) == 1


async def test_a_refusal_tells_its_code_and_not_the_address(serve_mail: ServeMail) -> None:
    port = await serve_mail(Answering(rcpt=(f"550 5.1.1 <{EMAIL}> is unknown",)))
    assert await send(port, 2) == [Refused({"said": "550 5.1.1"}), Done({"code": 250})]


async def test_greylisting_is_tried_again(serve_mail: ServeMail) -> None:
    port = await serve_mail(Answering(data=(f"451 4.7.1 {EMAIL} come back later",)))
    assert await send(port, 2) == [Retry("the mail server said 451 4.7.1"), Done({"code": 250})]


async def test_a_refused_connection_is_tried_again(unused_tcp_port: int) -> None:
    (outcome,) = await send(unused_tcp_port)
    assert isinstance(outcome, Retry)


async def test_silence_after_data_is_unknown(serve_mail: ServeMail) -> None:
    handler = Hanging()
    (outcome,) = await send(await serve_mail(handler))
    assert isinstance(outcome, Unknown)
    assert len(handler.taken) == 1


async def test_silence_before_data_is_tried_again() -> None:
    hung_up = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        hung_up.set()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    (outcome,) = await send(server.sockets[0].getsockname()[1])
    await asyncio.wait_for(hung_up.wait(), DEADLINE_SECONDS)
    server.close()
    assert isinstance(outcome, Retry)


async def test_a_connection_that_went_stale_is_replaced() -> None:
    handler = Answering()
    listener = Listener(handler)
    await listener.listen()
    server = SmtpServer("127.0.0.1", listener.port, timeout_seconds=2)
    assert await server.send(SENDER, EMAIL, b"one\r\n") == Done({"code": 250})
    await listener.close()
    await listener.listen(listener.port)
    assert await server.send(SENDER, EMAIL, b"two\r\n") == Done({"code": 250})
    await server.close()
    await listener.close()
    assert len(handler.taken) == 2


async def test_a_refused_mail_has_failed_and_the_next_one_goes(
    service: MakeService, serve_mail: ServeMail, tmp_path: Path
) -> None:
    handler = Answering(rcpt=("550 5.1.1 no such user",))
    notifications = await against(service, await serve_mail(handler), tmp_path)
    (failed,) = only(await confirmed(notifications), MessageFailed)
    assert failed.reason.code == "mail_refused"
    assert "550 5.1.1" in failed.reason.text
    said = await notifications.hear(a_plan(lamp=1), a_dispatch(complete=False, lamp=1))
    assert [event.kind for event in only(said, MessageSent)] == ["shipped"]


async def test_a_greylisted_mail_goes_once_with_its_one_message_id(
    service: MakeService, serve_mail: ServeMail, tmp_path: Path
) -> None:
    handler = Answering(data=("451 4.7.1 later",) * 3)
    notifications = await against(service, await serve_mail(handler), tmp_path)
    said = await confirmed(notifications)
    await notifications.fire_until(lambda: bool(only(said, MessageSent)), said)
    assert len(only(said, MessageSent)) == 1
    assert len(handler.taken) == 1


async def test_a_mail_without_answer_is_not_sent_again_and_is_shown(
    service: MakeService, serve_mail: ServeMail, tmp_path: Path
) -> None:
    handler = Hanging()
    notifications = await against(service, await serve_mail(handler), tmp_path)
    (failed,) = only(await confirmed(notifications), MessageFailed)
    assert failed.reason.code == "outcome_unknown"
    await notifications.fire()
    assert len(handler.taken) == 1
    (message,) = await notifications.service.rows("SELECT * FROM messages")
    assert message["state"] == "unknown"
    (effect,) = await notifications.service.rows("SELECT * FROM effects")
    assert (effect["state"], effect["retry_at"]) == ("unknown", None)


async def test_attempts_are_bounded(
    service: MakeService, unused_tcp_port: int, tmp_path: Path
) -> None:
    notifications = await against(service, unused_tcp_port, tmp_path, attempts=2)
    said = await confirmed(notifications)
    await notifications.fire_until(lambda: bool(only(said, MessageFailed)), said)
    assert [event.reason.code for event in only(said, MessageFailed)] == ["gave_up"]


async def test_news_that_comes_while_a_mail_is_tried_opens_the_next_message(
    service: MakeService, serve_mail: ServeMail, tmp_path: Path
) -> None:
    handler = Answering()
    notifications = await against(service, await serve_mail(handler), tmp_path)
    await confirmed(notifications)
    await notifications.hear(a_new_date("lamp", None, version=2))
    handler.data = ["451 4.7.1 later"]
    notifications.clock.set(notifications.clock.now() + timedelta(hours=1))
    assert await notifications.service.runner.run_due() == 1
    await notifications.service.hear(a_new_date("lamp", THE_24TH, version=3))
    states = await notifications.service.rows("SELECT n, state FROM messages ORDER BY n")
    assert [(row["n"], row["state"]) for row in states] == [(1, "sent"), (2, "started"), (3, "due")]
    await notifications.fire_until(lambda: len(handler.taken) == 2, [])
    assert b"24 March 2026" in handler.taken[-1]
    notifications.clock.set(notifications.clock.now() + timedelta(hours=1))
    (suppressed,) = only(await notifications.fire(), MessageSuppressed)
    assert suppressed.reason.code == "already_told"


async def test_an_address_that_is_no_plain_mailbox_fails_without_a_mail(
    notifications: Notifications,
) -> None:
    line = an_answer("lamp", 1)
    said = await notifications.hear(
        a_contact(email="ada!@-.example-"), an_accepted_order(line), a_confirmation(line)
    )
    assert [event.reason.code for event in only(said, MessageFailed)] == ["mail_refused"]
    assert notifications.kinds() == []
