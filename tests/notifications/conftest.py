"""A notifications worker with a real mail server beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from schemas.envelope import Event
from services.standins.mailbox import Listener, Mailbox
from services.standins.mails import Mail, mails
from tests.conftest import MakeService
from tests.harness import Service
from tests.notifications.builders import (
    a_confirmation,
    a_contact,
    an_accepted_order,
    an_answer,
    line_id,
)

DEADLINE_SECONDS = 10
HOUR = timedelta(hours=1)
TOLD = """SELECT told_waiting AS waiting, told_allocated AS allocated, told_announced AS announced,
                 told_shipped AS shipped, told_cancelled AS cancelled
          FROM lines WHERE line_id = $1"""


class Notifications:
    """The service under test and the mails that its customers got."""

    def __init__(self, service: Service, home: Path) -> None:
        self.service = service
        self.home = home
        self.clock = service.clock

    async def hear(self, *events: Event) -> list[Event]:
        """Take events as one batch, then send what is due at once; the events said."""
        return [*await self.service.hear(*events), *await self.service.fire()]

    async def confirm(self, *, lamp_waits: int = 3) -> None:
        """Tell of an order of five lamps and a shade, and that it is confirmed."""
        lines = an_answer("lamp", 5, waiting=lamp_waits), an_answer("shade", 1)
        await self.hear(a_contact(), an_accepted_order(*lines), a_confirmation(*lines))

    async def pass_an_hour(self) -> list[Event]:
        """Let news gather for as long as it does, then send what is due."""
        self.clock.set(self.clock.now() + HOUR)
        return await self.fire()

    async def told(self, line: str = "lamp") -> dict[str, int]:
        """Units of a line by the stage that the customer was told, the empty stages left out."""
        (row,) = await self.service.rows(TOLD, line_id(line))
        return {stage: units for stage, units in row.items() if units}

    async def fire(self) -> list[Event]:
        """Send what is due."""
        return await self.service.fire()

    async def fire_until(self, done: Callable[[], bool], said: list[Event]) -> None:
        """Send what is due, and again after its pauses, until a condition on what is said holds."""
        end = monotonic() + DEADLINE_SECONDS
        while not done():
            assert monotonic() < end, "the condition did not come true in time"
            said += await self.service.fire()
            await asyncio.sleep(0.01)

    def mails(self, order: str | None = None) -> Sequence[Mail]:
        """The mails that arrived, oldest first."""
        return mails(self.home, order)

    def kinds(self, order: str | None = None) -> list[str]:
        """The kinds of the mails that arrived, oldest first."""
        return [mail.kind for mail in self.mails(order)]


ServeMail = Callable[[Any], Awaitable[int]]


@pytest.fixture
async def serve_mail() -> AsyncIterator[ServeMail]:
    """Start mail servers with a handler of the test's own; gives their ports."""
    listeners: list[Listener] = []

    async def start(handler: Any) -> int:
        listener = Listener(handler)
        listeners.append(listener)
        await listener.listen()
        return listener.port

    yield start
    for listener in listeners:
        await listener.close()


@pytest.fixture
async def mailbox_port(serve_mail: ServeMail, tmp_path: Path) -> AsyncIterator[int]:
    """The port of a mailbox stand-in that keeps its mails in the test's folder."""
    box = Mailbox(tmp_path)
    yield await serve_mail(box)
    box.close()


@pytest.fixture
async def notifications(service: MakeService, mailbox_port: int, tmp_path: Path) -> Notifications:
    """A worker that writes to the mailbox stand-in."""
    return Notifications(await service("notifications", smtp_port=mailbox_port), tmp_path)
