"""Allocation's rules on rows in memory: the law tests run thousands of histories on it.

It opens a desk as the store does, with no more of the queue than the store's statement reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.allocation.domain.book import Item
from services.allocation.domain.changes import CancelAnswer, Change, GiveBack
from services.allocation.domain.decisions import Decision, PromiseChange
from services.allocation.domain.desk import Desk
from services.allocation.domain.expected import Counted, DeliveryKey, Expected
from services.allocation.domain.policy import Policy, Product
from services.allocation.domain.queue import Behind, Line
from services.allocation.domain.revising import may_come_up, revise
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


@dataclass(frozen=True)
class Corrected:
    """A scan that said too little or too much."""

    difference: int
    arrival: Arrival


@dataclass(frozen=True)
class Short:
    """The rest of a delivery line will not come."""

    key: DeliveryKey


Fact = Product | Line | Received | Adjusted | Corrected | Found | Expected | Short | Change
CAME_UP = (Received, Adjusted, Corrected, Found)


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
    answers: list[CancelAnswer] = field(default_factory=list[CancelAnswer])
    counts: list[TakenCount] = field(default_factory=list[TakenCount])
    early: list[Change] = field(default_factory=list[Change])
    stale: bool = False

    @property
    def queue(self) -> list[Line]:
        """Waiting lines by place."""
        waiting = [line for line in self.lines.values() if line.state == "waiting"]
        return sorted(waiting, key=lambda line: line.place)

    def hear(self, facts: Sequence[Fact]) -> None:
        """Facts of one kind in one call, as a handler takes them."""
        self.early += [
            one for one in facts if isinstance(one, Change) and one.line_id not in self.lines
        ]
        facts = [one for one in facts if not isinstance(one, Change) or one.line_id in self.lines]
        desk = self.open()
        named = [self.lines[one.line_id] for one in facts if isinstance(one, Change)]
        desk.book.see(named)
        desk.book.see(self.next_in_line(facts, besides=units_of(named)))
        lines = [one for one in facts if isinstance(one, Line)] + named
        behind = {one.line_id: self.behind(one) for one in lines}
        for fact in facts:
            self.tell(desk, fact, behind)
        self.close(desk)
        self.take_early_give_backs(facts)

    def open(self) -> Desk:
        """A desk on the rows as they stand."""
        return Desk(
            self.item, self.supply.values(), self.expected.values(), policy=self.policy,
            today=self.today,
        )  # fmt: skip

    def tell(self, desk: Desk, fact: Fact, behind: dict[str, list[Behind]]) -> None:
        """One fact to the desk."""
        match fact:
            case Product():
                undecided = [one for one in self.lines.values() if one.state == "undecided"]
                desk.take_product(fact, undecided)
            case Line():
                self.request(desk, fact, behind[fact.line_id])
            case Received(arrival, counted):
                desk.receive(arrival, counted)
            case Adjusted(difference, arrival):
                desk.adjust(difference, arrival)
            case Corrected(difference, arrival):
                desk.correct(difference, arrival, ())
            case Found(count, arrival):
                desk.take_count(count, arrival)
            case Expected():
                desk.expect(fact)
            case Short(key):
                desk.expect_no_more(key, 0, "completed")
            case _:
                revise(desk, fact, behind.get(fact.line_id, ()))

    def request(self, desk: Desk, line: Line, behind: list[Behind]) -> None:
        """A line comes in; what came before it counts."""
        desk.request(line)
        for change in [one for one in self.early if one.line_id == line.line_id]:
            if not isinstance(change, GiveBack):
                revise(desk, change)
                self.early.remove(change)
        desk.answer(line.line_id, behind)

    def close(self, desk: Desk) -> None:
        """Keep what the store would write."""
        book = desk.book
        self.item = book.item
        self.supply.update(book.supply)
        self.lines.update(book.lines)
        self.expected.update(desk.deliveries.touched)
        self.decisions.extend(book.decisions)
        self.answers.extend(one for one in book.told if isinstance(one, CancelAnswer))
        self.counts.extend(desk.counts)
        self.stale |= desk.promises_are_stale is not None

    def take_early_give_backs(self, facts: Sequence[Fact]) -> None:
        """Take what was kept for lines that have come in, in order."""
        come_in = {one.line_id for one in facts if isinstance(one, Line)}
        kept = [one for one in self.early if one.line_id in come_in]
        self.early = [one for one in self.early if one.line_id not in come_in]
        if kept:
            self.hear(kept)

    def next_in_line(self, facts: Iterable[Fact], besides: int = 0) -> list[Line]:
        """Per warehouse just enough lines to take all that arrives."""
        arrivals = [one.arrival for one in facts if isinstance(one, CAME_UP)]
        arrivals += [up for one in facts if isinstance(one, Change) for up in may_come_up(one)]
        units = sum(one.units for one in arrivals) + besides
        found: dict[str, Line] = {}
        for warehouse in {one.warehouse for one in arrivals if one.units}:
            covered = 0
            for line in self.queue:
                if covered < units and line.lists(warehouse):
                    covered += line.waiting
                    found[line.line_id] = line
        return sorted(found.values(), key=lambda line: line.place)

    def behind(self, line: Line) -> list[Behind]:
        """Who waits already, but stands behind."""
        return [
            Behind(one.warehouses, 1, one.waiting) for one in self.queue if one.place > line.place
        ]

    def walk(self) -> list[PromiseChange]:
        """Promise again from the head of the queue."""
        self.stale = False
        if self.item.product is None:
            return []
        walk = Walk(self.item.product, self.open().outlook, self.supply.values(), {})
        changes = walk.along(self.queue)
        self.lines.update({one.line.line_id: one.line for one in changes})
        return changes


def units_of(lines: Iterable[Line]) -> int:
    """Units that lines wait for, each counted once."""
    return sum({line.line_id: line.waiting for line in lines}.values())
