"""Facts as order intake hears them; what a test does not care about is filled in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from schemas.allocation import (
    LineAllocated,
    LineBackordered,
    LineCancelAnswered,
    LinePromiseChanged,
    LineRefused,
)
from schemas.envelope import Event
from schemas.payments import (
    PaymentDeadlinePassed,
    PaymentMethodVerified,
    PaymentNeedsCustomer,
    PaymentRefunded,
    PaymentResolved,
)
from schemas.shipping import LineWithdrawalAnswered, ShipmentDispatched, ShipmentLine
from schemas.shops import (
    CancelledLine,
    OrderCancelRequested,
    OrderedLine,
    OrderPaymentMethodGiven,
    OrderPlaced,
    ProductListed,
)
from schemas.values import Contact, PaymentMethod, Reason
from tests.harness import START

ORDER = "acme:1001"
SOON = date(2026, 3, 9)
LATER = date(2026, 3, 23)


def a_product(sku: str = "LAMP", revision: int = 1, **fields: Any) -> ProductListed:
    """A product, sold without limit."""
    return ProductListed(sku=sku, revision=revision, title=f"{sku} of brass", **fields)


def a_line(sku: str = "LAMP", quantity: int = 1, **fields: Any) -> OrderedLine:
    """A line at 20.00 a unit."""
    return OrderedLine.model_validate(
        {"sku": sku, "quantity": quantity, "unit_price_minor": 2_000, **fields}
    )


def an_order(*lines: OrderedLine, order_id: str = ORDER, **fields: Any) -> OrderPlaced:
    """An order of Ada's, its total as its lines add up."""
    total = sum(line.quantity * line.unit_price_minor - line.discount_minor for line in lines)
    contact = Contact(name="Ada Byron", email="ada@example.invalid")
    defaults: dict[str, Any] = {
        "order_id": order_id,
        "placed_at": START,
        "currency": "GBP",
        "customer_ref": "c17",
        "contact": contact,
        "lines": lines,
        "total_minor": total,
        "payment_method": PaymentMethod(method_id="m1", token="tok_works"),
    }
    return OrderPlaced.model_validate({**defaults, **fields})


def line_id(line: int | str, order_id: str = ORDER) -> str:
    """The id of an order's line."""
    return f"{order_id}:{line}"


def why(code: str = "in_stock") -> Reason:
    """A reason of allocation."""
    return Reason(code=code, text=f"because of {code}")


def granted(
    line: int | str = 1, quantity: int = 1, total: int | None = None, unfilled: int = 0,
    order_id: str = ORDER, sku: str = "LAMP", requeued: int = 0,
) -> LineAllocated:  # fmt: skip
    """Units are there."""
    return LineAllocated(
        order_id=order_id,
        line_id=line_id(line, order_id),
        sku=sku,
        warehouse="MAIN",
        quantity=quantity,
        granted_total=total or quantity,
        unfilled=unfilled,
        requeued_total=requeued,
        source="shelf",
        decision_no=1,
        reason=why(),
    )


def waits(
    line: int | str = 1, quantity: int = 1, promised_on: date | None = SOON, version: int = 1,
    granted_total: int = 0, order_id: str = ORDER, sku: str = "LAMP", requeued: int = 0,
) -> LineBackordered:  # fmt: skip
    """Units wait."""
    return LineBackordered(
        order_id=order_id,
        line_id=line_id(line, order_id),
        sku=sku,
        quantity=quantity,
        granted_total=granted_total,
        requeued_total=requeued,
        promised_on=promised_on,
        promise_version=version,
        position=1,
        decision_no=1,
        reason=why("delivery_expected"),
    )


def turned_down(
    line: int | str = 1, quantity: int = 1, order_id: str = ORDER, sku: str = "LAMP"
) -> LineRefused:
    """Units will not come."""
    return LineRefused(
        order_id=order_id,
        line_id=line_id(line, order_id),
        sku=sku,
        quantity=quantity,
        granted_total=0,
        decision_no=1,
        reason=why("over_limit"),
    )


def moved(
    line: int | str = 1, promised_on: date | None = LATER, version: int = 2, waiting: int = 1
) -> LinePromiseChanged:
    """A waiting line has another date."""
    return LinePromiseChanged(
        order_id=ORDER,
        line_id=line_id(line),
        sku="LAMP",
        waiting=waiting,
        promised_on=promised_on,
        promise_version=version,
        reason=why("delivery_expected"),
    )


