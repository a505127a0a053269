"""A retailer's cancellation rows (invoices that begin with C) as cancels of earlier orders.

Such a row names a customer, a SKU and units, and no order: it takes that customer's latest earlier
lines of the SKU, as far as they reach. What no line covers is counted as such.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.shops import CancelledLine, OrderCancelRequested, OrderPlaced
from services.cli.retailer_files import Row, Window, moment_of, naming, whole

CANCELLATION = "C"
"""What the number of a cancelling invoice begins with."""


@dataclass
class Sold:
    """A line that a customer bought, and how much of it is not cancelled yet."""

    placed_at: datetime
    order_id: str
    line: str
    left: int


class SoldLines:
    """What each customer bought, by SKU, oldest first."""

    def __init__(self, orders: Iterable[OrderPlaced]) -> None:
        self.by_customer: dict[tuple[str, str], list[Sold]] = defaultdict(list)
        for order in sorted(orders, key=lambda one: one.placed_at):
            for name, line in zip(order.line_names(), order.lines, strict=True):
                self.by_customer[order.customer_ref, line.sku].append(
                    Sold(order.placed_at, order.order_id, name, line.quantity)
                )

    def take(self, customer: str, sku: str, units: int, at: datetime) -> Iterator[tuple[Sold, int]]:
        """Take units back from the customer's latest lines of a SKU that were sold before."""
        for sold in reversed(self.by_customer[customer, sku]):
            taken = min(units, sold.left) if sold.placed_at < at else 0
            if taken:
                sold.left -= taken
                units -= taken
                yield sold, taken


def read_cancels(
    invoices: Iterable[tuple[str, Sequence[Row]]],
    orders: Iterable[OrderPlaced],
    fee_codes: frozenset[str],
    window: Window,
) -> list[OrderCancelRequested]:
    """The cancels of C invoices, in their order of time; one for each order that one touches."""
    sold = SoldLines(orders)
    timed = [(min(moment_of(row[4]) for row in rows), name, rows) for name, rows in invoices]
    found: list[OrderCancelRequested] = []
    for at, invoice, rows in sorted(timed, key=lambda one: one[:2]):
        with naming(f"invoice {invoice}"):
            units: Counter[tuple[str, str]] = Counter()
            for row in rows:
                units.update(units_of(row, at, sold, fee_codes, window))
            found += cancels_of(invoice, at, units)
    return found


def units_of(
    row: Row, at: datetime, sold: SoldLines, fee_codes: frozenset[str], window: Window
) -> Counter[tuple[str, str]]:
    """Units that a row takes back, by order and line; the row is counted."""
    _, sku, _, quantity, _, _, customer = row
    wrong = why_not(sku, whole(quantity), customer, fee_codes)
    taken: Counter[tuple[str, str]] = Counter()
    if wrong is None and window.holds(at):
        name = f"c{customer.partition('.')[0]}"
        for line, units in sold.take(name, sku, -whole(quantity), at):
            taken[line.order_id, line.line] += units
        wrong = None if taken else "no order to cancel"
    whole_row = taken.total() == -whole(quantity)
    used = "used as cancellation" if whole_row else "used as cancellation of a part"
    window.uses("orders", at, wrong, used)
    return taken


def why_not(sku: str, quantity: int, customer: str, fee_codes: frozenset[str]) -> str | None:
    """Why a cancelling row is not used, as far as the row itself tells."""
    if sku in fee_codes:
        return "fee code"
    if quantity >= 0:
        return "cancellation of nothing"
    return None if customer else "no order to cancel"


def cancels_of(
    invoice: str, at: datetime, units: Counter[tuple[str, str]]
) -> Iterator[OrderCancelRequested]:
    """One cancel for each order."""
    by_order: dict[str, list[CancelledLine]] = defaultdict(list)
    for (order_id, line), quantity in units.items():
        by_order[order_id].append(CancelledLine(line=line, quantity=quantity))
    for order_id, lines in by_order.items():
        yield OrderCancelRequested(
            order_id=order_id, cancel_id=invoice, lines=tuple(lines), requested_at=at
        )
