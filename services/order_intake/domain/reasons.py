"""Why an order, or a line of it, was not taken: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Reason:
    """A code for programs, a sentence for people, and the figures in it."""

    code: str
    text: str
    parameters: Mapping[str, str | int] = field(default_factory=dict[str, str | int])


NO_LINES = Reason("no_lines", "the order has no lines: send it with what was bought")


def totals_differ(stated_minor: int, computed_minor: int) -> Reason:
    """The amounts do not add up."""
    text = (
        f"the order says a total of {stated_minor}, its lines, discounts, freight and taxes add up "
        f"to {computed_minor} (minor units): correct the amounts and send it again"
    )
    return Reason(
        "totals_differ", text, {"stated_minor": stated_minor, "computed_minor": computed_minor}
    )


def line_discount_too_large(line_id: str, discount_minor: int, line_minor: int) -> Reason:
    """A line would cost less than nothing."""
    text = (
        f"line {line_id} costs {line_minor} and its discount is {discount_minor} (minor units): a "
        "discount may not exceed its line"
    )
    parameters = {"line_id": line_id, "discount_minor": discount_minor, "line_minor": line_minor}
    return Reason("line_discount_too_large", text, parameters)


def order_discount_too_large(discount_minor: int, goods_minor: int) -> Reason:
    """The goods would cost less than nothing."""
    text = (
        f"the goods cost {goods_minor} and the order's discount is {discount_minor} (minor units): "
        "a discount may not exceed the goods; lower the freight instead"
    )
    return Reason(
        "order_discount_too_large",
        text,
        {"discount_minor": discount_minor, "goods_minor": goods_minor},
    )


def too_large(size_bytes: int, limit_bytes: int) -> Reason:
    """Its confirmation would not fit into one event."""
    text = (
        f"answering the order would take about {size_bytes} bytes and {limit_bytes} are allowed: "
        "shorten the titles, or split the order"
    )
    return Reason("order_too_large", text, {"size_bytes": size_bytes, "limit_bytes": limit_bytes})


def unknown_shop(shop: str) -> Reason:
    """No such shop is configured."""
    text = f"no shop `{shop}` is known here: add it to the setting `shops`, or correct the order id"
    return Reason("unknown_shop", text, {"shop": shop})


def foreign_source(shop: str, source: str) -> Reason:
    """Somebody else sends the shop's orders."""
    text = (
        f"orders of shop `{shop}` may not come from `{source}`: send them with the `ce_source` "
        "that the setting `shops` names"
    )
    return Reason("foreign_source", text, {"shop": shop, "source": source})


def sku_not_sold(sku: str) -> Reason:
    """The product was taken off the shop."""
    text = f"{sku} is not sold any more: leave it out, or list the product as sold first"
    return Reason("sku_not_sold", text, {"sku": sku})


def unknown_sku(sku: str) -> Reason:
    """No product came for the SKU in time."""
    text = f"no product {sku} was ever listed: list it on shop.products, then send the order again"
    return Reason("unknown_sku", text, {"sku": sku})


def and_more(number: int) -> Reason:
    """More of the same than one answer should hold."""
    return Reason("and_more", f"and {number} more reasons of the same kinds", {"reasons": number})
