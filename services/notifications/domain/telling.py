"""What a message says at the moment of sending, or why it is not sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.notifications.domain.facts import (
    ALREADY_TOLD,
    CONTACT_ERASED,
    CONTENT_CHANGES,
    DEADLINE_PASSED,
    LATER_STAGE,
    NOTHING_TO_PAY,
    PAYMENT_OPEN,
    RESOLVED,
    WITHDRAWN,
    Facts,
    Refund,
    Row,
    Suppressed,
)
from services.notifications.domain.lines import Line
from services.notifications.domain.messages import Kind, Message
from services.notifications.domain.orders import CancelledLine, Order
from services.notifications.domain.parcels import Parcel, ParcelLine
from services.notifications.domain.standing import Standing

SUSPENDED = "suspended"
"""Allocation's word for a line that is passed over: it may come before payments' own."""

Compose = Callable[[Facts, Message, Standing], Facts | Suppressed]


def compose(message: Message, standing: Standing, now: datetime) -> Facts | Suppressed:
    """What a message says now. Only news can be suppressed: the first message never is."""
    order = standing.order
    if not order.has_contact:
        return CONTACT_ERASED
    blank = Facts(order.order_id, message.kind, now, order.currency, order.placed_at)
    return BY_KIND[message.kind](blank, message, standing)


def _confirmed(blank: Facts, _message: Message, standing: Standing) -> Facts:
    rows = tuple(standing.row(line, line.quantity or 0) for line in standing.lines)
    freight_minor = standing.order.freight_minor
    return replace(
        blank,
        rows=rows,
        freight_minor=freight_minor,
        amount_minor=freight_minor + sum(row.amount_minor for row in rows),
        ship_complete=standing.order.ship_complete,
    )


def _refused(blank: Facts, _message: Message, standing: Standing) -> Facts:
    return replace(blank, reasons=standing.order.reasons)


def _backordered(blank: Facts, _message: Message, standing: Standing) -> Facts | Suppressed:
    waits = [line for line, told in standing.told_lines() if standing.waiting(line) > told.waiting]
    if not waits:
        return _overtaken(standing)
    order = standing.order
    passed_over = order.is_unpaid and any(line.promise_cause == SUSPENDED for line in waits)
    return replace(
        blank,
        rows=tuple(standing.row(line, standing.waiting(line), line.left_cause) for line in waits),
        cause="payment_deadline" if order.is_overdue or passed_over else "",
    )


def _date_changed(blank: Facts, _message: Message, standing: Standing) -> Facts | Suppressed:
    rows = tuple(
        standing.row(line, waiting, line.promise_cause)
        for line in standing.lines
        if line.has_new_promise and (waiting := standing.waiting(line))
    )
    return replace(blank, rows=rows) if rows else _overtaken(standing)


def _overtaken(standing: Standing) -> Suppressed:
    """Why nothing of the news is left to tell."""
    news = [line for line in standing.lines if line.waits_again or line.has_new_promise]
    waits = any(standing.waiting(line) for line in news)
    return LATER_STAGE if news and not waits else ALREADY_TOLD


def _about_to_ship(blank: Facts, message: Message, standing: Standing) -> Facts | Suppressed:
    parcel = standing.parcel(message.shipment_id)
    if parcel.dispatched_at is not None:
        return LATER_STAGE
    if parcel.withdrawn:
        return WITHDRAWN
    if parcel.authorized_at is None:
        return PAYMENT_OPEN
    return CONTENT_CHANGES if standing.lags(parcel) else _with_parcel(blank, parcel)


def _payment_needed(blank: Facts, message: Message, standing: Standing) -> Facts | Suppressed:
    order = standing.order
    trouble = order.open_trouble
    if trouble is None or trouble.episode != message.episode:
        return _no_longer_needed(order, message.episode or 0)
    if blank.at >= trouble.deadline:
        return DEADLINE_PASSED
    if not standing.to_come():
        return NOTHING_TO_PAY
    for parcel in standing.parcels:
        if parcel.shipment_id == trouble.shipment_id and not parcel.withdrawn:
            blank = _with_parcel(blank, parcel)
    return replace(blank, cause=trouble.cause, deadline=trouble.deadline)


def _no_longer_needed(order: Order, episode: int) -> Suppressed:
    return RESOLVED if episode <= order.mended else DEADLINE_PASSED


def _shipped(blank: Facts, message: Message, standing: Standing) -> Facts:
    parcel = standing.parcel(message.shipment_id)
    to_come = standing.to_come()
    others = [one for one in standing.parcels if one.dispatched_at and one is not parcel]
    if to_come or any(one.told != "shipped" for one in others):
        part = "part"  # of another parcel that has left, its own message follows
    else:
        part = "rest" if others else "whole"
    return replace(
        _with_parcel(blank, parcel),
        to_come=to_come,
        part=part,
        carrier=parcel.carrier,
        tracking=parcel.tracking,
        returned_minor=parcel.returned_minor,
        some_gone=any(line.refused or line.gone for line in standing.lines),
    )


def _with_parcel(blank: Facts, parcel: Parcel) -> Facts:
    lines: Sequence[ParcelLine] = parcel.lines or ()
    goods_minor = sum(line.amount_minor for line in lines)
    charged_minor = parcel.charged_minor
    return replace(
        blank,
        rows=tuple(Row(one.line_id, one.title, one.quantity, one.amount_minor) for one in lines),
        currency=parcel.currency or blank.currency,
        freight_minor=parcel.freight_minor,
        amount_minor=goods_minor + parcel.freight_minor if charged_minor is None else charged_minor,
    )


def _cancelled(blank: Facts, message: Message, standing: Standing) -> Facts:
    cancel = standing.cancel(message.cancel_id)
    by_id = {line.line_id: line for line in standing.lines}
    rows = tuple(_cancelled_row(one, standing, by_id) for one in cancel.lines)
    nothing = not any(one.cancelled for one in cancel.lines)
    return replace(
        blank,
        rows=tuple(row for row in rows if row.quantity),
        to_come=() if cancel.whole else standing.to_come(),
        part="nothing" if nothing else "whole" if cancel.whole else "part",
        cause=cancel.cause,
    )


def _cancelled_row(one: CancelledLine, standing: Standing, lines: Mapping[str, Line]) -> Row:
    asked = one.cancelled + one.refused
    if (line := lines.get(one.line_id)) is None:
        return Row(one.line_id, one.title, asked, refused=one.refused, cause=one.reason)
    known = standing.row(line, standing.waiting(line), one.reason)
    return replace(known, title=one.title, quantity=asked, refused=one.refused)


def _refunded(blank: Facts, _message: Message, standing: Standing) -> Facts | Suppressed:
    untold = [one for one in standing.parcels if one.untold_refund_minor]
    if not untold:
        return ALREADY_TOLD
    return replace(
        blank,
        currency=untold[0].currency or blank.currency,
        amount_minor=sum(one.untold_refund_minor for one in untold),
        refunds=tuple(Refund(one.shipment_id, one.refunded_minor) for one in untold),
    )


BY_KIND: Mapping[Kind, Compose] = {
    "confirmed": _confirmed,
    "refused": _refused,
    "backordered": _backordered,
    "date_changed": _date_changed,
    "about_to_ship": _about_to_ship,
    "payment_needed": _payment_needed,
    "shipped": _shipped,
    "cancelled": _cancelled,
    "refunded": _refunded,
}
