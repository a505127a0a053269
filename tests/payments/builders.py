"""Events that payments hears, with what a test does not care about filled in."""

from __future__ import annotations

from datetime import datetime

from schemas.order_intake import MethodPassedOn, OrderAccepted, OrderCancelSettled, OrderRefused
from schemas.shipping import (
    ChangeCause,
    ShipmentChanged,
    ShipmentPacked,
    ShipmentPlanned,
    ShipmentWithdrawn,
)
from schemas.values import PaymentMethod, Reason
from tests.harness import START

ORDER = "shop:1001"
SHIPMENT = f"{ORDER}/1"


def an_order(
    order_id: str = ORDER, token: str = "tok_ok", total_minor: int = 10_000
) -> OrderAccepted:
    """An order as taken."""
    return OrderAccepted(
        order_id=order_id,
        placed_at=START,
        customer_ref="c-17",
        currency="GBP",
        freight_minor=0,
        total_minor=total_minor,
        ship_preference="as_available",
        on_refused_line="drop_line",
        payment_method=PaymentMethod(method_id="m-1", token=token),
        warehouses=(),
        lines=(),
    )


def a_refusal(order_id: str = ORDER) -> OrderRefused:
    """An order of which nothing can be served."""
    reason = Reason(code="over_limit", text="60 wait already, the limit is 60")
    return OrderRefused(order_id=order_id, customer_ref="c-17", reasons=(reason,))


def a_plan(
    order_id: str = ORDER, number: int = 1, amount_minor: int = 4_200, version: int = 1
) -> ShipmentPlanned:
    """A parcel that is fixed."""
    return ShipmentPlanned(
        order_id=order_id,
        shipment_id=f"{order_id}/{number}",
        warehouse="MAIN",
        currency="GBP",
        amount_minor=amount_minor,
        freight_minor=0,
        version=version,
        planned_at=START,
        lines=(),
    )


def a_pack(
    order_id: str = ORDER,
    number: int = 1,
    amount_minor: int = 4_200,
    version: int = 1,
    packed_at: datetime = START,
) -> ShipmentPacked:
    """A parcel that is packed."""
    return ShipmentPacked(
        order_id=order_id,
        shipment_id=f"{order_id}/{number}",
        version=version,
        amount_minor=amount_minor,
        packed_at=packed_at,
    )


def a_change(
    amount_minor: int, version: int = 2, number: int = 1, order_id: str = ORDER
) -> ShipmentChanged:
    """A parcel that holds less."""
    return ShipmentChanged(
        order_id=order_id,
        shipment_id=f"{order_id}/{number}",
        warehouse="MAIN",
        currency="GBP",
        amount_minor=amount_minor,
        freight_minor=0,
        version=version,
        cause="cancelled",
        changed_at=START,
        lines=(),
    )


def a_withdrawal(
    version: int = 2,
    amount_minor: int = 0,
    number: int = 1,
    order_id: str = ORDER,
    cause: ChangeCause = "cancelled",
) -> ShipmentWithdrawn:
    """A parcel that will not leave; the amount of it stays paid."""
    return ShipmentWithdrawn(
        order_id=order_id,
        shipment_id=f"{order_id}/{number}",
        currency="GBP",
        amount_minor=amount_minor,
        version=version,
        cause=cause,
        withdrawn_at=START,
        lines=(),
    )


def a_method(
    token: str = "tok_ok_new",
    method_id: str = "m-2",
    given_at: datetime = START,
    order_id: str = ORDER,
) -> MethodPassedOn:
    """Another method, that the customer gave later."""
    method = PaymentMethod(method_id=method_id, token=token)
    return MethodPassedOn(order_id=order_id, payment_method=method, given_at=given_at)


def a_whole_cancel(order_id: str = ORDER) -> OrderCancelSettled:
    """Nothing of the order is to come, or ever left."""
    return OrderCancelSettled(
        order_id=order_id, cancel_id="c-1", customer_ref="c-17", cause="shop", lines=(), whole=True
    )
