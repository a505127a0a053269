"""Why something was not taken or not done: what is wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta


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


def unknown_line(line: str) -> Reason:
    """A cancel names a line that the order does not have."""
    text = f"the order has no line `{line}`: name its lines as the order did, under a new cancel_id"
    return Reason("unknown_line", text, {"line": line})


def more_than_ordered(line: str, quantity: int, ordered: int) -> Reason:
    """A cancel asks for units that nobody ordered."""
    text = (
        f"line `{line}` is of {ordered} units and {quantity} should be cancelled: send the units "
        "not wanted any more, or none for all that are left, under a new cancel_id"
    )
    return Reason(
        "more_than_ordered", text, {"line": line, "quantity": quantity, "ordered": ordered}
    )


def reserved_cancel_id(cancel_id: str) -> Reason:
    """The id is one that we give to cancels of our own."""
    text = f"`{cancel_id}` is an id of our own cancels: send the cancel under another cancel_id"
    return Reason("reserved_cancel_id", text, {"cancel_id": cancel_id})


def no_such_order(order_id: str, waited: timedelta) -> Reason:
    """The order of a cancel or a payment method never came, or was not taken."""
    text = (
        f"no order {order_id} was taken within {waited / timedelta(hours=1):g} hours: correct the order id, or "
        "send the order first, then this again under a new id"
    )
    return Reason("no_such_order", text, {"order_id": order_id})


def order_not_taken(order_id: str) -> Reason:
    """The order was refused while it waited for its products."""
    text = f"order {order_id} was refused, so nothing of it is left to cancel: nothing to do"
    return Reason("order_not_taken", text, {"order_id": order_id})


def order_closed(order_id: str) -> Reason:
    """Nothing of the order is to be paid any more."""
    text = (
        f"nothing of order {order_id} is to come any more, so it needs no payment method: keep it "
        "for the next order"
    )
    return Reason("order_closed", text, {"order_id": order_id})


def nothing_to_cancel(line_id: str) -> Reason:
    """Every unit was refused, cancelled or sent before the cancel came."""
    text = f"of line {line_id} nothing was left to cancel: its units were sent, or are not to come"
    return Reason("nothing_to_cancel", text, {"line_id": line_id})


def cancelled_before(units: int) -> Reason:
    """Units that nobody has any more."""
    text = f"{units} of the units were refused or cancelled before, or are asked back already"
    return Reason("cancelled_before", text, {"units": units})


def and_more(number: int) -> Reason:
    """More of the same than one answer should hold."""
    return Reason("and_more", f"and {number} more reasons of the same kinds", {"reasons": number})
