"""The one transaction that a batch, or an effect's outcome, is recorded in.

Handlers read and write through it, and tell it what to say; the chassis writes outbox, effects and
dead letters at its end, when every row lock is held, so that for one entity the outbox's order is
the order of commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from schemas.envelope import Event, InboundEvent

if TYPE_CHECKING:
    from asyncpg import Record
    from asyncpg.pool import PoolConnectionProxy

P = TypeVar("P")

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Refusal:
    """Why an outsider's fact cannot be taken: ``text`` says what is wrong and what to do."""

    code: str
    text: str
    detail: Json = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class NewEffect:
    """Something to do later or outside.

    ``key`` is unique among the open rows of its kind: scheduling it again changes nothing.
    ``due_at`` is business time; ``wait_seconds`` is machine time and counts as open while it
    waits. ``request`` is JSON and holds nothing personal.
    """

    kind: str
    key: str
    subject: str
    due_at: datetime
    request: Json = field(default_factory=dict[str, Any])
    wait_seconds: float = 0


@dataclass(frozen=True)
class Superseded:
    """Scheduled effects that have become pointless."""

    kind: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Awaiting:
    """An outsider's fact that waits for a premise, until its effect of this kind is due."""

    event: InboundEvent
    kind: str
    premise: str
    until: datetime
    request: Json


Mark = tuple[int, int, int, int, int, frozenset[str]]


class Transaction(Generic[P]):
    """Reads, writes, and what will be said when it commits.

    ``now`` is the business time of the batch; ``policy`` holds the service's rules with numbers.
    """

    def __init__(self, connection: PoolConnectionProxy[Record], now: datetime, policy: P) -> None:
        self.connection = connection
        self.now = now
        self.policy = policy
        self.said: list[tuple[Event, Event | None]] = []
        self.effects: list[NewEffect | Superseded] = []
        self.refused: list[tuple[InboundEvent, Refusal]] = []
        self.forgotten: list[InboundEvent] = []
        self.awaiting: list[Awaiting] = []
        self.came: set[str] = set()
        self.causes: Sequence[Event] = ()

    async def fetch(self, sql: str, *arguments: object) -> list[Record]:
        """All rows of a statement."""
        return await self.connection.fetch(sql, *arguments)

    async def fetchrow(self, sql: str, *arguments: object) -> Record | None:
        """The first row of a statement."""
        return await self.connection.fetchrow(sql, *arguments)

    async def fetchval(self, sql: str, *arguments: object) -> Any:
        """The first value of the first row of a statement."""
        return await self.connection.fetchval(sql, *arguments)

    async def execute(self, sql: str, *arguments: object) -> None:
        """A statement without rows."""
        await self.connection.execute(sql, *arguments)

    async def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """One statement for many rows of arguments."""
        await self.connection.executemany(sql, rows)

    def say(self, *events: Event) -> None:
        """Say events, in this order, when the transaction commits."""
        self.said.extend((event, self._cause_of(event)) for event in events)

    def schedule(self, *effects: NewEffect) -> None:
        """Schedule effects; one that is open already stays as it is."""
        self.effects.extend(effects)

    def supersede(self, kind: str, keys: Iterable[str]) -> None:
        """Take back scheduled effects; what has started goes on."""
        if found := tuple(keys):
            self.effects.append(Superseded(kind, found))

    def refuse(self, event: InboundEvent, refusal: Refusal) -> None:
        """Make an outsider's fact a dead letter: it is known to be wrong."""
        self.refused.append((event, refusal))

    def forget(self, event: InboundEvent) -> None:
        """Do not hold the identity of a fact: the same one is judged anew."""
        self.forgotten.append(event)

    def await_premise(
        self,
        event: InboundEvent,
        *,
        kind: str,
        premise: str,
        until: datetime,
        request: Json | None = None,
    ) -> None:
        """Keep an outsider's fact, whole, until its premise comes; record nothing else of it.

        It is handed over again: at once, under the premise's lock (another process may just have
        committed it), and when ``premise_came`` names the premise. At ``until`` (business time) the
        timer ``kind`` fires, with the fact's identity as key and the premise as subject.
        """
        self.awaiting.append(Awaiting(event, kind, premise, until, request or {}))

    def premise_came(self, premises: Iterable[str]) -> None:
        """Hand over the facts that wait for these, at the end of this batch. For handlers alone."""
        self.came.update(premises)

    def mark(self) -> Mark:
        """How far it has come, to go back to."""
        lists = (self.said, self.effects, self.refused, self.forgotten, self.awaiting)
        said, effects, refused, forgotten, awaiting = map(len, lists)
        return said, effects, refused, forgotten, awaiting, frozenset(self.came)

    def back_to(self, mark: Mark) -> None:
        """Take back what was wanted since a mark, when its statements were rolled back, too."""
        said, effects, refused, forgotten, awaiting, came = mark
        del self.said[said:], self.effects[effects:], self.refused[refused:]
        del self.forgotten[forgotten:], self.awaiting[awaiting:]
        self.came = set(came)

    def _cause_of(self, event: Event) -> Event | None:
        """Which of the events in hand this one follows from, by a subject that both name."""
        if len(self.causes) == 1:
            return self.causes[0]
        if not hasattr(self, "_subjects") or self._subjects_of is not self.causes:
            self._subjects = {s: cause for cause in self.causes for s in cause.subjects()}
            self._subjects_of = self.causes
        return next((self._subjects[s] for s in event.subjects() if s in self._subjects), None)
