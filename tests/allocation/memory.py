"""Allocation's rules on rows in memory: the law tests run thousands of histories on it.

It opens a desk as the store does, with no more of the queue than the store's statement reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.allocation.domain.book import Item
from services.allocation.domain.decisions import Decision, PromiseChange
from services.allocation.domain.desk import Desk
from services.allocation.domain.expected import Counted, DeliveryKey, Expected
from services.allocation.domain.policy import Policy, Product
from services.allocation.domain.queue import Behind, Line
from services.allocation.domain.supply import Arrival, Count, Supply, TakenCount
from services.allocation.domain.walk import Walk


@dataclass(frozen=True)
class Received:
    """Good units, and the delivery line that they came against."""

    arrival: Arrival
    counted: Counted | None = None


@dataclass(frozen=True)
class Adjusted:
    """A signed difference."""

    difference: int
    arrival: Arrival


@dataclass(frozen=True)
class Found:
    """A count."""

    count: Count
    arrival: Arrival


Fact = Product | Line | Received | Adjusted | Found | Expected


@dataclass
class Memory:
    """The rows of one SKU."""

    today: date
    policy: Policy = field(default_factory=Policy)
    item: Item = field(default_factory=lambda: Item("LAMP"))
    supply: dict[str, Supply] = field(default_factory=dict[str, Supply])
    lines: dict[str, Line] = field(default_factory=dict[str, Line])
    expected: dict[DeliveryKey, Expected] = field(default_factory=dict[DeliveryKey, Expected])
    decisions: list[Decision] = field(default_factory=list[Decision])
    counts: list[TakenCount] = field(default_factory=list[TakenCount])
    stale: bool = False

    @property
    def queue(self) -> list[Line]:
        """Waiting lines by place."""
        waiting = [line for line in self.lines.values() if line.state == "waiting"]
        return sorted(waiting, key=lambda line: line.place)

    def hear(self, facts: Sequence[Fact]) -> None:
        """Facts of one kind in one call, as a handler takes them."""
        desk = Desk(
            self.item, self.supply.values(), self.expected.values(), policy=self.policy,
            today=self.today,
        )  # fmt: skip
        desk.see_queue(self.next_in_line(facts))
        behind = {one.line_id: self.behind(one) for one in facts if isinstance(one, Line)}
        for fact in facts:
            self.tell(desk, fact, behind)
        self.close(desk)

    def tell(self, desk: Desk, fact: Fact, behind: dict[str, list[Behind]]) -> None:
        """One fact to the desk."""
        match fact:
            case Product():
                undecided = [one for one in self.lines.values() if one.state == "undecided"]
                desk.take_product(fact, undecided)
            case Line():
                desk.answer(fact, behind[fact.line_id])
            case Received(arrival, counted):
                desk.receive(arrival, counted)
            case Adjusted(difference, arrival):
                desk.adjust(difference, arrival)
            case Found(count, arrival):
                desk.take_count(count, arrival)
            case Expected():
                desk.expect(fact)

    def close(self, desk: Desk) -> None:
        """Keep what the store would write."""
        book = desk.book
        self.item = book.item
        self.supply.update(book.supply)
        self.lines.update(book.answered)
        self.lines.update(book.served)
        self.expected.update(desk.deliveries.touched)
        self.decisions.extend(book.decisions)
        self.counts.extend(desk.counts)
        self.stale |= desk.promises_are_stale

    def next_in_line(self, facts: Iterable[Fact]) -> list[Line]:
        """Per warehouse just enough lines to take all that arrives."""
        arrivals = [one.arrival for one in facts if isinstance(one, Received | Adjusted | Found)]
        units = sum(one.units for one in arrivals)
        found: dict[str, Line] = {}
        for warehouse in {one.warehouse for one in arrivals}:
            covered = 0
            for line in self.queue:
                if covered < units and line.lists(warehouse):
                    covered += line.waiting
                    found[line.line_id] = line
        return sorted(found.values(), key=lambda line: line.place)

    def behind(self, newcomer: Line) -> list[Behind]:
        """Who waits already, but stands behind."""
        return [
            Behind(line.warehouses, 1, line.waiting)
            for line in self.queue
            if line.place > newcomer.place
        ]

    def walk(self) -> list[PromiseChange]:
        """Promise again from the head of the queue."""
        self.stale = False
        if self.item.product is None:
            return []
        desk = Desk(self.item, (), self.expected.values(), policy=self.policy, today=self.today)
        walk = Walk(self.item.product, desk.outlook, self.supply.values(), {})
        changes = walk.along(self.queue)
        self.lines.update({one.line.line_id: one.line for one in changes})
        return changes
