"""Orders as they come in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from schemas.order_intake import ContactGiven
from schemas.shops import OrderPlaced
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.order_intake import telling
from services.order_intake.domain.judging import Order, Placed, held, judge
from services.order_intake.domain.lines import Line
from services.order_intake.domain.money import Bill, PricedLine
from services.order_intake.domain.policy import Policy
from services.order_intake.steps import take
from services.order_intake.store import products


@hears(OrderPlaced)
async def take_orders(placed: Sequence[OrderPlaced], tx: Transaction[Policy]) -> None:
    """Take what can be taken, let wait what has an unknown SKU, refuse the rest with its reasons.

    Who the customer is goes on at once, even if the order waits: intake does not keep it.
    """
    known = await products.read_products(tx, {line.sku for one in placed for line in one.lines})
    judged = [(one, judge(placed_of(one, tx.now), known, tx.policy)) for one in placed]
    for one, verdict in judged:
        if verdict.reasons:
            tx.forget(one)
            tx.say(telling.not_taken(verdict))
        else:
            tx.say(contact_of(one))
    good = [verdict for _, verdict in judged if not verdict.reasons]
    await take(tx, good)
    tx.premise_came(verdict.order.order_id for verdict in good)


def contact_of(event: OrderPlaced) -> ContactGiven:
    """Who the customer is, for notifications alone."""
    return ContactGiven(
        order_id=event.order_id, customer_ref=event.customer_ref, contact=event.contact
    )


def placed_of(event: OrderPlaced, received_at: datetime) -> Placed:
    """An order as it is judged."""
    return Placed(
        order_of(event, received_at), lines_of(event), bill_of(event), event.envelope.source
    )


def order_of(event: OrderPlaced, received_at: datetime) -> Order:
    """An order's terms."""
    return Order(
        event.order_id, event.customer_ref, event.currency, event.freight_minor,
        event.total_minor, event.ship_preference, event.on_refused_line,
        event.payment_method.method_id, event.payment_method.token,
        tuple(dict.fromkeys(event.warehouses)), event.priority_class, event.placed_at,
        held(event.placed_at, received_at), received_at,
    )  # fmt: skip


def lines_of(event: OrderPlaced) -> tuple[Line, ...]:
    """An order's lines, named and numbered."""
    named = zip(event.line_names(), event.lines, strict=True)
    return tuple(
        Line(
            f"{event.order_id}:{name}", event.order_id, line.sku, ordinal, line.title, line.quantity
        )
        for ordinal, (name, line) in enumerate(named, start=1)
    )


def bill_of(event: OrderPlaced) -> Bill:
    """An order's amounts."""
    lines = tuple(
        PricedLine(line.quantity, line.unit_price_minor, line.discount_minor, line.tax_minor)
        for line in event.lines
    )
    return Bill(
        lines, event.discount_minor, event.freight_minor, event.tax_minor,
        event.prices_include_tax, event.total_minor,
    )  # fmt: skip
