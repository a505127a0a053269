"""The provider's own book, read over its HTTP interface page by page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.audit.report import Evidence, NoEvidence

PAGE_LINES = 1_000
TIMEOUT_SECONDS = 20.0


@dataclass
class Book:
    """Captures in the provider's book, by shipment."""

    captures: Counter[str] = field(default_factory=Counter[str])
    captured_minor: Counter[str] = field(default_factory=Counter[str])
    refunded_minor: Counter[str] = field(default_factory=Counter[str])

    def take(self, line: dict[str, Any]) -> None:
        """Take a line that moved money into account."""
        if line["outcome"] != "done":
            return
        authorization: dict[str, Any] = line["authorization"] or {}
        shipment = str(authorization.get("shipment_id"))
        if line["operation"] == "capture":
            self.captures[shipment] += 1
            self.captured_minor[shipment] += int(line["amount_minor"])
        elif line["operation"] == "refund":
            self.refunded_minor[shipment] += int(line["amount_minor"])


async def provider_book(evidence: Evidence) -> Book:
    """Read the whole book. Raises ``NoEvidence`` where no provider answers."""
    if evidence.provider_url is None:
        raise NoEvidence("no provider runs: start it with `crossdock up`")
    book = Book()
    after, last = 0, 1
    async with httpx.AsyncClient(base_url=evidence.provider_url, timeout=TIMEOUT_SECONDS) as client:
        while after < last:
            answer = await client.get("/v1/book", params={"after": after, "limit": PAGE_LINES})
            page = answer.raise_for_status().json()
            for line in page["data"]:
                book.take(line)
            after, last = after + len(page["data"]), int(page["last"])
            if not page["data"]:
                break
    return book
