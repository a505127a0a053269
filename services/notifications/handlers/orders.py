"""Orders: the confirmation or the refusal is the first message of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from schemas.order_intake import (
    LineAnswer,
    OrderAccepted,
    OrderConfirmed,
    OrderRefused,
)
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.notifications import store
from services.notifications.domain.lines import Answer, Line
from services.notifications.domain.orders import Policy
from services.notifications.handlers.due import tell


@hears(OrderAccepted)
async def take_orders(accepted: Sequence[OrderAccepted], tx: Transaction[Policy]) -> None:
    """Keep what the confirmation will need and does not carry."""
    orders = await store.lock_orders(tx, {event.order_id for event in accepted})
    changed = {
        event.order_id: replace(
            orders[event.order_id],
            placed_at=event.placed_at,
            currency=event.currency,
            freight_minor=event.freight_minor,
        )
        for event in accepted
    }
    await store.record_orders(tx, changed.values(), orders)


@hears(OrderRefused)
async def tell_refusals(refused: Sequence[OrderRefused], tx: Transaction[Policy]) -> None:
    """Tell at once why an order is not taken."""
    orders = await store.lock_orders(tx, {event.order_id for event in refused})
    changed = {
        event.order_id: replace(
            orders[event.order_id],
            state="refused",
            opened=False,
            reasons=tuple(reason.text for reason in event.reasons),
        )
        for event in refused
    }
    await tell(tx, changed.values(), before=orders)


@hears(OrderConfirmed)
async def tell_confirmations(confirmed: Sequence[OrderConfirmed], tx: Transaction[Policy]) -> None:
    """Tell at once what is there, what waits and until when; then what had to wait for this."""
    orders = await store.lock_orders(tx, {event.order_id for event in confirmed})
    lines = await store.lines(tx, [line.line_id for event in confirmed for line in event.lines])
    await store.record_lines(tx, [line for event in confirmed for line in answered(event, lines)])
    changed = [
        replace(
            orders[event.order_id],
            state="confirmed",
            opened=False,
            currency=event.currency,
            ship_complete=event.ship_preference == "complete",
        )
        for event in confirmed
    ]
    await tell(tx, changed, before=orders)


def answered(event: OrderConfirmed, lines: Mapping[str, Line]) -> list[Line]:
    """The lines of a confirmation, merged with what allocation has told of them."""
    return [
        (lines.get(answer.line_id) or Line(answer.line_id, event.order_id, answer.sku)).confirmed(
            answer_of(answer), ordinal
        )
        for ordinal, answer in enumerate(event.lines, start=1)
    ]


def answer_of(line: LineAnswer) -> Answer:
    """A line of a confirmation in the domain's words."""
    return Answer(
        line.line_id, line.sku, line.title, line.quantity, line.line_total_minor, line.allocated,
        line.waiting, line.refused, line.cancelled, line.promised_on, line.promise_version,
    )  # fmt: skip
