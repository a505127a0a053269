"""Events that payments hears, with what a test does not care about filled in."""

from __future__ import annotations

from schemas.order_intake import OrderAccepted, OrderRefused
from schemas.shipping import ShipmentPacked, ShipmentPlanned
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
    order_id: str = ORDER, number: int = 1, amount_minor: int = 4_200, version: int = 1
) -> ShipmentPacked:
    """A parcel that is packed."""
    return ShipmentPacked(
        order_id=order_id,
        shipment_id=f"{order_id}/{number}",
        version=version,
        amount_minor=amount_minor,
        packed_at=START,
    )
