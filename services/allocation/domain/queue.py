"""Whose turn it is: lines by place, each with the warehouses it may be served from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

Place = tuple[int, datetime, str]
"""Priority class, the time the order was placed, line id: a total order."""

State = Literal["undecided", "waiting", "suspended", "closed"]
"""``undecided``: requested before its product is known. Suspended lines are passed over."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What the customer is told, and by what it was reached; version 0: nothing told yet."""

    version: int = 0
    promised_on: date | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An order line: ``granted_total + waiting + refused = quantity`` once it is decided."""

    line_id: str
    order_id: str
    sku: str
    quantity: int
    priority_class: int
    placed_at: datetime
    warehouses: tuple[str, ...]
    """Where it may be served from, the preferred one first."""
    requested_at: datetime
    granted_total: int = 0
    waiting: int = 0
    refused: int = 0
    state: State = "undecided"
    promise: Promise = Promise()
    eligible_since_decision: int | None = None

    @property
    def place(self) -> Place:
        """Where it stands in the queue of its SKU."""
        return (self.priority_class, self.placed_at, self.line_id)

    @property
    def undecided(self) -> int:
        """Units that nobody has granted, queued or refused yet."""
        return self.quantity - self.granted_total - self.waiting - self.refused

    def lists(self, warehouse: str) -> bool:
        """Whether it may be served from there."""
        return warehouse in self.warehouses

    def granted_from_queue(self, quantity: int) -> Line:
        """The line after some of its waiting units were granted."""
        return replace(
            self, granted_total=self.granted_total + quantity, waiting=self.waiting - quantity
        ).closed_if_settled()

    def granted_at_once(self, quantity: int) -> Line:
        """The line after units were granted as it came in."""
        return replace(self, granted_total=self.granted_total + quantity).closed_if_settled()

    def waits(self, units: int, promise: Promise, since_decision: int) -> Line:
        """The line after units of it joined the queue."""
        return replace(
            self,
            waiting=units,
            state="waiting",
            promise=promise,
            eligible_since_decision=since_decision,
        )

    def without(self, units: int) -> Line:
        """The line after units of it were refused."""
        return replace(self, refused=self.refused + units).closed_if_settled()

    def closed_if_settled(self) -> Line:
        """Closed when no unit of it waits or is still to be decided."""
        settled = self.waiting == 0 and self.undecided == 0
        return replace(self, state="closed") if settled else self


@dataclass(frozen=True, slots=True)
class Behind:
    """Lines that stand behind a newcomer and list the same warehouses."""

    warehouses: tuple[str, ...]
    lines: int
    units: int


def in_turn(units: int, warehouse: str, queue: Iterable[Line]) -> Iterator[tuple[Line, int]]:
    """Hand out a warehouse's units one line after another, to who may be served from there."""
    for line in queue:
        if units == 0:
            return
        if line.lists(warehouse):
            given = min(units, line.waiting)
            units -= given
            yield line, given
