"""Events around one order of a lamp shop, filled in where a test does not care."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.allocation import LineAllocated, LineCancelAnswered, LineRefused
from schemas.order_intake import (
    AcceptedLine,
    LineAnswer,
    OrderAccepted,
    OrderConfirmed,
    OrderRefused,
)
from schemas.payments import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDeadlinePassed,
    PaymentMethodVerified,
    PaymentResolved,
)
from schemas.shipping import ShipmentPlanned
from schemas.values import PaymentMethod, Reason
from schemas.warehouses import PackedLine, ParcelDamaged, ParcelDispatched, ParcelPacked

ORDER = "lamps:1001"
MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CUT_OFF = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
DAY = timedelta(days=1)

Lines = Mapping[str, tuple[int, int]]
"""Quantity and total by the line's name; its SKU is the name in capitals."""


def an_order(order_id: str = ORDER, lines: Lines | None = None, **given: Any) -> OrderAccepted:
    """An accepted order: three lamps for 10.00 and a shade for 5.01, freight 4.95."""
    wanted = {"lamp": (3, 1000), "shade": (1, 501)} if lines is None else lines
    freight = given.pop("freight_minor", 495)
    fields: dict[str, Any] = {
        "order_id": order_id,
        "placed_at": MORNING,
        "customer_ref": "ann",
        "currency": "GBP",
        "freight_minor": freight,
        "total_minor": freight + sum(total for _, total in wanted.values()),
        "ship_preference": "as_available",
        "on_refused_line": "drop_line",
        "payment_method": PaymentMethod(method_id="m1", token="tok_works"),
        "warehouses": (),
        "lines": tuple(
            AcceptedLine(
                line_id=f"{order_id}:{name}",
                sku=name.upper(),
                title=f"A {name}",
                quantity=quantity,
                line_total_minor=total,
            )
            for name, (quantity, total) in wanted.items()
        ),
    }
    return OrderAccepted(**fields | given)


def confirmed(order: OrderAccepted) -> OrderConfirmed:
    """Every line answered; shipping counts units by itself."""
    return OrderConfirmed(
        order_id=order.order_id,
        customer_ref=order.customer_ref,
        currency=order.currency,
        total_minor=order.total_minor,
        ship_preference=order.ship_preference,
        lines=tuple(
            LineAnswer(
                line_id=line.line_id,
                sku=line.sku,
                title=line.title,
                quantity=line.quantity,
                line_total_minor=line.line_total_minor,
                allocated=line.quantity,
                waiting=0,
                refused=0,
            )
            for line in order.lines
        ),
    )


def refused(order_id: str = ORDER) -> OrderRefused:
    """Nothing of the order will be served."""
    return OrderRefused(order_id=order_id, customer_ref="ann", reasons=(a_reason(),))


def granted(
    line: str, quantity: int, order_id: str = ORDER, warehouse: str = "MAIN"
) -> LineAllocated:
    """Units for a line from one warehouse."""
    return LineAllocated(
        order_id=order_id,
        line_id=f"{order_id}:{line}",
        sku=line.upper(),
        warehouse=warehouse,
        quantity=quantity,
        granted_total=quantity,
        unfilled=0,
        source="shelf",
        decision_no=1,
        reason=a_reason(),
    )


def line_refused(line: str, quantity: int, order_id: str = ORDER) -> LineRefused:
    """Units of a line that will not come."""
    return LineRefused(
        order_id=order_id,
        line_id=f"{order_id}:{line}",
        sku=line.upper(),
        quantity=quantity,
        granted_total=0,
        decision_no=1,
        reason=a_reason(),
    )


