"""What is wanted: products and their rules, lines, and cancels of lines."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.order_intake import LineCancelRequested, LineRequested, ProductTaken
from services.allocation import store
from services.allocation.domain.changes import Cancel, GiveBack
from services.allocation.domain.policy import Policy, Product
from services.allocation.domain.queue import Line
from services.allocation.domain.revising import revise
from services.allocation.handlers.changes import take_changes
from services.allocation.steps import conclude
from services.chassis.handling import hears
from services.chassis.transaction import Transaction


@hears(ProductTaken)
async def take_products(products: Sequence[ProductTaken], tx: Transaction[Policy]) -> None:
    """Keep each product's rules; the first ones decide the lines that came before them."""
    desks = await store.open_desks(tx, {one.sku for one in products})
    new = [sku for sku, desk in desks.items() if desk.product is None]
    undecided = await store.read_undecided(tx, new) if new else {}
    for one in products:
        desks[one.sku].take_product(product_of(one), undecided.get(one.sku, ()))
    await conclude(tx, desks)


@hears(LineRequested)
async def answer_requests(requests: Sequence[LineRequested], tx: Transaction[Policy]) -> None:
    """Grant what is free, let wait what may wait, refuse the rest; what came early counts."""
    lines = [line_of(one, tx.policy) for one in requests]
    desks = await store.open_desks(tx, {line.sku for line in lines})
    behind = await store.read_behind(tx, [one for one in lines if desks[one.sku].somebody_waits])
    early = await store.take_early(tx, [line.line_id for line in lines])
    for line in lines:
        desk = desks[line.sku]
        desk.request(line)
        for change in early.get(line.line_id, ()):
            if not isinstance(change, GiveBack):
                revise(desk, change)
        desk.answer(line.line_id, behind.get(line.line_id, ()))
    await conclude(tx, desks)
    await take_changes([(line.sku, one) for line in lines for one in early.get(line.line_id, ())
                        if isinstance(one, GiveBack)], tx)  # fmt: skip


@hears(LineCancelRequested)
async def take_cancels(cancels: Sequence[LineCancelRequested], tx: Transaction[Policy]) -> None:
    """Cancel what still waits; ask shipping for the units that it has."""
    asked = [(one.sku, Cancel(one.line_id, one.cancel_id, one.quantity)) for one in cancels]
    await take_changes(asked, tx)


def product_of(event: ProductTaken) -> Product:
    """A product's rules for waiting."""
    return Product(event.revision, event.backorder, event.backorder_limit, event.lead_time_days)


def line_of(event: LineRequested, policy: Policy) -> Line:
    """A line as it comes in; without warehouses it is served from the default ones."""
    warehouses = tuple(dict.fromkeys(event.warehouses or policy.default_warehouses))
    return Line(
        event.line_id, event.order_id, event.sku, event.quantity, event.priority_class,
        event.placed_at, warehouses, requested_at=event.envelope.occurred_at,
    )  # fmt: skip
