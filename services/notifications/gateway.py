"""The mail server: what it answers becomes done, refused, to be tried again, or unknown."""

from __future__ import annotations

import asyncio
import re
from typing import Literal, Protocol

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from services.chassis.effects import Done, Outcome, Refused, Retry, Unknown

Tls = Literal["if_offered", "starttls", "tls"]

ENHANCED_CODE = re.compile(r"[245]\.\d{1,3}\.\d{1,3}\b")
"""RFC 3463; all that we keep of a reply's text, since the rest may quote the address."""


class MailServer(Protocol):
    """Takes mails."""

    async def send(self, sender: str, recipient: str, content: bytes) -> Outcome:
        """Hand over one mail, from one address to one address."""
        ...


class SmtpServer:
    """Real SMTP (RFC 5321). Connections are kept and used again, each for one mail at a time."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: Tls = "if_offered",
        user: str = "",
        password: str = "",
        timeout_seconds: float = 10,
    ) -> None:
        self.host = host
        self.port = port
        self.tls: Tls = tls
        self.user = user
        self.password = password
        self.timeout_seconds = timeout_seconds
        self._idle: list[SMTP] = []

    async def send(self, sender: str, recipient: str, content: bytes) -> Outcome:
        """Hand over one mail. Before DATA nothing can have happened; after it, only a reply tells."""
        try:
            async with asyncio.timeout(self.timeout_seconds):
                client = await self._addressed(sender, recipient)
        except SMTPResponseException as error:
            return of_reply(error)
        except (SMTPException, OSError, TimeoutError) as error:
            return Retry(f"the mail server cannot be used: {type(error).__name__}")
        return await self._data(client, content)

    async def close(self) -> None:
        """Say goodbye on the connections that are kept."""
        while self._idle:
            await self._leave(self._idle.pop())

    async def _addressed(self, sender: str, recipient: str) -> SMTP:
        """A connection that is ready for DATA; one that went stale is replaced by a new one."""
        while self._idle:
            client = self._idle.pop()
            try:
                return await self._envelope(client, sender, recipient)
            except SMTPResponseException:
                raise
            except (SMTPException, OSError):
                client.close()
        return await self._envelope(await self._connect(), sender, recipient)

    async def _envelope(self, client: SMTP, sender: str, recipient: str) -> SMTP:
        """MAIL and RCPT. A connection that was refused by a reply is reset and kept."""
        try:
            await client.mail(sender)
            await client.rcpt(recipient)
        except SMTPResponseException:
            await self._reset(client)
            raise
        except BaseException:
            client.close()
            raise
        return client

    async def _data(self, client: SMTP, content: bytes) -> Outcome:
        try:
            async with asyncio.timeout(self.timeout_seconds):
                reply = await client.data(content)
        except SMTPResponseException as error:
            if error.code > 0:
                await self._reset(client)
                return of_reply(error)
            client.close()
            return Unknown("the mail server's answer after DATA could not be read")
        except BaseException as error:
            client.close()
            if isinstance(error, (SMTPException, OSError, TimeoutError)):
                return Unknown(f"no answer after DATA: {type(error).__name__}")
            raise
        self._idle.append(client)
        return Done({"code": reply.code})

    async def _connect(self) -> SMTP:
        client = SMTP(
            hostname=self.host,
            port=self.port,
            timeout=self.timeout_seconds,
            use_tls=self.tls == "tls",
            start_tls={"if_offered": None, "starttls": True, "tls": False}[self.tls],
            username=self.user or None,
            password=self.password or None,
        )
        try:
            await client.connect()
        except BaseException:
            client.close()
            raise
        return client

    async def _reset(self, client: SMTP) -> None:
        """Make a connection fit for the next mail, or drop it."""
        try:
            await client.rset()
            self._idle.append(client)
        except (SMTPException, OSError):
            client.close()

    async def _leave(self, client: SMTP) -> None:
        try:
            async with asyncio.timeout(1):
                await client.quit()
        except (SMTPException, OSError, TimeoutError):
            client.close()


def of_reply(error: SMTPResponseException) -> Outcome:
    """4xx is for now, 5xx for good (RFC 5321 §4.2.1). Addresses in the text are left out."""
    found = ENHANCED_CODE.search(str(error.message))
    said = f"{error.code} {found.group()}" if found else str(error.code)
    if 400 <= error.code < 500:
        return Retry(f"the mail server said {said}")
    if 500 <= error.code < 600:
        return Refused({"said": said})
    return Retry(f"the mail server said {said}, which means nothing here")
