"""What a journey does and sees: facts told, time passing, and each party's own view."""

from __future__ import annotations

import csv
import io
import os
import signal
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx

from schemas.envelope import Event
from services.audit.quiet import Quiet
from services.cli.homes import provider_url
from services.cli.stage import SOURCE, Stage
from services.standins.mails import Mail, mails
from tests.journeys.home import Home

REST_SECONDS = 60.0
BOOK_LINES = 1_000


class Journey:
    """Tells facts as outsiders do and looks at what became of them."""

    def __init__(self, home: Home, stage: Stage) -> None:
        self.home = home
        self.stage = stage
        self.owners = stage.owners

    @property
    def now(self) -> datetime:
        """Business time."""
        return self.stage.clock.now()

    async def tell(self, *facts: Event) -> list[Event]:
        """Tell facts; what shop and dock heard until all came to rest."""
        await self.stage.tell(*facts)
        return await self.stage.seen()

    async def later(self, **passed: float) -> list[Event]:
        """Let time pass; what shop and dock heard until all came to rest."""
        await self.stage.at(self.now + timedelta(**passed))
        return await self.stage.seen()

    async def tell_while_the_dock_sleeps(self, *facts: Event) -> list[Event]:
        """Tell facts; what was heard until all but the dock came to rest."""
        await self.stage.publisher.publish(facts, SOURCE, self.now)
        quiet = Quiet(self.stage.deployment, self.owners, self.stage.clock)
        await quiet.start()
        try:
            await quiet.wait(REST_SECONDS)
        finally:
            await quiet.stop()
        return await self.stage.seen()

    @contextmanager
    def dock_asleep(self) -> Generator[None]:
        """The dock's scanners do nothing for a while (shorter than their session)."""
        dock = self.home.process("dock")
        os.kill(dock, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(dock, signal.SIGCONT)

    async def book(self, order_id: str) -> list[tuple[str, str, int | None]]:
        """Operation, outcome and amount of each entry of the provider's book about an order."""
        url = provider_url(self.home.folder)
        assert url is not None
        found: list[dict[str, Any]] = []
        async with httpx.AsyncClient(base_url=url) as client:
            last = 1
            while len(found) < last:
                query = {"after": len(found), "limit": BOOK_LINES}
                page = (await client.get("/v1/book", params=query)).json()
                found += page["data"]
                last = int(page["last"])
        return [
            (line["operation"], line["outcome"], line.get("amount_minor"))
            for line in found
            if line["order_id"] == order_id
        ]

    def mails(self, order_id: str) -> Sequence[Mail]:
        """What the customer of an order has read."""
        return mails(self.home.folder, order_id)

    def exported(self, order_id: str) -> list[dict[str, str]]:
        """The lines of an order as ``export lines`` tells them."""
        answer = self.home.crossdock("export", "lines")
        assert answer.code == 0, answer.err
        return [r for r in csv.DictReader(io.StringIO(answer.out)) if r["order_id"] == order_id]

    async def letters(self, service: str) -> list[str]:
        """Names of a service's dead letters, oldest first."""
        rows = await self.owners.fetch(service, "SELECT id FROM dead_letters ORDER BY id")
        return [f"{service}-{row['id']}" for row in rows]

    def assert_audit_is_clean(self) -> None:
        """Nothing in flight, every law holds."""
        answer = self.home.crossdock("audit", "--wait", "30")
        assert answer.code == 0, answer.out + answer.err


@asynccontextmanager
async def a_journey(home: Home) -> AsyncGenerator[Journey]:
    """A journey through a home that is on the driven clock."""
    async with (
        await home.owners() as owners,
        Stage(home.folder, home.deployment, owners) as stage,
    ):
        yield Journey(home, stage)
