"""Dead letters of all services as people list them, count them, and follow what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.topics import SERVICES
from services.audit.owners import Owners
from services.audit.status import Letter
from services.chassis.dead_letters import Selection
from services.chassis.letters import State

LISTED = """
    SELECT d.*, (SELECT count(*) FROM dead_letters b
                 WHERE b.parks = d.parks AND b.id > d.id AND b.state = 'parked') AS behind
    FROM dead_letters d
    WHERE ($1::text IS NULL OR state = $1)
      AND ($2::text IS NULL OR code = $2) AND ($3::text IS NULL OR type_name = $3)
      AND ($4::text IS NULL OR topic = $4) AND ($5::text IS NULL OR aggregate = $5)
    ORDER BY id DESC LIMIT $6
"""
COUNTED = """
    SELECT code, type_name, count(*) AS letters, min(arrived_at) AS oldest_at FROM dead_letters
    WHERE ($1::text IS NULL OR state = $1)
      AND ($2::text IS NULL OR code = $2) AND ($3::text IS NULL OR type_name = $3)
      AND ($4::text IS NULL OR topic = $4) AND ($5::text IS NULL OR aggregate = $5)
    GROUP BY code, type_name ORDER BY letters DESC, code, type_name
"""
LONGEST_NUMBER = 18
"""Digits of an id."""
STATES = "SELECT id, state, code, reason FROM dead_letters WHERE id = ANY ($1)"


@dataclass(frozen=True)
class LetterGroup:
    """Letters of one service that died of the same, and are of the same type."""

    service: str
    code: str
    type_name: str | None
    letters: int
    oldest_at: datetime


async def listed(
    owners: Owners, services: Sequence[str], state: State | None, which: Selection, limit: int
) -> list[Letter]:
    """The newest letters of these services, each with how many events are parked ``behind`` it."""
    found = [
        Letter(service, dict(row))
        for service in services
        for row in await owners.fetch(service, LISTED, *_filters(state, which), limit)
    ]
    return sorted(found, key=lambda one: str(one.row["arrived_at"]), reverse=True)[:limit]


async def counted(
    owners: Owners, services: Sequence[str], state: State | None, which: Selection
) -> list[LetterGroup]:
    """How many letters there are, by service, reason and type; the most first."""
    found = [
        LetterGroup(service, row["code"], row["type_name"], row["letters"], row["oldest_at"])
        for service in services
        for row in await owners.fetch(service, COUNTED, *_filters(state, which))
    ]
    return sorted(found, key=lambda one: -one.letters)


async def standing(
    owners: Owners, letters: Mapping[str, Sequence[int]]
) -> dict[tuple[str, int], tuple[State, str]]:
    """State of each of these letters, and why it died, by service and id."""
    return {
        (service, row["id"]): (row["state"], f"{row['code']}: {row['reason']}")
        for service, ids in letters.items()
        for row in await owners.fetch(service, STATES, list(ids))
    }


def named(name: str) -> tuple[str, int] | None:
    """Service and id of a letter that people name such as ``allocation-12``; None: no such name."""
    service, _, number = name.rpartition("-")
    is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
    if service not in SERVICES or not is_number:
        return None
    return service, int(number)


def _filters(state: State | None, which: Selection) -> tuple[str | None, ...]:
    return state, which.code, which.type_name, which.topic, which.aggregate
