"""Events about one order of lamps; a test says only what it cares about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from schemas.allocation import LineAllocated, LineBackordered, LinePromiseChanged, LineRefused
from schemas.order_intake import (
    AcceptedLine,
    ContactGiven,
    LineAnswer,
    OrderAccepted,
    OrderConfirmed,
    OrderRefused,
)
from schemas.payments import PaymentAuthorized, PaymentCaptured
from schemas.shipping import ShipmentDispatched, ShipmentLine, ShipmentPlanned
from schemas.values import Address, Contact, PaymentMethod, Reason

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORDER = "lamps:1042"
EMAIL = "ada.moreau@mail.example"
NAME = "Ada Moreau"
BECAUSE = Reason(code="because", text="Because of the test.")
PRICE_MINOR = 2_500
THE_19TH = date(2026, 3, 19)
THE_24TH = date(2026, 3, 24)


def line_id(line: str, order: str = ORDER) -> str:
    """The id of a line of an order."""
    return f"{order}:{line}"


def a_contact(order: str = ORDER, email: str = EMAIL, language: str = "en-GB") -> ContactGiven:
    """Who the customer is."""
    address = Address(lines=("14 Quai des Lumières",), city="Lyon", postal_code="69002")
    contact = Contact(
        name=NAME, email=email, language=language, time_zone="Europe/Paris", address=address
    )
    return ContactGiven(order_id=order, customer_ref="c7", contact=contact)


def an_answer(
    line: str,
    quantity: int,
    waiting: int = 0,
    refused: int = 0,
    promised_on: date | None = THE_19TH,
    order: str = ORDER,
) -> LineAnswer:
    """How a line stands at the confirmation."""
    return LineAnswer(
        line_id=line_id(line, order),
        sku=line.upper(),
        title=f"The {line}",
        quantity=quantity,
        line_total_minor=PRICE_MINOR * quantity,
        allocated=quantity - waiting - refused,
        waiting=waiting,
        refused=refused,
        promised_on=promised_on if waiting else None,
        promise_version=1 if waiting else 0,
        reason=None,
    )


def an_accepted_order(*lines: LineAnswer, order: str = ORDER) -> OrderAccepted:
    """An order as taken."""
    return OrderAccepted(
        order_id=order,
        placed_at=MONDAY,
        customer_ref="c7",
        currency="GBP",
        freight_minor=495,
        total_minor=495 + sum(line.line_total_minor for line in lines),
        ship_preference="as_available",
        on_refused_line="drop_line",
        payment_method=PaymentMethod(method_id="m1", token="tok_good"),  # made up
        warehouses=("MAIN",),
        lines=tuple(
            AcceptedLine(
                line_id=line.line_id,
                sku=line.sku,
                title=line.title,
                quantity=line.quantity,
                line_total_minor=line.line_total_minor,
            )
            for line in lines
        ),
    )


def a_confirmation(*lines: LineAnswer, order: str = ORDER) -> OrderConfirmed:
    """Every line is answered."""
    return OrderConfirmed(
        order_id=order,
        customer_ref="c7",
        currency="GBP",
        total_minor=495 + sum(line.line_total_minor for line in lines),
        ship_preference="as_available",
        lines=lines,
    )


def a_refusal(text: str, order: str = ORDER) -> OrderRefused:
    """An order that is not taken."""
    return OrderRefused(
        order_id=order, customer_ref="c7", reasons=(Reason(code="totals_differ", text=text),)
    )


def a_wait(
    line: str,
    quantity: int,
    *,
    granted_total: int = 0,
    promised_on: date | None = THE_19TH,
    version: int = 1,
    decision_no: int = 1,
    order: str = ORDER,
) -> LineBackordered:
    """Units of a line wait."""
    return LineBackordered(
        order_id=order,
        line_id=line_id(line, order),
        sku=line.upper(),
        quantity=quantity,
        granted_total=granted_total,
        promised_on=promised_on,
        promise_version=version,
        position=1,
        decision_no=decision_no,
        reason=BECAUSE,
    )


def a_grant(
    line: str,
    quantity: int,
    *,
    granted_total: int | None = None,
    unfilled: int = 0,
    decision_no: int = 2,
    order: str = ORDER,
) -> LineAllocated:
    """Units of a line are there."""
    return LineAllocated(
        order_id=order,
        line_id=line_id(line, order),
        sku=line.upper(),
        warehouse="MAIN",
        quantity=quantity,
        granted_total=quantity if granted_total is None else granted_total,
        unfilled=unfilled,
        source="dock",
        decision_no=decision_no,
        reason=BECAUSE,
    )


def a_refused_line(line: str, quantity: int, order: str = ORDER) -> LineRefused:
    """Units of a line will not be served."""
    return LineRefused(
        order_id=order,
        line_id=line_id(line, order),
        sku=line.upper(),
        quantity=quantity,
        granted_total=0,
        decision_no=1,
        reason=BECAUSE,
    )


def a_new_date(
    line: str, promised_on: date | None, *, version: int = 2, waiting: int = 1, order: str = ORDER
) -> LinePromiseChanged:
    """A waiting line has another date."""
    return LinePromiseChanged(
        order_id=order,
        line_id=line_id(line, order),
        sku=line.upper(),
        waiting=waiting,
        promised_on=promised_on,
        promise_version=version,
        reason=BECAUSE,
    )


def contents(units: dict[str, int], order: str = ORDER) -> tuple[ShipmentLine, ...]:
    """What is in a parcel, by line."""
    return tuple(
        ShipmentLine(
            line_id=line_id(line, order),
            sku=line.upper(),
            title=f"The {line}",
            quantity=quantity,
            amount_minor=PRICE_MINOR * quantity,
        )
        for line, quantity in units.items()
    )


def a_plan(n: int = 1, order: str = ORDER, freight_minor: int = 0, **units: int) -> ShipmentPlanned:
    """A parcel is fixed."""
    goods = sum(line.amount_minor for line in contents(units, order))
    return ShipmentPlanned(
        order_id=order,
        shipment_id=f"{order}/{n}",
        warehouse="MAIN",
        currency="GBP",
        amount_minor=goods + freight_minor,
        freight_minor=freight_minor,
        version=1,
        planned_at=MONDAY,
        lines=contents(units, order),
    )


def an_authorization(
    n: int = 1, amount_minor: int = PRICE_MINOR, order: str = ORDER
) -> PaymentAuthorized:
    """The parcel's amount is reserved."""
    return PaymentAuthorized(
        order_id=order,
        shipment_id=f"{order}/{n}",
        amount_minor=amount_minor,
        currency="GBP",
        authorized_at=MONDAY,
        valid_until=MONDAY + timedelta(days=7),
    )


def a_capture(n: int = 1, amount_minor: int = PRICE_MINOR, order: str = ORDER) -> PaymentCaptured:
    """The parcel's amount was taken."""
    return PaymentCaptured(
        order_id=order,
        shipment_id=f"{order}/{n}",
        version=1,
        amount_minor=amount_minor,
        currency="GBP",
        captured_at=MONDAY,
        provider="standin",
        provider_ref="ch_1",
    )


def a_dispatch(
    n: int = 1, order: str = ORDER, *, complete: bool = True, **units: int
) -> ShipmentDispatched:
    """The parcel left the dock."""
    return ShipmentDispatched(
        order_id=order,
        shipment_id=f"{order}/{n}",
        warehouse="MAIN",
        carrier="Swift Post",
        tracking="SP-471",
        dispatched_at=MONDAY,
        complete=complete,
        lines=contents(units, order),
    )
