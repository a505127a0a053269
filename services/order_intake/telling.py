"""What intake knows of an order, as events tell it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from schemas.envelope import Event
from schemas.order_intake import (
    AcceptedLine,
    LineAnswer,
    LineRequested,
    OrderAccepted,
    OrderConfirmed,
    OrderRefused,
)
from schemas.shop_answers import (
    AnswerAccepted,
    AnswerConfirmed,
    AnswerPaymentNeeded,
    AnswerRefused,
    AnswerShipped,
)
from schemas.values import PaymentMethod, Reason, ShipPreference
from services.order_intake.domain import judging, reasons
from services.order_intake.domain.judging import Order, Verdict
from services.order_intake.domain.lines import Line

HELD = {"shipped": AnswerShipped, "payment_needed": AnswerPaymentNeeded}
"""Answers that wait for the confirmation, by the name they are kept under."""


def accepted(verdict: Verdict) -> Iterator[Event]:
    """An order is taken: for everybody, for the shop, and a request per line.

    A line dropped already is told with the confirmation: nobody need wait for its units.
    """
    order = verdict.order
    wanted = [line for line in verdict.lines if not line.refused]
    lines = tuple(accepted_line(line) for line in wanted)
    yield OrderAccepted(
        order_id=order.order_id,
        placed_at=order.placed_at,
        customer_ref=order.customer_ref,
        currency=order.currency,
        freight_minor=order.freight_minor,
        total_minor=order.total_minor,
        ship_preference=preference(order),
        on_refused_line="drop_line",
        payment_method=PaymentMethod(method_id=order.method_id, token=order.method_token),
        warehouses=order.warehouses,
        lines=lines,
    )
    yield AnswerAccepted(
        order_id=order.order_id, currency=order.currency, total_minor=order.total_minor, lines=lines
    )
    for line in wanted:
        yield requested(order, line)


def accepted_line(line: Line) -> AcceptedLine:
    """A line as taken."""
    return AcceptedLine(
        line_id=line.line_id,
        sku=line.sku,
        title=line.title or "",
        quantity=line.ordered or 0,
        line_total_minor=line.total_minor or 0,
    )


def requested(order: Order, line: Line) -> LineRequested:
    """The demand of a line."""
    return LineRequested(
        line_id=line.line_id,
        order_id=order.order_id,
        sku=line.sku,
        quantity=line.ordered or 0,
        placed_at=order.placed_at,
        priority_class=order.priority_class,
        warehouses=order.warehouses,
    )


def not_taken(verdict: Verdict) -> AnswerRefused:
    """For the shop alone: no other service has heard of the order."""
    return AnswerRefused(
        order_id=verdict.order.order_id, reasons=tuple(map(reason, verdict.reasons))
    )


def confirmed(order: Order, lines: Sequence[Line]) -> Iterator[Event]:
    """Every line is answered."""
    with_reasons = judging.tells_reasons(lines)
    answers = tuple(line_answer(line, with_reason=with_reasons) for line in lines)
    yield OrderConfirmed(
        order_id=order.order_id,
        customer_ref=order.customer_ref,
        currency=order.currency,
        total_minor=order.total_minor,
        ship_preference=preference(order),
        lines=answers,
    )
    yield AnswerConfirmed(
        order_id=order.order_id,
        currency=order.currency,
        total_minor=order.total_minor,
        lines=answers,
    )


def refused(order: Order, lines: Sequence[Line]) -> Iterator[Event]:
    """Not one line can be served."""
    found = tuple(map(reason, judging.limited(list(line_refusals(lines)))))
    yield OrderRefused(order_id=order.order_id, customer_ref=order.customer_ref, reasons=found)
    yield AnswerRefused(order_id=order.order_id, reasons=found)


def line_refusals(lines: Iterable[Line]) -> Iterator[reasons.Reason]:
    """Why each line was refused, with its name."""
    for line in lines:
        if why := line.reason:
            named = {**why.parameters, "line_id": line.line_id, "sku": line.sku}
            yield reasons.Reason(why.code, f"{line.sku}: {why.text}", named)


def line_answer(line: Line, *, with_reason: bool) -> LineAnswer:
    """How a line stands; the reason is of what waits or was refused."""
    waits = line.waiting > 0
    return LineAnswer(
        line_id=line.line_id,
        sku=line.sku,
        title=line.title or "",
        quantity=line.ordered or 0,
        line_total_minor=line.total_minor or 0,
        allocated=line.allocated,
        waiting=line.waiting,
        refused=line.refused,
        promised_on=line.promised_on if waits else None,
        promise_version=line.promise_version,
        reason=reason(line.reason) if with_reason and line.reason else None,
    )


def reason(why: reasons.Reason) -> Reason:
    """A reason as events tell it."""
    return Reason(code=why.code, text=why.text, parameters=dict(why.parameters))


def preference(order: Order) -> ShipPreference:
    """As it was checked when the order came in."""
    return cast("ShipPreference", order.ship_preference)


def held(kind: str, answer: dict[str, Any]) -> Event:
    """An answer that was kept until the confirmation."""
    return HELD[kind].model_validate(answer)
