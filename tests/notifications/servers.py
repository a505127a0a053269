"""Mail servers that refuse, delay or hang, and a worker that writes to them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.conftest import MakeService
from tests.notifications.builders import a_confirmation, a_contact, an_accepted_order, an_answer
from tests.notifications.conftest import Notifications


class Answering:
    """Answers RCPT, or DATA, with the given replies one after another, then takes all mail."""

    def __init__(self, *, rcpt: tuple[str, ...] = (), data: tuple[str, ...] = ()) -> None:
        self.rcpt = list(rcpt)
        self.data = list(data)
        self.taken: list[bytes] = []
        self.sessions: set[int] = set()

    async def handle_RCPT(  # noqa: N802  # the name that aiosmtpd calls
        self, _s: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        self.sessions.add(id(session))
        if self.rcpt:
            return self.rcpt.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
    ) -> str:
        if self.data:
            return self.data.pop(0)
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return "250 OK"


class Hanging(Answering):
    """Takes contents that hold some bytes and never answers, so many times; answers the others."""

    def __init__(self, holding: bytes = b"", times: int = 1) -> None:
        super().__init__()
        self.holding = holding
        self.times = times

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        if self.times and self.holding in self.taken[-1]:
            self.times -= 1
            await asyncio.Event().wait()
        return answer


async def confirmed(notifications: Notifications) -> list[Any]:
    """Tell of an order whose lamp waits; the events said."""
    line = an_answer("lamp", 2, waiting=1)
    return await notifications.hear(a_contact(), an_accepted_order(line), a_confirmation(line))


async def against(service: MakeService, port: int, home: Path, **settings: Any) -> Notifications:
    """The service with a mail server of the test's own."""
    made = await service(
        "notifications",
        smtp_port=port,
        smtp_timeout_seconds=0.3,
        longest_retry_seconds=0.01,
        **settings,
    )
    return Notifications(made, home)
