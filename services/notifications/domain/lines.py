"""How an order line stands, as facts of several topics tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from services.notifications.domain.told import Told

GatheredNews = Literal["backordered", "date_changed"]


@dataclass(frozen=True)
class LineFact:
    """What one event says about a line; None: the event says nothing about it."""

    line_id: str
    order_id: str
    sku: str
    decision_no: int = 0
    granted_total: int | None = None
    requeued_total: int = 0
    waiting: int | None = None
    refused: int = 0
    promised_on: date | None = None
    promise_version: int = 0
    promise_cause: str = ""
    """What has changed the promise, or why it is what it is, in allocation's words."""
    cancelled: int = 0
    """Waiting units that one cancel took: added to those of the others."""
    withdrawn: int = 0
    """Granted units that one cancel took out of parcels: added, too."""
    settled: int = 0
    """Units of one cancel that is answered for all of them: added, too."""
    passed_on: int = 0
    """Granted units that one cancel names: shipping answers for them, and that is ``answered``."""
    answered: int = 0


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
    cancelled: int
    promised_on: date | None
    promise_version: int


@dataclass(frozen=True)
class Line:
    """A line as it stands. Before its confirmation it has no ``quantity`` and nothing was told.

    ``granted_total`` and ``requeued_total`` only grow: a unit that was given back and is wanted
    again is in both.
    """

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
    requeued_total: int = 0
    promise_cause: str = ""
    cancelled: int = 0
    withdrawn: int = 0
    settled: int = 0
    left_cause: str = ""
    """Why units of it last left a parcel without being cancelled; ``left_total`` of them have."""
    left_total: int = 0
    passed_on: int = 0
    answered: int = 0
    called_off: int = 0
    """Units that were cancelled before the confirmation, as it says."""

    @property
    def said_gone(self) -> int:
        """Cancelled units, as order intake tells their sum."""
        return max(self.called_off, self.settled)

    @property
    def gone(self) -> int:
        """Cancelled units: two topics tell the parts, a third one the sum; each may be ahead."""
        wanted = max(0, (self.quantity or 0) - self.refused)
        return min(wanted, max(self.cancelled + self.withdrawn, self.said_gone))

    @property
    def wanted(self) -> int:
        """Units that were neither refused nor cancelled."""
        return max(0, (self.quantity or 0) - self.refused - self.gone)

    @property
    def in_hand(self) -> int:
        """Units that are granted, and neither given back nor cancelled."""
        return max(0, self.granted_total - self.requeued_total - self.withdrawn)

    def amount_minor(self) -> int:
        """What the units cost that are wanted."""
        return self.line_total_minor * self.wanted // self.quantity if self.quantity else 0

    def waiting_beside(self, planned: int) -> int:
        """Units that wait, when so many are known to be in parcels.

        A parcel's unit was granted, whatever allocation's older word still says; and a cancel takes
        waiting units first.
        """
        return max(0, min(self.waiting, self.wanted - max(planned, self.in_hand)))

    def lags(self, planned: int, *, gives_back_unseen: bool) -> bool:
        """Whether newer facts must be on their way, when so many units are known to be in parcels.

        One topic told of a cancel or of a give-back, and the one that tells what it did to the
        parcels has not. ``gives_back_unseen``: units may be given back from no parcel.
        """
        return (
            self.passed_on > self.answered
            or self.said_gone > self.cancelled + self.withdrawn
            or (self.requeued_total > self.left_total and not gives_back_unseen)
            or (self.requeued_total > 0 and planned > self.in_hand)
            or planned > self.wanted
        )

    def leaving(self, units: int, cause: str) -> Line:
        """After units of it left a parcel without being cancelled."""
        return replace(self, left_total=self.left_total + units, left_cause=cause)

    def with_fact(self, fact: LineFact) -> Line:
        """What is newer wins: units granted and given back only grow, decisions are numbered."""
        line = replace(
            self,
            cancelled=self.cancelled + fact.cancelled,
            withdrawn=self.withdrawn + fact.withdrawn,
            settled=self.settled + fact.settled,
            passed_on=self.passed_on + fact.passed_on,
            answered=self.answered + fact.answered,
            refused=max(self.refused, fact.refused),
        )
        if fact.granted_total is not None and fact.waiting is not None:
            known = (self.granted_total + self.requeued_total, self.decision_no)
            if (fact.granted_total + fact.requeued_total, fact.decision_no) >= known:
                line = replace(
                    line,
                    granted_total=fact.granted_total,
                    requeued_total=fact.requeued_total,
                    decision_no=fact.decision_no,
                    waiting=fact.waiting,
                )
        if fact.promise_version > self.promise_version:
            line = replace(
                line,
                promised_on=fact.promised_on,
                promise_version=fact.promise_version,
                promise_cause=fact.promise_cause,
            )
        return line

    def confirmed(self, answer: Answer, ordinal: int) -> Line:
        """With its confirmation, which counts as told: it is never suppressed and goes first."""
        fact = LineFact(
            self.line_id, self.order_id, self.sku, 0, answer.allocated, 0, answer.waiting,
            answer.refused, answer.promised_on, answer.promise_version,
        )  # fmt: skip
        line = replace(
            self.with_fact(fact),
            ordinal=ordinal,
            title=answer.title,
            quantity=answer.quantity,
            line_total_minor=answer.line_total_minor,
            called_off=answer.cancelled,
        )
        told = Told(allocated=line.wanted + line.gone)
        waiting = line.waiting_beside(0)
        standing = told.standing(waiting, line.gone, line.promised_on, line.promise_version)
        return replace(line, told=standing)

    @property
    def waits_again(self) -> bool:
        """Whether more units wait than the customer was told."""
        return self.told is not None and self.waiting > self.told.waiting

    @property
    def has_new_promise(self) -> bool:
        """Whether another promise holds than the one that was told."""
        return (
            self.told is not None
            and self.promise_version > self.told.promise_version
            and self.promised_on != self.told.promised_on
        )

    def news(self) -> GatheredNews | None:
        """What its customer should hear; a message about a wait tells the date, too."""
        if self.waits_again:
            return "backordered"
        return "date_changed" if self.has_new_promise and self.waiting else None


def merged(lines: Mapping[str, Line], facts: Iterable[LineFact]) -> dict[str, Line]:
    """The lines with the facts taken in; a line never heard of begins with its first fact."""
    found: dict[str, Line] = {}
    for fact in facts:
        line = found.get(fact.line_id) or lines.get(fact.line_id)
        if line is None:
            line = Line(fact.line_id, fact.order_id, fact.sku)
        found[fact.line_id] = line.with_fact(fact)
    return found