def dispatched(
    units: Sequence[tuple[int | str, int]] = ((1, 1),), n: int = 1, complete: bool = True
) -> ShipmentDispatched:
    """A parcel left."""
    return ShipmentDispatched(
        order_id=ORDER,
        shipment_id=f"{ORDER}/{n}",
        warehouse="MAIN",
        carrier="Coach",
        tracking="C-42",
        dispatched_at=datetime(2026, 3, 10, tzinfo=UTC),
        complete=complete,
        lines=tuple(
            ShipmentLine(
                line_id=line_id(line), sku="LAMP", title="Lamp", quantity=quantity, amount_minor=1
            )
            for line, quantity in units
        ),
    )


def a_cancel(
    *lines: tuple[int | str, int | None], cancel_id: str = "c1", order_id: str = ORDER
) -> OrderCancelRequested:
    """Units are not wanted any more; without lines, the whole order."""
    return OrderCancelRequested(
        order_id=order_id,
        cancel_id=cancel_id,
        lines=tuple(CancelledLine(line=str(line), quantity=units) for line, units in lines),
        requested_at=START,
    )


def called_back(
    line: int | str = 1, cancelled: int = 0, passed_on: int = 0, refused: int = 0,
    granted_total: int = 0, cancel_id: str = "c1", order_id: str = ORDER, sku: str = "LAMP",
    requeued: int = 0, waiting: int = 0,
) -> LineCancelAnswered:  # fmt: skip
    """Allocation answers a cancel."""
    return LineCancelAnswered(
        order_id=order_id,
        line_id=line_id(line, order_id),
        sku=sku,
        cancel_id=cancel_id,
        cancelled=cancelled,
        refused=refused,
        passed_on=passed_on,
        granted_total=granted_total,
        requeued_total=requeued,
        waiting=waiting,
        decision_no=2 if cancelled else None,
    )


def taken_out(
    line: int | str = 1, withdrawn: int = 0, refused: int = 0, forwarded: int = 0,
    cancel_id: str = "c1", order_id: str = ORDER,
) -> LineWithdrawalAnswered:  # fmt: skip
    """Shipping answers a cancel that was passed on."""
    return LineWithdrawalAnswered(
        order_id=order_id,
        line_id=line_id(line, order_id),
        sku="LAMP",
        cancel_id=cancel_id,
        withdrawn=withdrawn,
        refused=refused,
        forwarded=forwarded,
        reason=why("released") if refused else None,
    )


def a_method(method_id: str = "m2", order_id: str = ORDER) -> OrderPaymentMethodGiven:
    """The customer gave another card."""
    return OrderPaymentMethodGiven(
        order_id=order_id, method_id=method_id, token=f"tok_{method_id}", given_at=START
    )


def payment_trouble(order_id: str = ORDER, episode: int = 1) -> PaymentNeedsCustomer:
    """The card was declined."""
    return PaymentNeedsCustomer(
        order_id=order_id,
        shipment_id=None,
        cause="method_refused",
        reason=why("method_refused"),
        episode=episode,
        deadline=datetime(2026, 3, 5, tzinfo=UTC),
    )


def deadline_passed(episode: int = 1) -> PaymentDeadlinePassed:
    """Nothing came of it."""
    return PaymentDeadlinePassed(
        order_id=ORDER, episode=episode, shipment_ids=(), passed_at=datetime(2026, 3, 5, tzinfo=UTC)
    )


def verified(episode: int = 1) -> PaymentMethodVerified:
    """A method works."""
    return PaymentMethodVerified(order_id=ORDER, method_id=f"m{episode}", episode=episode)


def resolved(episode: int = 1) -> PaymentResolved:
    """The card works after all."""
    return PaymentResolved(order_id=ORDER, episode=episode)


def refunded(amount_minor: int = 500, total_minor: int = 500) -> PaymentRefunded:
    """Money went back."""
    return PaymentRefunded(
        order_id=ORDER, shipment_id=f"{ORDER}/1", amount_minor=amount_minor,
        refunded_total_minor=total_minor, currency="GBP", refunded_at=START, provider="standin",
        provider_ref="re_1",
    )  # fmt: skip


def kinds(events: list[Event]) -> list[str]:
    """The names of events, in order."""
    return [type(event).__name__ for event in events]
