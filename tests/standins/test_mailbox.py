"""The mailbox stand-in keeps every mail where people can read it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from time import monotonic

import aiosmtplib

from services.chassis.clock import set_clock
from services.standins.mails import mails

DEADLINE_SECONDS = 20
WALL_CLOCK_IS_NOT_USED = datetime(2010, 12, 6, 14, 0, tzinfo=UTC)


def a_mail(order: str, subject: str = "Order confirmed") -> EmailMessage:
    """A mail with a text and an HTML form."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@x.example", "ada@x.example", subject
    mail["Message-ID"] = "<one@x.example>"
    mail["X-Crossdock-Order"], mail["X-Crossdock-Kind"] = order, "confirmed"
    mail.set_content(f"About {order}: grüße")
    mail.add_alternative(f"<p>About {order}</p>", subtype="html")
    return mail


@asynccontextmanager
async def running(home: Path) -> AsyncGenerator[int]:
    """The mailbox as a process of its own; its port."""
    told = home / "run" / "mailbox.json"
    told.unlink(missing_ok=True)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.standins.mailbox",
        env={**os.environ, "CROSSDOCK_HOME": str(home), "CROSSDOCK_MAILBOX_PORT": "0"},
    )  # fmt: skip
    end = monotonic() + DEADLINE_SECONDS
    while not told.exists():
        assert monotonic() < end, "the mailbox did not tell its address"
        assert process.returncode is None
        await asyncio.sleep(0.02)
    yield json.loads(told.read_text())["port"]
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), DEADLINE_SECONDS) == 0


async def test_mails_are_kept_listed_and_numbered_on_after_a_restart(tmp_path: Path) -> None:
    set_clock(tmp_path, WALL_CLOCK_IS_NOT_USED)
    for order in ("lamps:1", "lamps:2"):
        async with running(tmp_path) as port:
            await aiosmtplib.send(a_mail(order), hostname="127.0.0.1", port=port)
    first, second = mails(tmp_path)
    assert (first.number, first.order_id, second.number) == (1, "lamps:1", 2)
    assert (first.kind, first.to, first.subject) == (
        "confirmed",
        "ada@x.example",
        "Order confirmed",
    )
    assert first.received_at == WALL_CLOCK_IS_NOT_USED.isoformat()
    assert first.text.strip() == "About lamps:1: grüße"
    assert "<p>About lamps:1</p>" in first.html.read_text()
    assert b"Message-ID: <one@x.example>" in first.source.read_bytes()


async def test_the_mails_of_one_order_are_found_with_or_without_its_shop(tmp_path: Path) -> None:
    async with running(tmp_path) as port:
        for order in ("lamps:1", "lamps:2"):
            await aiosmtplib.send(a_mail(order), hostname="127.0.0.1", port=port)
    assert [mail.order_id for mail in mails(tmp_path, "2")] == ["lamps:2"]
    assert [mail.order_id for mail in mails(tmp_path, "lamps:2")] == ["lamps:2"]
    assert mails(tmp_path, "lamps:3") == []


def test_a_home_without_mails_has_none(tmp_path: Path) -> None:
    assert list(mails(tmp_path)) == []