def cancelled(line: str, passed_on: int = 0, **given: Any) -> LineCancelAnswered:
    """Allocation's answer to a cancel: units passed on, and perhaps some that waited."""
    order_id = given.pop("order_id", ORDER)
    fields: dict[str, Any] = {
        "order_id": order_id,
        "line_id": f"{order_id}:{line}",
        "sku": line.upper(),
        "cancel_id": "c1",
        "cancelled": 0,
        "refused": 0,
        "passed_on": passed_on,
        "granted_total": passed_on,
        "requeued_total": 0,
        "waiting": 0,
        "decision_no": 7,
    }
    return LineCancelAnswered(**fields | given)


def verified(
    order_id: str = ORDER, method_id: str = "m1", episode: int = 0
) -> PaymentMethodVerified:
    """The payment method works."""
    return PaymentMethodVerified(order_id=order_id, method_id=method_id, episode=episode)


def deadline_passed(*shipment_ids: str, episode: int = 1) -> PaymentDeadlinePassed:
    """The customer did not act in time."""
    return PaymentDeadlinePassed(
        order_id=ORDER, episode=episode, shipment_ids=shipment_ids, passed_at=MORNING
    )


def resolved(episode: int = 1) -> PaymentResolved:
    """The same card works after all."""
    return PaymentResolved(order_id=ORDER, episode=episode)


def authorized(shipment: ShipmentPlanned) -> PaymentAuthorized:
    """The shipment's amount is reserved."""
    return PaymentAuthorized(
        order_id=shipment.order_id,
        shipment_id=shipment.shipment_id,
        amount_minor=shipment.amount_minor,
        currency=shipment.currency,
        authorized_at=MORNING,
        valid_until=MORNING + 7 * DAY,
    )


def captured(shipment: ShipmentPlanned, **given: Any) -> PaymentCaptured:
    """The shipment's amount is taken."""
    fields: dict[str, Any] = {
        "order_id": shipment.order_id,
        "shipment_id": shipment.shipment_id,
        "version": shipment.version,
        "amount_minor": shipment.amount_minor,
        "currency": shipment.currency,
        "captured_at": MORNING,
        "provider": "stand-in",
        "provider_ref": "ch_1",
    }
    return PaymentCaptured(**fields | given)


def packed(shipment: ShipmentPlanned, scan_id: str = "p1", **given: Any) -> ParcelPacked:
    """The dock packed exactly what was planned."""
    fields: dict[str, Any] = {
        "warehouse": shipment.warehouse,
        "scan_id": scan_id,
        "shipment_id": shipment.shipment_id,
        "version": shipment.version,
        "lines": tuple(
            PackedLine(line_id=line.line_id, quantity=line.quantity) for line in shipment.lines
        ),
        "packed_at": MORNING,
    }
    return ParcelPacked(**fields | given)


def holding(shipment: ShipmentPlanned, scan_id: str = "p1", **units: int) -> ParcelPacked:
    """The dock packed these units, by line name."""
    lines = tuple(
        PackedLine(line_id=f"{shipment.order_id}:{name}", quantity=quantity)
        for name, quantity in units.items()
    )
    return packed(shipment, scan_id, lines=lines)


def damaged(shipment_id: str, scan_id: str = "b1", **units: int) -> ParcelDamaged:
    """The dock found these units broken, by line name."""
    order_id = shipment_id.rpartition("/")[0]
    return ParcelDamaged(
        warehouse="MAIN",
        scan_id=scan_id,
        shipment_id=shipment_id,
        lines=tuple(
            PackedLine(line_id=f"{order_id}:{name}", quantity=quantity)
            for name, quantity in units.items()
        ),
        damaged_at=MORNING,
    )


def dispatched(shipment_id: str, scan_id: str = "d1", **given: Any) -> ParcelDispatched:
    """The dock scanned a parcel out."""
    fields: dict[str, Any] = {
        "warehouse": "MAIN",
        "scan_id": scan_id,
        "shipment_id": shipment_id,
        "carrier": "Royal Mail",
        "tracking": "RM1",
        "dispatched_at": MORNING,
    }
    return ParcelDispatched(**fields | given)


def a_reason() -> Reason:
    """Some reason."""
    return Reason(code="stock", text="enough on the shelf")
