"""How a service declares what it hears."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from schemas.envelope import Event
from services.chassis.transaction import Transaction

E = TypeVar("E", bound=Event)
P = TypeVar("P")

Function = Callable[[Sequence[E], Transaction[P]], Awaitable[None]]


@dataclass(frozen=True)
class Handler:
    """One function for one event type. Its place among its service's handlers is its rank."""

    event: type[Event]
    handle: Callable[[Sequence[Any], Transaction[Any]], Awaitable[None]]

    async def __call__(self, events: Sequence[Any], tx: Transaction[Any]) -> None:
        """Call the function, so that tests may use it as it is written."""
        await self.handle(events, tx)


def hears(event: type[E]) -> Callable[[Function[E, P]], Handler]:
    """Declare that a function handles one event type, as many of them at once as there are."""
    return lambda function: Handler(event, function)


def by_type(handlers: Iterable[Handler]) -> dict[type[Event], tuple[int, Handler]]:
    """Rank and handler of each event type. Raises ``ValueError`` when two claim the same."""
    ranked: dict[type[Event], tuple[int, Handler]] = {}
    for rank, handler in enumerate(handlers):
        if handler.event in ranked:
            raise ValueError(f"{handler.event.type_name()} has two handlers in one service")
        ranked[handler.event] = rank, handler
    return ranked
