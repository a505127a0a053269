"""The money's books: our ledger, the provider's own book, and that they say the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from services.audit.report import Check, Evidence, NoEvidence
from services.audit.terms import PAID

PAGE_LINES = 1_000
TIMEOUT_SECONDS = 20.0

HELD = """
    SELECT shipment_id, provider_ref, amount_minor FROM authorizations a
    WHERE state = 'authorized' AND provider <> 'none'
      AND NOT EXISTS (SELECT FROM captures c
                      WHERE c.shipment_id = a.shipment_id AND c.state = 'captured'
                        AND c.provider <> 'none')
    UNION ALL
    SELECT shipment_id, provider_ref, amount_minor FROM former_authorizations
    WHERE state IN ('kept', 'due', 'started')
"""
BOOKED = """
    SELECT shipment_id,
           coalesce(sum(amount_minor) FILTER (WHERE account = 'provider'), 0)::bigint AS taken,
           coalesce(sum(amount_minor) FILTER (WHERE account = 'reserved'), 0)::bigint AS reserved
    FROM ledger GROUP BY shipment_id
"""
OUT_OF_BALANCE = """
    SELECT entry, currency, sum(amount_minor)::bigint AS amount_minor FROM ledger
    GROUP BY entry, currency HAVING sum(amount_minor) <> 0
"""


@dataclass
class Book:
    """What the provider took, gave back and holds, by shipment; authorizations by their id."""

    captures: Counter[str] = field(default_factory=Counter[str])
    kept_minor: Counter[str] = field(default_factory=Counter[str])
    authorizations: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])

    def take(self, line: dict[str, Any]) -> None:
        """Take a line into account that changed something."""
        if line["outcome"] != "done" or not line["authorization"]:
            return
        authorization: dict[str, Any] = line["authorization"]
        shipment = str(authorization["shipment_id"])
        self.authorizations[str(authorization["id"])] = authorization
        if line["operation"] == "capture":
            self.captures[shipment] += 1
            self.kept_minor[shipment] += int(line["amount_minor"])
        elif line["operation"] == "refund":
            self.kept_minor[shipment] -= int(line["amount_minor"])

    def held(self, now: datetime) -> dict[str, str]:
        """Authorizations that reserve money now, with their shipments."""
        return {
            name: str(one["shipment_id"])
            for name, one in self.authorizations.items()
            if one["status"] == "authorized" and now < datetime.fromisoformat(one["valid_until"])
        }


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


async def captured_once(evidence: Evidence) -> list[str]:
    """Shipments that the provider captured more than once."""
    book = await provider_book(evidence)
    return [
        f"{shipment} was captured {times} times"
        for shipment, times in sorted(book.captures.items())
        if times > 1
    ]


async def books_agree(evidence: Evidence) -> list[str]:
    """Shipments of which the provider keeps, or reserves, something else than we know."""
    owners = evidence.owners
    ours = {
        row["shipment_id"]: row["kept_minor"]
        for row in await owners.fetch("payments", PAID)
        if row["provider"] != "none"
    }
    held = {row["provider_ref"]: row["shipment_id"] for row in await owners.fetch("payments", HELD)}
    book = await provider_book(evidence)
    theirs = book.held(evidence.now)
    wrong = [
        f"{name}: {ours.get(name)} kept in our ledger, {book.kept_minor.get(name)} in the "
        "provider's book"
        for name in sorted(ours.keys() | book.captures.keys())
        if ours.get(name) != book.kept_minor.get(name)
    ]
    wrong += [
        f"{theirs[name]}: {name} still reserves money, for nothing that we know"
        for name in sorted(theirs.keys() - held.keys())
    ]
    return wrong + [
        f"{held[name]}: the provider does not know {name} as open"
        for name in sorted(held.keys() - book.authorizations.keys())
    ]


async def ledger_adds_up(evidence: Evidence) -> list[str]:
    """Entries that do not sum to 0, and shipments whose entries are not what was done."""
    owners = evidence.owners
    wrong = [
        f"entry {row['entry']} is out of balance by {row['amount_minor']} {row['currency']}"
        for row in await owners.fetch("payments", OUT_OF_BALANCE)
    ]
    taken = {
        row["shipment_id"]: row["kept_minor"]
        for row in await owners.fetch("payments", PAID)
        if row["provider"] != "none"
    }
    reserved: Counter[str] = Counter()
    for row in await owners.fetch("payments", HELD):
        reserved[row["shipment_id"]] += row["amount_minor"]
    booked = {row["shipment_id"]: row for row in await owners.fetch("payments", BOOKED)}
    for shipment in sorted(booked.keys() | taken.keys() | reserved.keys()):
        row = booked.get(shipment)
        entries = (row["taken"], row["reserved"]) if row else (0, 0)
        done = (taken.get(shipment, 0), reserved[shipment])
        if entries != done:
            wrong.append(
                f"{shipment}: the ledger has {entries[0]} taken and {entries[1]} reserved, "
                f"done were {done[0]} and {done[1]}"
            )
    return wrong


CHECKS = (
    Check("captured-once", "at most one capture per shipment at the provider", True, captured_once),
    Check(
        "books-agree", "what the provider keeps and reserves is what we know", False, books_agree
    ),
    Check(
        "ledger-adds-up",
        "each entry sums to 0, each parcel's entries to what was taken and reserved",
        False,
        ledger_adds_up,
    ),
)
