"""A notifications worker with a real mail server beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from schemas.envelope import Event
from services.standins.mailbox import Listener, Mailbox
from services.standins.mails import Mail, mails
from tests.conftest import MakeService
from tests.harness import Service

DEADLINE_SECONDS = 10


class Notifications:
    """The service under test and the mails that its customers got."""

    def __init__(self, service: Service, home: Path) -> None:
        self.service = service
        self.home = home
        self.clock = service.clock

    async def hear(self, *events: Event) -> list[Event]:
        """Take events as one batch, then send what is due at once; the events said."""
        return [*await self.service.hear(*events), *await self.service.fire()]

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
