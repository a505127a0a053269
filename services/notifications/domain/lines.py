"""How an order line stands, as facts of several topics tell it, and what its customer was told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True)
class Told:
    """Units of a line by the stage that the customer was told, and the last promise told.

    Stages: waiting < allocated < announced < shipped. Units only change their stage: the sum never
    changes.
    """

    waiting: int = 0
    allocated: int = 0
    announced: int = 0
    shipped: int = 0
    promised_on: date | None = None
    promise_version: int = 0

    @property
    def units(self) -> int:
        """All units that were ever confirmed."""
        return self.waiting + self.allocated + self.announced + self.shipped

    def standing(self, waiting: int, promised_on: date | None, promise_version: int) -> Told:
        """After a message that says how many units wait and until when.

        Units that wait again are taken from the earliest stage told; none that shipped waits.
        """
        shipped = self.shipped
        waiting = min(waiting, self.units - shipped)
        announced = min(self.announced, self.units - shipped - waiting)
        allocated = self.units - shipped - waiting - announced
        return Told(waiting, allocated, announced, shipped, promised_on, promise_version)

    def announcing(self, quantity: int) -> Told:
        """After "about to ship": the units come from the allocated ones, then from the waiting."""
        return self._reaching(self.announced + quantity, self.shipped)

    def shipping(self, quantity: int, *, was_announced: bool) -> Told:
        """After "shipped"; without its announcement the units come from the earlier stages."""
        announced = max(0, self.announced - quantity) if was_announced else self.announced
        return self._reaching(announced, self.shipped + quantity)

    def _reaching(self, announced: int, shipped: int) -> Told:
        shipped = min(shipped, self.units)
        announced = min(announced, self.units - shipped)
        earlier = self.units - shipped - announced
        waiting = min(self.waiting, earlier)  # allocated units move on before waiting ones
        return replace(
            self, waiting=waiting, allocated=earlier - waiting, announced=announced, shipped=shipped
        )


@dataclass(frozen=True)
class LineFact:
    """What one event of allocation says about a line; None: the event says nothing about it."""

    line_id: str
    order_id: str
    sku: str
    decision_no: int = 0
    granted_total: int | None = None
    waiting: int | None = None
    refused: int = 0
    promised_on: date | None = None
    promise_version: int = 0


@dataclass(frozen=True)
class Answer:
    """A line as the order's confirmation carries it."""

    line_id: str
    sku: str
    title: str
    quantity: int
    line_total_minor: int
    allocated: int
    waiting: int
    refused: int
    promised_on: date | None
    promise_version: int


@dataclass(frozen=True)
class Line:
    """A line as it stands. Before its confirmation it has no ``quantity`` and nothing was told."""

    line_id: str
    order_id: str
    sku: str
    ordinal: int | None = None
    title: str = ""
    quantity: int | None = None
    line_total_minor: int = 0
    granted_total: int = 0
    decision_no: int = 0
    waiting: int = 0
    refused: int = 0
    promised_on: date | None = None
    promise_version: int = 0
    told: Told | None = None

    @property
    def wanted(self) -> int:
        """Units that were not refused."""
        return max(0, (self.quantity or 0) - self.refused)

    def amount_minor(self) -> int:
        """What the units that were not refused cost."""
        return self.line_total_minor * self.wanted // self.quantity if self.quantity else 0

    def waiting_beside(self, planned: int) -> int:
        """Units that wait, when so many are known to be in parcels.

        A parcel's unit was granted, whatever allocation's older word still says.
        """
        return max(0, min(self.waiting, self.wanted - planned))

    def with_fact(self, fact: LineFact) -> Line:
        """What is newer wins: granted units only grow, and decisions of a line are numbered."""
        line = self
        if fact.granted_total is not None and fact.waiting is not None:
            known = (self.granted_total, self.decision_no)
            if (fact.granted_total, fact.decision_no) >= known:
                line = replace(
                    line,
                    granted_total=fact.granted_total,
                    decision_no=fact.decision_no,
                    waiting=fact.waiting,
                )
        if fact.promise_version > self.promise_version:
            line = replace(line, promised_on=fact.promised_on, promise_version=fact.promise_version)
        return replace(line, refused=fact.refused) if fact.refused > self.refused else line

    def confirmed(self, answer: Answer, ordinal: int) -> Line:
        """With its confirmation, which counts as told: it is never suppressed and goes first."""
        fact = LineFact(
            self.line_id, self.order_id, self.sku, 0, answer.allocated, answer.waiting,
            answer.refused, answer.promised_on, answer.promise_version,
        )  # fmt: skip
        line = replace(
            self.with_fact(fact),
            ordinal=ordinal,
            title=answer.title,
            quantity=answer.quantity,
            line_total_minor=answer.line_total_minor,
        )
        told = Told(allocated=line.wanted)
        waiting = line.waiting_beside(0)
        return replace(line, told=told.standing(waiting, line.promised_on, line.promise_version))

    def is_news(self) -> bool:
        """Whether more units wait, or another promise holds, than the customer was told."""
        return self.told is not None and (
            self.waiting > self.told.waiting or self.promise_version > self.told.promise_version
        )


def merged(lines: Mapping[str, Line], facts: Iterable[LineFact]) -> dict[str, Line]:
    """The lines with the facts taken in; a line never heard of begins with its first fact."""
    found: dict[str, Line] = {}
    for fact in facts:
        line = found.get(fact.line_id) or lines.get(fact.line_id)
        if line is None:
            line = Line(fact.line_id, fact.order_id, fact.sku)
        found[fact.line_id] = line.with_fact(fact)
    return found
