"""What a message says at the moment of sending, or why it is not sent; what is told afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from services.notifications.domain.lines import Line, Told
from services.notifications.domain.orders import Kind, Message, Order, Parcel, ParcelLine


@dataclass(frozen=True)
class Row:
    """One line in a message: ``quantity`` units, of which ``waiting`` wait until ``promised_on``."""

    line_id: str
    title: str
    quantity: int
    amount_minor: int = 0
    waiting: int = 0
    refused: int = 0
    promised_on: date | None = None
    promise_version: int = 0
    told_on: date | None = None
    """The date that the customer was told before."""


@dataclass(frozen=True)
class Facts:
    """All that a message says, without anything personal."""

    order_id: str
    kind: Kind
    at: datetime
    """Business time at which this was the truth."""
    currency: str = ""
    placed_at: datetime | None = None
    rows: tuple[Row, ...] = ()
    to_come: tuple[Row, ...] = ()
    """For "shipped": what has not left yet."""
    freight_minor: int = 0
    amount_minor: int = 0
    ship_complete: bool = False
    carrier: str = ""
    tracking: str = ""
    part: Literal["whole", "part", "rest"] = "whole"
    """Whether the parcel is all of the order, a part of it, or what was still missing."""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suppressed:
    """Why a message is not sent."""

    code: Literal["later_stage", "already_told"]
    text: str


LATER_STAGE = Suppressed(
    "later_stage", "All its units have reached a later stage; the message of that stage tells it."
)
ALREADY_TOLD = Suppressed("already_told", "A newer message has told how these units stand.")


@dataclass(frozen=True)
class Standing:
    """An order with all of its lines and parcels, as they stand."""

    order: Order
    lines: Sequence[Line]
    parcels: Sequence[Parcel]

    def waiting(self, line: Line) -> int:
        """Units of a line that wait: none that is in a parcel does."""
        return line.waiting_beside(sum(parcel.quantity_of(line.line_id) for parcel in self.parcels))

    def parcel(self, shipment_id: str | None) -> Parcel:
        """One of its parcels. Raises ``LookupError`` for a message without its parcel."""
        for parcel in self.parcels:
            if parcel.shipment_id == shipment_id:
                return parcel
        raise LookupError(f"shipment {shipment_id} of order {self.order.order_id} is not here")


def compose(message: Message, standing: Standing, now: datetime) -> Facts | Suppressed:
    """What a message says now. Only news can be suppressed: the first message never is."""
    blank = Facts(
        message.order_id, message.kind, now, standing.order.currency, standing.order.placed_at
    )
    match message.kind:
        case "confirmed":
            return _confirmed(blank, standing)
        case "refused":
            return replace(blank, reasons=standing.order.reasons)
        case "backordered":
            return _backordered(blank, standing)
        case "date_changed":
            return _date_changed(blank, standing)
        case "about_to_ship":
            return _about_to_ship(blank, standing.parcel(message.shipment_id))
        case "shipped":
            return _shipped(blank, standing, standing.parcel(message.shipment_id))


def _confirmed(blank: Facts, standing: Standing) -> Facts:
    rows = tuple(_row(line, line.quantity or 0, standing) for line in standing.lines)
    freight_minor = standing.order.freight_minor
    return replace(
        blank,
        rows=rows,
        freight_minor=freight_minor,
        amount_minor=freight_minor + sum(row.amount_minor for row in rows),
        ship_complete=standing.order.ship_complete,
    )


def _backordered(blank: Facts, standing: Standing) -> Facts | Suppressed:
    rows = tuple(
        _row(line, waiting, standing)
        for line, told in _told(standing.lines)
        if (waiting := standing.waiting(line)) > told.waiting
    )
    return replace(blank, rows=rows) if rows else _overtaken(standing)


def _date_changed(blank: Facts, standing: Standing) -> Facts | Suppressed:
    rows = tuple(
        _row(line, waiting, standing)
        for line, told in _told(standing.lines)
        if (waiting := standing.waiting(line))
        and line.promise_version > told.promise_version
        and line.promised_on != told.promised_on
    )
    return replace(blank, rows=rows) if rows else _overtaken(standing)


def _about_to_ship(blank: Facts, parcel: Parcel) -> Facts | Suppressed:
    return LATER_STAGE if parcel.dispatched_at is not None else _with_parcel(blank, parcel)


def _shipped(blank: Facts, standing: Standing, parcel: Parcel) -> Facts:
    gone = [one for one in standing.parcels if one.dispatched_at is not None]
    to_come = tuple(
        _row(line, left, standing)
        for line in standing.lines
        if (left := line.wanted - sum(one.quantity_of(line.line_id) for one in gone)) > 0
    )
    earlier = any(one.told == "shipped" for one in gone if one is not parcel)
    part = "part" if to_come else "rest" if earlier else "whole"
    if not to_come and any(one.told != "shipped" for one in gone if one is not parcel):
        part = "part"  # another parcel has left too; its own message follows
    return replace(
        _with_parcel(blank, parcel),
        to_come=to_come,
        part=part,
        carrier=parcel.carrier,
        tracking=parcel.tracking,
    )


def _overtaken(standing: Standing) -> Suppressed:
    """Why nothing of the news is left to tell."""
    waits = any(standing.waiting(line) for line, _ in _told(standing.lines) if line.is_news())
    news = any(line.is_news() for line in standing.lines)
    return LATER_STAGE if news and not waits else ALREADY_TOLD


def _told(lines: Iterable[Line]) -> Iterable[tuple[Line, Told]]:
    return ((line, line.told) for line in lines if line.told is not None)


def _row(line: Line, quantity: int, standing: Standing) -> Row:
    return Row(
        line.line_id, line.title, quantity, line.amount_minor(),
        min(quantity, standing.waiting(line)), line.refused, line.promised_on,
        line.promise_version, line.told.promised_on if line.told else None,
    )  # fmt: skip


def _with_parcel(blank: Facts, parcel: Parcel) -> Facts:
    lines: Sequence[ParcelLine] = parcel.lines or ()
    goods_minor = sum(line.amount_minor for line in lines)
    return replace(
        blank,
        rows=tuple(Row(one.line_id, one.title, one.quantity, one.amount_minor) for one in lines),
        currency=parcel.currency or blank.currency,
        freight_minor=parcel.freight_minor,
        amount_minor=goods_minor + parcel.freight_minor
        if parcel.amount_minor is None
        else parcel.amount_minor,
    )


def lines_after(facts: Facts, lines: Mapping[str, Line], parcel: Parcel | None) -> list[Line]:
    """The lines whose customer now knows something else than before."""
    told = {line_id: line.told for line_id, line in lines.items() if line.told is not None}
    before = dict(told)
    for row in facts.rows:
        if (known := told.get(row.line_id)) is not None:
            told[row.line_id] = _after_row(facts.kind, row, known, parcel)
    for row in facts.to_come:
        if (known := told.get(row.line_id)) is not None:
            told[row.line_id] = known.standing(row.waiting, row.promised_on, row.promise_version)
    return [
        replace(lines[line_id], told=known)
        for line_id, known in told.items()
        if known != before[line_id]
    ]


def _after_row(kind: Kind, row: Row, told: Told, parcel: Parcel | None) -> Told:
    match kind:
        case "about_to_ship":
            return told.announcing(row.quantity)
        case "shipped":
            was_announced = parcel is not None and parcel.told == "announced"
            return told.shipping(row.quantity, was_announced=was_announced)
        case _:
            return told.standing(row.waiting, row.promised_on, row.promise_version)


def parcel_after(facts: Facts, parcel: Parcel) -> Parcel:
    """The parcel, once its message was sent."""
    return replace(parcel, told="shipped" if facts.kind == "shipped" else "announced")
