"""Orders, products and receipts as benchmarks publish them: the same for every contender."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from schemas.shops import OrderedLine, OrderPlaced, ProductListed
from schemas.values import Contact, PaymentMethod

PLACED_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SKUS = 200
LINES = 3
PRICE_MINOR = 1_250


def sku(number: int) -> str:
    """The name of a SKU."""
    return f"SKU-{number % SKUS:04d}"


def products() -> Iterator[ProductListed]:
    """Every SKU, sold without limit."""
    for number in range(SKUS):
        yield ProductListed(sku=sku(number), revision=1, title=f"Article {number}")


def orders(count: int) -> Iterator[OrderPlaced]:
    """Orders of three lines each."""
    for number in range(count):
        yield OrderPlaced(
            order_id=f"bench:{number}", placed_at=PLACED_AT, currency="EUR", customer_ref=f"c{number}",
            contact=Contact(name="Ada Example", email=f"c{number}@example.invalid"),
            lines=tuple(
                OrderedLine(
                    sku=sku(number * 7 + line * 31), title="Article", quantity=1 + line,
                    unit_price_minor=PRICE_MINOR,
                )
                for line in range(LINES)
            ),
            total_minor=sum(1 + line for line in range(LINES)) * PRICE_MINOR,
            payment_method=PaymentMethod(method_id="card", token="tok_ok"),  # noqa: S106  # the stand-in's
        )  # fmt: skip
