"""A mailbox for demo and tests: takes any mail over SMTP and keeps it where people can read it.

``python -m services.standins.mailbox``, with CROSSDOCK_HOME. Each mail becomes ``mails/N.eml`` and
a line of ``mails/index.jsonl`` before it is acknowledged; its text and HTML are read from there.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, Envelope, Session

from services.chassis.clock import Clock
from services.standins.mails import FOLDER, INDEX, Mail, mails

HOST = "127.0.0.1"
SIZE_LIMIT_BYTES = 10 * 1024 * 1024


class Mailbox:
    """Keeps what it is sent, in the order of arrival, numbered on after a restart."""

    def __init__(self, home: Path) -> None:
        self.folder = home / FOLDER
        self.folder.mkdir(parents=True, exist_ok=True)
        self.clock = Clock(home)
        self.count = max((mail.number for mail in mails(home)), default=0)
        self.index = (self.folder / INDEX).open("a")
        if self.index.tell():
            self.index.write("\n")  # ends a line that a killed mailbox left unfinished

    async def handle_DATA(  # noqa: N802  # the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep one mail, then acknowledge it."""
        content = envelope.content
        if not isinstance(content, bytes):
            return "554 5.6.0 nothing came"
        self.keep(content, envelope.rcpt_tos[0])
        return f"250 2.0.0 kept as {self.count:06d}"

    def keep(self, content: bytes, recipient: str) -> None:
        """Write a mail as it came, then its line in the index; its parts are read when asked for."""
        headers = BytesHeaderParser().parsebytes(content)
        self.count += 1
        mail = Mail(
            self.count,
            unquote(str(headers.get("X-Crossdock-Order", ""))),
            str(headers.get("X-Crossdock-Kind", "")),
            recipient,
            str(make_header(decode_header(str(headers.get("Subject", ""))))),
            self.clock.now().isoformat(),
            str(headers.get("Message-ID", "")).strip(),
            self.folder,
        )
        mail.source.write_bytes(content)
        row = {key: value for key, value in vars(mail).items() if key != "folder"}
        self.index.write(json.dumps(row) + "\n")
        self.index.flush()

    def close(self) -> None:
        """Close the index."""
        self.index.close()


class Listener:
    """An SMTP server, on this machine unless told otherwise, which hands what it hears to a handler of aiosmtpd's kind."""

    def __init__(self, handler: Any, host: str = HOST) -> None:
        self.handler = handler
        self.host = host
        self.port = 0
        self._server: asyncio.Server | None = None
        self._sessions: WeakSet[SMTP] = WeakSet()

    async def listen(self, port: int = 0) -> None:
        """Listen on a port; 0 takes a free one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._session, self.host, port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, and hang up on who is still connected."""
        if self._server is None:
            return
        self._server.close()
        for session in list(self._sessions):
            if session.transport is not None:
                session.transport.close()
        await self._server.wait_closed()
        await asyncio.sleep(0)  # the loop hangs up in its next round

    def _session(self) -> SMTP:
        session = SMTP(self.handler, data_size_limit=SIZE_LIMIT_BYTES, hostname="mailbox.invalid")
        self._sessions.add(session)
        return session


def tell_address(home: Path, port: int) -> None:
    """Leave the address where workers of the home find it; the file is whole or not there."""
    folder = home / "run"
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f".mailbox.{os.getpid()}"
    unfinished.write_text(json.dumps({"host": HOST, "port": port, "pid": os.getpid()}))
    unfinished.replace(folder / "mailbox.json")


async def run(home: Path, port: int) -> None:
    """Take mails until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    mailbox = Mailbox(home)
    listener = Listener(mailbox, os.environ.get("CROSSDOCK_MAILBOX_HOST", HOST))
    await listener.listen(port)
    tell_address(home, listener.port)
    try:
        await stop.wait()
    finally:
        await listener.close()
        mailbox.close()


def main() -> None:
    """Run the mailbox of CROSSDOCK_HOME."""
    home = os.environ.get("CROSSDOCK_HOME")
    if not home:
        raise SystemExit("CROSSDOCK_HOME is not set: say which home keeps the mails")
    asyncio.run(run(Path(home), int(os.environ.get("CROSSDOCK_MAILBOX_PORT", "0"))))


if __name__ == "__main__":
    main()
