"""How a failure is classed, by what the worker does next.

::

    Failure
    ├── RETRYABLE      back off, the same batch again
    ├── ALONE_ONCE     a uniqueness or reference violation: again alone, once, before it counts
    ├── UNPROCESSABLE  bisect; the culprit becomes a dead letter
    └── BUG            log it, retry it, then bisect it
"""

from __future__ import annotations

from enum import Enum, auto

import asyncpg

from services.chassis.outbox import ValueTooLarge
from services.chassis.transaction import Refusal

HANDLER_FAILURES_BEFORE_STOP = 20
"""So many events in a row that our handlers cannot take: it is us, not them."""


class WorkerStopped(Exception):
    """The worker must not go on; the text says why and what to do, ``reason`` is for programs."""

    def __init__(self, text: str, reason: str = "stopped") -> None:
        self.reason = reason
        super().__init__(text)


class Failure(Enum):
    """What to do about an exception."""

    RETRYABLE = auto()
    ALONE_ONCE = auto()
    UNPROCESSABLE = auto()
    BUG = auto()


RETRYABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.TransactionRollbackError,
    asyncpg.QueryCanceledError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
UNPROCESSABLE = (
    ValueTooLarge,
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.RaiseError,
)


def unprocessable(error: BaseException) -> Refusal:
    """Why a dead letter died of our own handler.

    Only the first line of the error: the database puts values into the lines below it.
    """
    first_line = str(error).split("\n", 1)[0][:500]
    return Refusal("unprocessable", f"{type(error).__name__}: {first_line}")


def classed(error: BaseException) -> Failure:
    """The class of an exception. ``asyncpg.DataError`` is the server's; the client's is a bug."""
    if isinstance(error, asyncpg.InterfaceError) and isinstance(error, ValueError):
        return Failure.BUG  # the client's own DataError: a value that fits no column, now or later
    if isinstance(error, (asyncpg.UniqueViolationError, asyncpg.ForeignKeyViolationError)):
        return Failure.ALONE_ONCE
    if isinstance(error, UNPROCESSABLE):
        return Failure.UNPROCESSABLE
    return Failure.RETRYABLE if isinstance(error, RETRYABLE) else Failure.BUG
