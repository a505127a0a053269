"""The mails of a home, as the mailbox stand-in keeps them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as policy
from pathlib import Path
from typing import Any, cast

FOLDER = "mails"
INDEX = "index.jsonl"


@dataclass(frozen=True)
class Mail:
    """One mail that was taken. ``received_at`` is business time, in ISO 8601."""

    number: int
    order_id: str
    kind: str
    to: str
    subject: str
    received_at: str
    message_id: str
    folder: Path

    @property
    def source(self) -> Path:
        """The mail as it came."""
        return self.folder / f"{self.number:06d}.eml"

    @property
    def text(self) -> str:
        """Its text."""
        return self._part("plain")

    @property
    def html(self) -> Path:
        """A file with its HTML, for a browser; written when it is first asked for."""
        file = self.folder / f"{self.number:06d}.html"
        if not file.exists():
            file.write_text(self._part("html"))
        return file

    def _part(self, form: str) -> str:
        """One form of its content; empty where it has none."""
        message = message_from_bytes(self.source.read_bytes(), policy=policy)
        found = cast("EmailMessage | None", message.get_body((form,)))
        return "" if found is None else str(found.get_content())


def mails(home: Path, order: str | None = None) -> Sequence[Mail]:
    """The mails of a home, oldest first; of one order where it is named (with or without shop)."""
    folder = home / FOLDER
    if not (folder / INDEX).exists():
        return ()
    found: list[Mail] = []
    for line in (folder / INDEX).read_text().splitlines():
        try:
            row: dict[str, Any] = json.loads(line)
        except ValueError:
            continue  # the last line of a mailbox that was killed while it wrote
        if order is None or order in (row["order_id"], row["order_id"].partition(":")[2]):
            found.append(Mail(**row, folder=folder))
    return found
