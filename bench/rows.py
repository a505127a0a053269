"""What follows from an order, as any intake has to say it."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.envelope import Event
from schemas.order_intake import AcceptedLine, ContactGiven, LineRequested, OrderAccepted
from schemas.shop_answers import AnswerAccepted
from schemas.shops import OrderPlaced


def said_of(order: OrderPlaced) -> Iterator[Event]:
    """Accepted, the contact, the answer, and a request for each line."""
    lines = tuple(
        AcceptedLine(
            line_id=f"{order.order_id}:{name}", sku=line.sku, title=line.title,
            quantity=line.quantity, line_total_minor=line.quantity * line.unit_price_minor,
        )
        for name, line in zip(order.line_names(), order.lines, strict=True)
    )  # fmt: skip
    yield OrderAccepted(
        order_id=order.order_id, placed_at=order.placed_at, customer_ref=order.customer_ref,
        currency=order.currency, freight_minor=order.freight_minor, total_minor=order.total_minor,
        ship_preference=order.ship_preference, on_refused_line=order.on_refused_line,
        payment_method=order.payment_method, warehouses=order.warehouses, lines=lines,
    )  # fmt: skip
    yield ContactGiven(
        order_id=order.order_id, customer_ref=order.customer_ref, contact=order.contact
    )
    yield AnswerAccepted(
        order_id=order.order_id, currency=order.currency, total_minor=order.total_minor, lines=lines
    )
    for line in lines:
        yield LineRequested(
            line_id=line.line_id, order_id=order.order_id, sku=line.sku, quantity=line.quantity,
            placed_at=order.placed_at, priority_class=order.priority_class,
            warehouses=order.warehouses,
        )  # fmt: skip
