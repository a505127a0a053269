"""What does not go on by itself: dead letters, parked events, workers that stopped, suspended lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.topics import SERVICES
from services.audit.owners import Owners
from services.chassis.dead_letters import PARKED, PARKED_ALARM_SECONDS

LETTERS = """
    SELECT count(*) FILTER (WHERE state = 'dead') AS dead,
           count(*) FILTER (WHERE state = 'redriven') AS redriven
    FROM dead_letters WHERE state IN ('dead', 'redriven')
"""
STOPPED = "SELECT told, stopped_at FROM stopped"
SUSPENDED = """
    SELECT count(*) AS lines, coalesce(sum(waiting), 0)::bigint AS units
    FROM lines WHERE state = 'suspended'
"""


@dataclass(frozen=True)
class Trouble:
    """What one service cannot take; times are the machine's."""

    service: str
    dead: int
    """Letters that wait for a person."""
    redriven: int
    """Letters that a person has redriven and the worker has not taken yet."""
    parked: int
    parked_too_long: int
    """Events parked for longer than the alarm allows."""
    oldest_parked_seconds: float
    stopped_at: datetime | None
    """Since when it does not run because its handlers failed on everything; None: it may run."""
    stopped_over: str


@dataclass(frozen=True)
class Suspended:
    """Lines that are passed over until their customer pays."""

    lines: int
    units: int


async def troubles(owners: Owners) -> Sequence[Trouble]:
    """Every service, those that are well too."""
    letters = await owners.of_all(LETTERS)
    parked = await owners.of_all(PARKED, PARKED_ALARM_SECONDS)
    stopped = await owners.of_all(STOPPED)
    return [
        Trouble(
            service, letters[service][0]["dead"], letters[service][0]["redriven"],
            parked[service][0]["parked"], parked[service][0]["parked_too_long"],
            parked[service][0]["oldest_seconds"] or 0.0,
            stopped[service][0]["stopped_at"] if stopped[service] else None,
            stopped[service][0]["told"] if stopped[service] else "",
        )
        for service in SERVICES
    ]  # fmt: skip


async def suspended(owners: Owners) -> Suspended:
    """Lines that keep their place and are passed over."""
    [row] = await owners.fetch("allocation", SUSPENDED)
    return Suspended(row["lines"], row["units"])
