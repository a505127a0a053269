"""Products: what may be ordered."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.order_intake import ProductTaken
from schemas.shops import ProductListed
from services.chassis.effects import NewEffect
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.order_intake.domain.policy import Policy
from services.order_intake.steps import PRODUCT_CAME
from services.order_intake.store import products


@hears(ProductListed)
async def take_products(listed: Sequence[ProductListed], tx: Transaction[Policy]) -> None:
    """Keep the latest revision of each product, pass it on, look again at who waited for it."""
    latest: dict[str, ProductListed] = {}
    for one in listed:
        if one.sku not in latest or latest[one.sku].revision < one.revision:
            latest[one.sku] = one
    rows = [(one.sku, one.revision, one.title, one.sold) for one in latest.values()]
    new = await products.take_products(tx, rows)
    tx.say(*(taken(one) for sku, one in latest.items() if sku in new))
    for order_id in await products.read_waiting_orders(tx, new):
        tx.schedule(NewEffect(PRODUCT_CAME, order_id, order_id, due_at=tx.now))


def taken(product: ProductListed) -> ProductTaken:
    """A product as the other services hear of it."""
    return ProductTaken(
        sku=product.sku,
        revision=product.revision,
        title=product.title,
        sold=product.sold,
        backorder=product.backorder,
        backorder_limit=product.backorder_limit,
        lead_time_days=product.lead_time_days,
    )
