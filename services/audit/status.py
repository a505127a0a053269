"""How the pipeline stands: lag, waiting lines and facts, dead letters, outbox age, effects."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.topics import SERVICES
from services.audit.lag import Lag, TopicLag, by_topic
from services.audit.owners import Owners
from services.audit.premises import Waiting, waiting_facts
from services.chassis.clock import Clock
from services.chassis.settings import Deployment

BACKLOG = """
    SELECT (SELECT count(*) FROM outbox) AS outbox,
           (SELECT extract(epoch FROM clock_timestamp() - min(said_at))::float8 FROM outbox)
               AS outbox_seconds
"""
EFFECTS = """
    SELECT kind,
           count(*) FILTER (WHERE state = 'scheduled' AND due_at > $1) AS later,
           count(*) FILTER (WHERE state = 'scheduled' AND due_at <= $1) AS due,
           count(*) FILTER (WHERE state = 'started') AS started,
           count(*) FILTER (WHERE state = 'unknown') AS unknown,
           count(*) FILTER (WHERE state = 'given_up') AS given_up,
           min(due_at) FILTER (WHERE state = 'scheduled') AS next_due_at
    FROM effects GROUP BY kind ORDER BY kind
"""


@dataclass(frozen=True)
class ServiceStatus:
    """What one service has in hand."""

    service: str
    outbox: int
    outbox_seconds: float | None
    effects: Sequence[Mapping[str, object]]


@dataclass(frozen=True)
class Status:
    """Everything at one look."""

    now: datetime
    lags: Sequence[TopicLag]
    services: Sequence[ServiceStatus]
    waiting_lines: int
    waiting_units: int
    oldest_wait_at: datetime | None
    premises: Sequence[Waiting] = ()
    """Facts that wait for another fact."""


async def status(deployment: Deployment, owners: Owners, clock: Clock) -> Status:
    """Look at every owner and at the broker."""
    now = clock.now()
    backlog, effects, lags, waiting, premises = await asyncio.gather(
        owners.of_all(BACKLOG),
        owners.of_all(EFFECTS, now),
        lag(deployment, owners),
        lines_waiting(owners),
        waiting_facts(owners),
    )
    services = [
        ServiceStatus(
            name,
            backlog[name][0]["outbox"],
            backlog[name][0]["outbox_seconds"],
            [dict(row) for row in effects[name]],
        )
        for name in SERVICES
    ]
    lines, units, oldest = waiting
    return Status(now, lags, services, lines, units, oldest, premises)


async def lines_waiting(owners: Owners) -> tuple[int, int, datetime | None]:
    """Lines and units that wait, and when the oldest of them was placed."""
    [row] = await owners.fetch(
        "allocation",
        """SELECT count(*) AS lines, coalesce(sum(waiting), 0)::bigint AS units,
                  min(placed_at) AS oldest
           FROM lines WHERE waiting > 0""",
    )
    return row["lines"], row["units"], row["oldest"]


async def lag(deployment: Deployment, owners: Owners) -> list[TopicLag]:
    """Lag of each service on each topic it hears, also where nobody consumes now."""
    async with Lag(deployment, owners) as looking:
        return by_topic(await looking.look())


@dataclass(frozen=True)
class Letter:
    """A dead letter and whose it is; its id is unique with the service's name."""

    service: str
    row: Mapping[str, object]

    @property
    def id(self) -> str:
        """How people name it: ``allocation-12``."""
        return f"{self.service}-{self.row['id']}"
