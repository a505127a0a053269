"""Effects: every timer, and whatever touches the outside.

An outside call is recorded as started, with its request, before it is made; its outcome is recorded
under the lease it was made with, in one transaction with the events that tell it. What is unknown
is asked about, never guessed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.chassis.transaction import NewEffect, Transaction

__all__ = [
    "Call", "Done", "Due", "Effect", "GaveUp", "Limits", "NewEffect", "Outcome", "Refused",
    "Retry", "Settled", "Timer", "Unknown",
]  # fmt: skip


@dataclass(frozen=True)
class Due:
    """An effect in hand; ``attempt`` counts from 1."""

    kind: str
    key: str
    subject: str
    due_at: datetime
    attempt: int
    request: dict[str, Any]


@dataclass(frozen=True)
class Done:
    """It happened."""

    result: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Refused:
    """The other side said no: a value, not an error."""

    result: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Retry:
    """It certainly did not happen, and may be tried again."""

    reason: str
    after_seconds: float | None = None


@dataclass(frozen=True)
class Unknown:
    """Nobody knows whether it happened."""

    reason: str


@dataclass(frozen=True)
class GaveUp:
    """Attempts or questions are spent: a person must look."""

    reason: str


Outcome = Done | Refused | Retry | Unknown | GaveUp


@dataclass(frozen=True)
class Settled:
    """An effect and what became of it; never ``Retry``."""

    due: Due
    outcome: Done | Refused | Unknown | GaveUp


@dataclass(frozen=True)
class Limits:
    """Bounds of one kind of call. The lease is four time-outs long."""

    timeout_seconds: float = 10
    attempts: int = 10
    first_retry_seconds: float = 1
    longest_retry_seconds: float = 60
    questions: int = 20
    concurrent: int = 16
    """Calls made side by side. No more are started at once: what is started is being called."""

    @property
    def lease_seconds(self) -> float:
        """How long a started call belongs to its runner."""
        return 4 * self.timeout_seconds

    def retry_seconds(self, attempt: int) -> float:
        """Back-off before the attempt after this one: doubled each time, up to the longest."""
        return min(self.longest_retry_seconds, self.first_retry_seconds * 2 ** (attempt - 1))


TIMER_BATCH = 500
"""Due timers of a kind taken in one transaction."""


@dataclass(frozen=True)
class Timer:
    """Has no outside: what is due and what it causes commit together."""

    kind: str
    fire: Callable[[Sequence[Due], Transaction[Any]], Awaitable[None]]
    batch: int = TIMER_BATCH


@dataclass(frozen=True)
class Call:
    """Touches the outside: prepare (one transaction), call (none), record (one)."""

    kind: str
    prepare: Callable[
        [Sequence[Due], Transaction[Any]], Awaitable[Mapping[str, Mapping[str, Any] | None]]
    ]
    """The request of each key; None: it has become pointless."""
    call: Callable[[Due], Awaitable[Outcome]]
    record: Callable[[Sequence[Settled], Transaction[Any]], Awaitable[None]]
    ask: Callable[[Due], Awaitable[Outcome]] | None = None
    """Finds out what became of a call whose outcome is unknown; None: nobody can be asked."""
    limits: Limits = Limits()
    given_up_blocks: bool = False
    """Whether a call that was given up keeps later calls of its subject waiting (money)."""


Effect = Timer | Call
