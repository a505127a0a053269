"""Events about one order of lamps and its lines; a test says only what it cares about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from schemas.allocation import (
    LineAllocated,
    LineBackordered,
    LineCancelAnswered,
    LinePromiseChanged,
    LineRefused,
)
from schemas.order_intake import (
    AcceptedLine,
    ContactErased,
    ContactGiven,
    LineAnswer,
    OrderAccepted,
    OrderCancelSettled,
    OrderConfirmed,
    OrderRefused,
    SettledLine,
)
from schemas.shipping import LineWithdrawalAnswered
from schemas.values import Address, Contact, PaymentMethod, Reason

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORDER = "lamps:1042"
EMAIL = "ada.moreau@mail.example"
NAME = "Ada Moreau"
BECAUSE = Reason(code="because", text="Because of the test.")
PRICE_MINOR = 2_500
FREIGHT_MINOR = 495
THE_19TH = date(2026, 3, 19)
THE_24TH = date(2026, 3, 24)


def line_id(line: str, order: str = ORDER) -> str:
    """The id of a line of an order."""
    return f"{order}:{line}"


def goods(line: str, order: str) -> dict[str, Any]:
    """What every mention of a line says."""
    return {"line_id": line_id(line, order), "sku": line.upper()}


def a_contact(order: str = ORDER, email: str = EMAIL, language: str = "en-GB") -> ContactGiven:
    """Who the customer is."""
    address = Address(lines=("14 Quai des Lumières",), city="Lyon", postal_code="69002")
    contact = Contact(
        name=NAME, email=email, language=language, time_zone="Europe/Paris", address=address
    )
    return ContactGiven(order_id=order, customer_ref="c7", contact=contact)


def an_erasure(order: str = ORDER) -> ContactErased:
    """Who the customer was is to be forgotten."""
    return ContactErased(order_id=order)


# ---- orders ------------------------------------------------------------------------------------


def an_answer(
    line: str,
    quantity: int,
    waiting: int = 0,
    refused: int = 0,
    cancelled: int = 0,
    promised_on: date | None = THE_19TH,
    order: str = ORDER,
) -> LineAnswer:
    """How a line stands at the confirmation."""
    return LineAnswer(
        **goods(line, order),
        title=f"The {line}",
        quantity=quantity,
        line_total_minor=PRICE_MINOR * quantity,
        allocated=quantity - waiting - refused - cancelled,
        waiting=waiting,
        refused=refused,
        cancelled=cancelled,
        promised_on=promised_on if waiting else None,
        promise_version=1 if waiting else 0,
    )


def total_of(lines: tuple[LineAnswer, ...]) -> int:
    """What lines and freight cost."""
    return FREIGHT_MINOR + sum(line.line_total_minor for line in lines)


def an_accepted_order(*lines: LineAnswer, order: str = ORDER) -> OrderAccepted:
    """An order as taken."""
    return OrderAccepted(
        order_id=order,
        placed_at=MONDAY,
        customer_ref="c7",
        currency="GBP",
        freight_minor=FREIGHT_MINOR,
        total_minor=total_of(lines),
        ship_preference="as_available",
        on_refused_line="drop_line",
        payment_method=PaymentMethod(method_id="m1", token="tok_good"),  # made up
        warehouses=("MAIN",),
        lines=tuple(AcceptedLine.model_validate(line.model_dump()) for line in lines),
    )


def a_confirmation(*lines: LineAnswer, order: str = ORDER) -> OrderConfirmed:
    """Every line is answered."""
    return OrderConfirmed(
        order_id=order,
        customer_ref="c7",
        currency="GBP",
        total_minor=total_of(lines),
        ship_preference="as_available",
        lines=lines,
    )


def a_refusal(text: str, order: str = ORDER) -> OrderRefused:
    """An order that is not taken."""
    reasons = (Reason(code="totals_differ", text=text),)
    return OrderRefused(order_id=order, customer_ref="c7", reasons=reasons)


# ---- lines -------------------------------------------------------------------------------------


def a_wait(
    line: str,
    quantity: int,
    *,
    granted_total: int = 0,
    requeued_total: int = 0,
    promised_on: date | None = THE_19TH,
    version: int = 1,
    decision_no: int = 1,
    reason: Reason = BECAUSE,
    order: str = ORDER,
) -> LineBackordered:
    """Units of a line wait."""
    return LineBackordered(
        order_id=order,
        **goods(line, order),
        quantity=quantity,
        granted_total=granted_total,
        requeued_total=requeued_total,
        promised_on=promised_on,
        promise_version=version,
        position=1,
        decision_no=decision_no,
        reason=reason,
    )


def a_grant(
    line: str,
    quantity: int,
    *,
    granted_total: int | None = None,
    requeued_total: int = 0,
    unfilled: int = 0,
    decision_no: int = 2,
    order: str = ORDER,
) -> LineAllocated:
    """Units of a line are there."""
    return LineAllocated(
        order_id=order,
        **goods(line, order),
        warehouse="MAIN",
        quantity=quantity,
        granted_total=quantity if granted_total is None else granted_total,
        requeued_total=requeued_total,
        unfilled=unfilled,
        source="dock",
        decision_no=decision_no,
        reason=BECAUSE,
    )


def a_refused_line(line: str, quantity: int, order: str = ORDER) -> LineRefused:
    """Units of a line will not be served."""
    return LineRefused(
        order_id=order,
        **goods(line, order),
        quantity=quantity,
        granted_total=0,
        decision_no=1,
        reason=BECAUSE,
    )


def a_new_date(
    line: str,
    promised_on: date | None,
    *,
    version: int = 2,
    waiting: int = 1,
    cause: str = "delivery_moved",
    order: str = ORDER,
) -> LinePromiseChanged:
    """A waiting line has another date."""
    reason = Reason(code="delivery_expected", text="A truck is late.", parameters={"cause": cause})
    return LinePromiseChanged(
        order_id=order,
        **goods(line, order),
        waiting=waiting,
        promised_on=promised_on,
        promise_version=version,
        reason=reason,
    )


# ---- cancels -----------------------------------------------------------------------------------


def a_cancelled_wait(
    line: str,
    cancelled: int,
    *,
    passed_on: int = 0,
    granted_total: int = 0,
    waiting: int = 0,
    decision_no: int | None = 5,
    order: str = ORDER,
) -> LineCancelAnswered:
    """Units of a line waited, and wait no more."""
    return LineCancelAnswered(
        order_id=order,
        **goods(line, order),
        cancel_id="x1",
        cancelled=cancelled,
        refused=0,
        passed_on=passed_on,
        granted_total=granted_total,
        requeued_total=0,
        waiting=waiting,
        decision_no=decision_no if cancelled else None,
    )


def a_withdrawal(
    line: str, withdrawn: int, refused: int = 0, order: str = ORDER
) -> LineWithdrawalAnswered:
    """Units of a line are taken out of parcels, or cannot be."""
    return LineWithdrawalAnswered(
        order_id=order,
        **goods(line, order),
        cancel_id="x1",
        withdrawn=withdrawn,
        refused=refused,
        forwarded=0,
        reason=None,
    )


def a_settled_line(line: str, cancelled: int, refused: int = 0, order: str = ORDER) -> SettledLine:
    """What became of the units of a line that a cancel asked for."""
    return SettledLine(
        **goods(line, order),
        title=f"The {line}",
        requested=cancelled + refused,
        cancelled=cancelled,
        refused=refused,
        reason=Reason(code="released", text="parcel already released") if refused else None,
    )


def a_cancel(
    *lines: SettledLine,
    cancel_id: str = "x1",
    cause: str = "shop",
    whole: bool = False,
    order: str = ORDER,
) -> OrderCancelSettled:
    """A cancel is answered for every unit."""
    return OrderCancelSettled.model_validate(
        {
            "order_id": order,
            "cancel_id": cancel_id,
            "customer_ref": "c7",
            "cause": cause,
            "lines": lines,
            "whole": whole,
        }
    )
