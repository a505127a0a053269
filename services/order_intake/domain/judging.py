"""Which orders are taken, which wait for a product, and which are refused, with every reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.order_intake.domain import reasons
from services.order_intake.domain.lines import Line
from services.order_intake.domain.money import Bill, line_totals
from services.order_intake.domain.policy import Policy
from services.order_intake.domain.reasons import Reason

HELD_WITHIN = timedelta(hours=24)
"""A shop's time may be so much older than its order's arrival (flow, allocation)."""
REASONS_LIMIT = 100
"""Reasons told at once; more are counted."""
ANSWER_LIMIT_BYTES = 500_000
"""Room for an order's confirmation in one event, beside its envelope."""
LINE_BYTES = 170
"""A line of a confirmation without its words."""
REASON_BYTES = 300
REFUSE_ORDER = "refuse_order"
"""What an order says that goes on with all of its lines, or not at all."""
LINES_WITH_REASONS = 500
"""Up to so many lines, a confirmation tells why each one waits; beyond, only what waits."""


@dataclass(frozen=True, slots=True)
class Product:
    """What may be ordered. ``sold`` False: taken off the shop."""

    sold: bool
    title: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order's terms. ``placed_at`` is the shop's time, held within the day before it came."""

    order_id: str
    customer_ref: str
    currency: str
    freight_minor: int
    total_minor: int
    ship_preference: str
    on_refused_line: str
    method_id: str
    method_token: str
    warehouses: tuple[str, ...]
    priority_class: int
    shop_placed_at: datetime
    placed_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """An order as it came in, not judged yet; its lines have no totals."""

    order: Order
    lines: tuple[Line, ...]
    bill: Bill
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Refused when it has reasons, waiting for products when SKUs are unknown, else taken."""

    order: Order
    lines: tuple[Line, ...]
    reasons: tuple[Reason, ...] = ()
    unknown_skus: tuple[str, ...] = ()

    @property
    def taken(self) -> bool:
        """Whether the order is accepted now."""
        return not self.reasons and not self.unknown_skus


def held(placed_at: datetime, received_at: datetime) -> datetime:
    """The shop's time within [received − 24 h, received]: no clock of theirs jumps our queue."""
    return min(max(placed_at, received_at - HELD_WITHIN), received_at)


def judge(placed: Placed, products: Mapping[str, Product], policy: Policy) -> Verdict:
    """Judge an order by all that is known of it alone."""
    found = [
        *foreign(placed.order.order_id, placed.source, policy),
        *wrong_amounts(placed),
        *unfit(placed),
        *not_sold(placed.lines, products),
    ]
    if found:
        return Verdict(placed.order, placed.lines, limited(found))
    totals = line_totals(placed.bill)
    lines = [
        replace(line, total_minor=total) for line, total in zip(placed.lines, totals, strict=True)
    ]
    return settle(placed.order, lines, products)


def judge_again(
    order: Order, lines: Sequence[Line], products: Mapping[str, Product], *, grace_is_over: bool
) -> Verdict:
    """Judge a waiting order by the products known now; after the grace unknown SKUs are dropped.

    They refuse an order that wants all or nothing, as they do one of which nothing else is left.
    """
    if found := list(not_sold(lines, products)):
        return Verdict(order, tuple(lines), limited(found))
    if not grace_is_over:
        return settle(order, lines, products)
    kept = [
        line if line.sku in products else line.dropped(reasons.unknown_sku(line.sku))
        for line in lines
    ]
    dropped = [line.sku for line in kept if line.refused]
    if len(dropped) == len(kept) or (dropped and order.on_refused_line == REFUSE_ORDER):
        found = [reasons.unknown_sku(sku) for sku in dict.fromkeys(dropped)]
        return Verdict(order, tuple(kept), limited(found))
    return settle(order, kept, products)


def settle(order: Order, lines: Sequence[Line], products: Mapping[str, Product]) -> Verdict:
    """Take a faultless order, or let it wait for products; ask for every line that is left."""
    wanted = dict.fromkeys(line.sku for line in lines if not line.refused)
    unknown = tuple(sku for sku in wanted if sku not in products)
    titled = (
        line if line.title or line.sku not in products
        else replace(line, title=products[line.sku].title)
        for line in lines
    )  # fmt: skip
    return Verdict(order, tuple(titled), unknown_skus=unknown)


def is_refused(order: Order, lines: Sequence[Line]) -> bool:
    """Whether an order of which every line is answered is refused: none can be served, or not all."""
    if order.on_refused_line == REFUSE_ORDER and any(line.refused for line in lines):
        return True
    return all(line.refused == line.ordered for line in lines)


def foreign(order_id: str, source: str, policy: Policy) -> Iterator[Reason]:
    """Who may not speak of this order."""
    if not policy.shop_sources:
        return
    shop = order_id.split(":", 1)[0]
    bound = policy.shop_sources.get(shop)
    if bound is None:
        yield reasons.unknown_shop(shop)
    elif bound != source:
        yield reasons.foreign_source(shop, source)


def wrong_amounts(placed: Placed) -> Iterator[Reason]:
    """Amounts that do not add up, or would make something cost less than nothing."""
    bill = placed.bill
    for line, priced in zip(placed.lines, bill.lines, strict=True):
        if priced.net_minor < 0:
            line_minor = priced.net_minor + priced.discount_minor
            yield reasons.line_discount_too_large(line.line_id, priced.discount_minor, line_minor)
    if bill.discount_minor > bill.goods_minor:
        yield reasons.order_discount_too_large(bill.discount_minor, bill.goods_minor)
    if bill.computed_total_minor != bill.total_minor:
        yield reasons.totals_differ(bill.total_minor, bill.computed_total_minor)


def unfit(placed: Placed) -> Iterator[Reason]:
    """Nothing to send, or more than an answer can hold."""
    if not placed.lines:
        yield reasons.NO_LINES
    words = sum(
        len(line.line_id.encode()) + len(line.sku.encode()) + len((line.title or "").encode())
        for line in placed.lines
    )
    each = LINE_BYTES + (REASON_BYTES if tells_reasons(placed.lines) else 0)
    if (size := words + each * len(placed.lines)) > ANSWER_LIMIT_BYTES:
        yield reasons.too_large(size, ANSWER_LIMIT_BYTES)


def tells_reasons(lines: Sequence[Line]) -> bool:
    """Whether a confirmation has room to say why each line waits."""
    return len(lines) <= LINES_WITH_REASONS


def not_sold(lines: Sequence[Line], products: Mapping[str, Product]) -> Iterator[Reason]:
    """Products that were taken off the shop, each once."""
    for sku in dict.fromkeys(line.sku for line in lines):
        if sku in products and not products[sku].sold:
            yield reasons.sku_not_sold(sku)


def limited(found: Sequence[Reason]) -> tuple[Reason, ...]:
    """All reasons, or the first hundred and how many more there are."""
    told = tuple(found[:REASONS_LIMIT])
    more = len(found) - len(told)
    return (*told, reasons.and_more(more)) if more else told
