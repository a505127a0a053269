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
    """An order line.

    Once it is decided, ``quantity = waiting + refused + cancelled + granted_total -
    requeued_total``.
    """

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
    """Ever granted; it only grows."""
    waiting: int = 0
    refused: int = 0
    state: State = "undecided"
    promise: Promise = Promise()
    eligible_since_decision: int | None = None
    cancelled: int = 0
    """Units that waited and were cancelled."""
    requeued_total: int = 0
    """Ever given back and wanted again; it only grows."""
    withdrawn: int = 0
    """Given back and not wanted again."""
    passed_on: int = 0
    """Granted units that cancels were passed on for, and that have not come back."""
    suspended_episode: int = 0
    """The latest payment trouble that suspends it."""
    resumed_episode: int = 0
    """The latest payment trouble that is over."""

    @property
    def place(self) -> Place:
        """Where it stands in the queue of its SKU."""
        return (self.priority_class, self.placed_at, self.line_id)

    @property
    def undecided(self) -> int:
        """Units that nobody has granted, queued, refused or cancelled yet."""
        decided = self.granted_total - self.requeued_total + self.refused + self.cancelled
        return self.quantity - decided - self.waiting

    @property
    def in_hand(self) -> int:
        """Granted units that have not come back."""
        return self.granted_total - self.requeued_total - self.withdrawn

    @property
    def suspended(self) -> bool:
        """Whether a payment trouble keeps it from being served, whichever was heard first."""
        return self.suspended_episode > self.resumed_episode

    @property
    def eligible_units(self) -> int:
        """Units that wait to be served in their turn."""
        return self.waiting if self.state == "waiting" else 0

    def lists(self, warehouse: str) -> bool:
        """Whether it may be served from there."""
        return warehouse in self.warehouses

    def granted(self, quantity: int) -> Line:
        """The line after units were granted to it, as it came in or while it waited."""
        waiting = self.waiting - quantity if self.waiting else 0
        return replace(
            self, granted_total=self.granted_total + quantity, waiting=waiting
        ).as_it_stands()

    def waits(self, units: int, since_decision: int) -> Line:
        """The line after units of it joined the queue, to be passed over while suspended."""
        state: State = "suspended" if self.suspended else "waiting"
        return replace(self, waiting=units, state=state, eligible_since_decision=since_decision)

    def without(self, units: int) -> Line:
        """The line after units of it were refused."""
        return replace(self, refused=self.refused + units).as_it_stands()

    def cancelled_by(self, units: int, passed_on: int) -> Line:
        """The line after units that waited were cancelled, and shipping was asked for others."""
        waiting = self.waiting - units if self.waiting else 0
        return replace(
            self,
            cancelled=self.cancelled + units,
            waiting=waiting,
            passed_on=self.passed_on + passed_on,
        ).as_it_stands()

    def asked_back(self, units: int) -> Line:
        """The line after a cancel that was passed on has come back for units."""
        return replace(self, passed_on=max(0, self.passed_on - units))

    def given_back(self, units: int, requeue: int, since_decision: int) -> Line:
        """The line after units left their parcel; ``requeue`` of them it wants again."""
        since = self.eligible_since_decision if self.eligible_units else since_decision
        left = replace(
            self,
            waiting=self.waiting + requeue,
            requeued_total=self.requeued_total + requeue,
            withdrawn=self.withdrawn + units - requeue,
            eligible_since_decision=since if requeue else self.eligible_since_decision,
        )
        return replace(left, passed_on=min(left.passed_on, left.in_hand)).as_it_stands()

    def suspended_by(self, episode: int) -> Line:
        """The line once a payment trouble is known that was not mended in time."""
        return replace(self, suspended_episode=max(self.suspended_episode, episode)).as_it_stands()

    def resumed_by(self, episode: int, since_decision: int) -> Line:
        """The line once a payment trouble is known to be over."""
        line = replace(self, resumed_episode=max(self.resumed_episode, episode))
        if self.suspended and not line.suspended:
            line = replace(line, eligible_since_decision=since_decision)
        return line.as_it_stands()

    def as_it_stands(self) -> Line:
        """The line in the state that its units and episodes put it in."""
        if self.waiting:
            state: State = "suspended" if self.suspended else "waiting"
        else:
            state = "undecided" if self.undecided else "closed"
        return self if state == self.state else replace(self, state=state)

    def only_granted_since(self, before: Line) -> bool:
        """Whether grants are all that has befallen it."""
        granted = replace(
            before, granted_total=self.granted_total, waiting=self.waiting, state=self.state
        )
        return granted == self


@dataclass(frozen=True, slots=True)
class Behind:
    """Lines that stand behind another one and list the same warehouses."""

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
