"""What intake knows of an order, as events tell it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal, cast

from schemas.envelope import Event
from schemas.order_intake import (
    AcceptedLine,
    LineAnswer,
    LineCancelRequested,
    LineRequested,
    OrderAccepted,
    OrderCancelSettled,
    OrderConfirmed,
    OrderEvent,
    OrderRefused,
    SettledLine,
)
from schemas.shop_answers import (
    AnswerAccepted,
    AnswerCancelSettled,
    AnswerConfirmed,
    AnswerPaymentNeeded,
    AnswerPaymentResolved,
    AnswerRefunded,
    AnswerRefused,
    AnswerRequestRefused,
    AnswerShipped,
    AnswerSuspended,
)
from schemas.values import OnRefusedLine, PaymentMethod, Reason, ShipPreference
from services.order_intake.domain import judging, reasons
from services.order_intake.domain.cancels import Ask, Cancel
from services.order_intake.domain.judging import Order, Verdict
from services.order_intake.domain.lines import Line

Request = Literal["cancel", "payment_method"]


def kept_as(answer: type[OrderEvent]) -> str:
    """The name that an answer is kept under until the confirmation."""
    return answer.TYPE.removeprefix("answer.")


HELD = {
    kept_as(answer): answer
    for answer in (
        AnswerShipped, AnswerPaymentNeeded, AnswerPaymentResolved, AnswerSuspended, AnswerRefunded
    )
}  # fmt: skip
"""Answers that wait for the confirmation; others are told by it, or need none."""


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
        on_refused_line=cast("OnRefusedLine", order.on_refused_line),
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


def request_refused(
    order_id: str, request: Request, request_id: str, found: Sequence[reasons.Reason]
) -> AnswerRequestRefused:
    """For the shop: a cancel, or a payment method, cannot be taken."""
    return AnswerRequestRefused(
        order_id=order_id,
        request=request,
        request_id=request_id,
        reasons=tuple(map(reason, judging.limited(found))),
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
    """Not one line can be served, or one cannot of an order that wants all of them."""
    found = tuple(map(reason, judging.limited(list(line_refusals(lines)))))
    yield OrderRefused(order_id=order.order_id, customer_ref=order.customer_ref, reasons=found)
    yield AnswerRefused(order_id=order.order_id, reasons=found)


def line_refusals(lines: Iterable[Line]) -> Iterator[reasons.Reason]:
    """Why each line was refused, with its name."""
    for line in lines:
        if why := line.refusal:
            named = {**why.parameters, "line_id": line.line_id, "sku": line.sku}
            yield reasons.Reason(why.code, f"{line.sku}: {why.text}", named)


def line_answer(line: Line, *, with_reason: bool) -> LineAnswer:
    """How a line stands; the reason is of what waits or was refused."""
    waits = line.waiting > 0
    why = line.refusal or line.reason
    return LineAnswer(
        line_id=line.line_id,
        sku=line.sku,
        title=line.title or "",
        quantity=line.ordered or 0,
        line_total_minor=line.total_minor or 0,
        allocated=line.allocated,
        waiting=line.waiting,
        refused=line.refused,
        cancelled=line.called_off,
        promised_on=line.promised_on if waits else None,
        promise_version=line.promise_version,
        reason=reason(why) if with_reason and why else None,
    )


def cancel_requested(ask: Ask) -> LineCancelRequested:
    """Units of a line are not wanted any more."""
    return LineCancelRequested(
        line_id=ask.line_id,
        order_id=ask.order_id,
        sku=ask.sku,
        cancel_id=ask.cancel_id,
        quantity=ask.open,
    )


def settled(
    order: Order, cancel: Cancel, asks: Sequence[Ask], lines: Sequence[Line]
) -> Iterator[Event]:
    """A cancel is answered for every unit."""
    by_id = {line.line_id: line for line in lines}
    with_reasons = judging.tells_reasons(lines)
    told = tuple(settled_line(one, by_id[one.line_id], with_reason=with_reasons) for one in asks)
    whole = all(line.comes_to_nothing for line in lines)
    yield OrderCancelSettled(
        order_id=order.order_id,
        cancel_id=cancel.cancel_id,
        customer_ref=order.customer_ref,
        cause=cancel.cause,
        lines=told,
        whole=whole,
    )
    yield AnswerCancelSettled(
        order_id=order.order_id,
        cancel_id=cancel.cancel_id,
        cause=cancel.cause,
        lines=told,
        whole=whole,
    )


def settled_line(ask: Ask, line: Line, *, with_reason: bool) -> SettledLine:
    """What became of the units that a cancel asked for."""
    return SettledLine(
        line_id=ask.line_id,
        sku=ask.sku,
        title=line.title or "",
        requested=ask.requested,
        cancelled=ask.cancelled + ask.withdrawn,
        refused=ask.refused,
        waiting=line.waiting,
        reason=reason(ask.reason) if with_reason and ask.reason else None,
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
