"""What a shop shows its customers about their orders, from ``shop.answers`` alone.

Every answer sets what it tells, so one that comes twice changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field

from schemas import shop_answers as said
from schemas.envelope import Event

ORDERS_KEPT = 1_000
"""The page shows the latest orders; older ones fall off."""

Status = Literal["accepted", "refused", "confirmed", "partly shipped", "shipped", "cancelled"]


class LineStatus(BaseModel):
    """How one line stands; the units that neither wait nor are named here are being made ready."""

    sku: str
    title: str
    quantity: int
    waiting: int = 0
    refused: int = 0
    cancelled: int = 0
    shipped: int = 0
    promised_on: date | None = None
    promise_version: int = 0

    @property
    def to_come(self) -> int:
        """Units that the customer may still expect."""
        return self.quantity - self.refused - self.cancelled - self.shipped


class ParcelStatus(BaseModel):
    """A parcel on its way: units per line."""

    carrier: str
    tracking: str
    dispatched_at: datetime
    units: dict[str, int]


class OrderStatus(BaseModel):
    """How one order stands."""

    status: Status = "accepted"
    reasons: list[str] = Field(default_factory=list)
    lines: dict[str, LineStatus] = Field(default_factory=dict[str, LineStatus])
    parcels: dict[str, ParcelStatus] = Field(default_factory=dict[str, ParcelStatus])
    cancels: dict[str, dict[str, int]] = Field(default_factory=dict[str, dict[str, int]])
    """Units cancelled per line, by cancel."""
    refused_requests: dict[str, list[str]] = Field(default_factory=dict[str, list[str]])
    """Why a cancel or a payment method was not taken, by its id."""
    refunded_minor: dict[str, int] = Field(default_factory=dict[str, int])
    """Money that went back, by parcel."""
    payment_needed_until: datetime | None = None
    suspended_until: datetime | None = None
    """When what is unsent is cancelled, unless a payment method works before."""

    def take(self, answer: Event) -> None:
        """Take one answer about this order."""
        match answer:
            case said.AnswerAccepted():
                self._name_lines(answer)
            case said.AnswerRefused():
                self.status = "refused"
                self.reasons = [reason.text for reason in answer.reasons]
            case said.AnswerConfirmed():
                self._confirm(answer)
            case said.AnswerPromiseChanged():
                self._promise(answer)
            case said.AnswerAllocated():
                self._wait(answer.line_id, answer.waiting)
            case said.AnswerBackordered():
                self._wait(answer.line_id, answer.waiting)
                self._promise(answer)
            case said.AnswerShipped():
                self._ship(answer)
            case said.AnswerCancelSettled():
                self._cancel(answer)
            case said.AnswerRequestRefused():
                self.refused_requests[answer.request_id] = [one.text for one in answer.reasons]
            case _:
                self._pay(answer)
        self._sum_up()

    def _pay(self, answer: Event) -> None:
        """Take an answer about money."""
        match answer:
            case said.AnswerPaymentNeeded():
                self.payment_needed_until = answer.deadline
            case said.AnswerPaymentResolved():
                self.payment_needed_until = self.suspended_until = None
            case said.AnswerSuspended():
                self.payment_needed_until, self.suspended_until = None, answer.until
            case said.AnswerRefunded():
                self.refunded_minor[answer.shipment_id] = answer.refunded_total_minor
            case _:
                pass

    def _name_lines(self, answer: said.AnswerAccepted) -> None:
        for line in answer.lines:
            self.lines.setdefault(
                line.line_id,
                LineStatus(sku=line.sku, title=line.title, quantity=line.quantity),
            )

    def _confirm(self, answer: said.AnswerConfirmed) -> None:
        if self.status == "accepted":
            self.status = "confirmed"
        for line in answer.lines:
            self.lines[line.line_id] = LineStatus(
                sku=line.sku,
                title=line.title,
                quantity=line.quantity,
                waiting=line.waiting,
                refused=line.refused,
                cancelled=line.cancelled,
                promised_on=line.promised_on,
                promise_version=line.promise_version,
            )

    def _wait(self, line_id: str, waiting: int) -> None:
        if line := self.lines.get(line_id):
            line.waiting = waiting

    def _promise(self, answer: said.AnswerPromiseChanged | said.AnswerBackordered) -> None:
        line = self.lines.get(answer.line_id)
        if line is not None and answer.promise_version > line.promise_version:
            line.promised_on = answer.promised_on
            line.promise_version = answer.promise_version

    def _ship(self, answer: said.AnswerShipped) -> None:
        if self.status != "refused":
            self.status = "partly shipped"
        self.parcels[answer.shipment_id] = ParcelStatus(
            carrier=answer.carrier,
            tracking=answer.tracking,
            dispatched_at=answer.dispatched_at,
            units={line.line_id: line.quantity for line in answer.lines},
        )

    def _cancel(self, answer: said.AnswerCancelSettled) -> None:
        if answer.cause == "suspended":
            self.suspended_until = None
        self.cancels[answer.cancel_id] = {line.line_id: line.cancelled for line in answer.lines}
        for line in answer.lines:
            self._wait(line.line_id, line.waiting)

    def _sum_up(self) -> None:
        """Add up each line's parcels and cancels; an order of which nothing is to come has ended."""
        for line_id, line in self.lines.items():
            cancelled = sum(units.get(line_id, 0) for units in self.cancels.values())
            line.cancelled = max(line.cancelled, cancelled)
            line.shipped = sum(parcel.units.get(line_id, 0) for parcel in self.parcels.values())
        ended = not any(line.to_come > 0 for line in self.lines.values())
        if self.lines and ended and self.status not in ("accepted", "refused"):
            self.status = "shipped" if self.parcels else "cancelled"


class StatusPage(BaseModel):
    """The page of all orders, the latest last."""

    orders: dict[str, OrderStatus] = Field(default_factory=dict[str, OrderStatus])

    def take(self, answers: Iterable[Event]) -> None:
        """Take answers, in the order heard; the oldest orders fall off."""
        for answer in answers:
            self.orders.setdefault(str(getattr(answer, "order_id", "")), OrderStatus()).take(answer)
        for order_id in list(self.orders)[:-ORDERS_KEPT]:
            del self.orders[order_id]

    def write(self, file: Path) -> None:
        """Write the page whole; whoever reads it never sees half of it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".draft")
        draft.write_text(self.model_dump_json(indent=1))
        os.replace(draft, file)

    @classmethod
    def read(cls, file: Path) -> StatusPage:
        """The page as it was written last; an empty one where there is none."""
        return cls.model_validate_json(file.read_bytes()) if file.exists() else cls()
