"""A retailer's three CSV forms as facts on a clock: every row is used, or left out for a reason.

The forms are those of UCI's Online Retail data set and of the deliveries and dock scans beside it;
the rules of what is used stand in the chassis' page on replay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from schemas.shops import OrderedLine, OrderPlaced, ProductListed
from schemas.suppliers import DeliveryAnnounced
from schemas.values import Contact, PaymentMethod
from schemas.warehouses import ReceiptScanned, StockCounted
from services.cli.retailer_cancels import CANCELLATION, read_cancels
from services.cli.retailer_files import (
    Row,
    Window,
    decimal,
    minor_units,
    moment_of,
    naming,
    rows_of,
    whole,
)
from services.cli.retailer_plan import Plan, hour_of, hours_of

SHOP = "retail"
WAREHOUSE = "MAIN"
CURRENCY = "GBP"
WORKING_TOKEN = "tok_ok"  # noqa: S105  # the stand-in's card that always works
FREIGHT_CODES = frozenset({"POST", "DOT"})
"""Postage, and postage of the web shop: the order's freight."""
VOUCHERS = frozenset(f"gift_0001_{worth}" for worth in ("10", "20", "30", "40", "50"))
FEE_CODES = VOUCHERS | {"AMAZONFEE", "B", "BANK CHARGES", "C2", "CRUK", "D", "M", "S", "m"}
"""No goods: nothing of these is ever received. PADS and DCGS… are goods with unusual codes."""

ORDER_COLUMNS = (
    "InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID",
)  # fmt: skip
EXPECTED_COLUMNS = ("announced_at", "delivery", "supplier", "sku", "quantity", "expected_on")
RECEIPT_COLUMNS = (
    "scanned_at", "scan_id", "warehouse", "dock", "delivery", "sku", "good", "damaged",
)  # fmt: skip
OPENING_COLUMNS = ("warehouse", "sku", "quantity")


def read_plan(
    orders: Sequence[Path],
    expected: Sequence[Path],
    receipts: Sequence[Path],
    opening: Sequence[Path] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    with_cancels: bool = False,
) -> Plan:
    """Read the files into a plan of hours. Raises ``UnreadableRow``."""
    window = Window(since, until)
    titles: dict[str, str] = {}
    invoices = read_invoices(orders)
    cancelling = [
        one for one in invoices.items() if with_cancels and one[0].startswith(CANCELLATION)
    ]
    for invoice, _ in cancelling:
        del invoices[invoice]
    placed = list(read_orders(invoices, window, titles))
    cancels = read_cancels(cancelling, placed, FEE_CODES | FREIGHT_CODES, window)
    notices = list(read_expected(expected, window))
    scans = list(read_receipts(receipts, window))
    hours = hours_of(placed, notices, scans, cancels)
    start = hour_of(hours[0].end) if hours else datetime.min.replace(tzinfo=UTC)
    counted = tuple(read_opening(opening, window, start))
    for fact in (*notices, *scans, *counted):
        titles.setdefault(fact.sku, "")
    products = tuple(
        ProductListed(sku=sku, revision=1, title=titles[sku], backorder="unlimited")
        for sku in sorted(titles)
    )
    return Plan(products, counted, hours, dict(window.counts))


def read_invoices(files: Sequence[Path]) -> dict[str, list[Row]]:
    """The rows of each invoice, by its number."""
    invoices: dict[str, list[Row]] = {}
    for row in rows_of(files, ORDER_COLUMNS):
        invoices.setdefault(row[0], []).append(row)
    return invoices


def read_orders(
    invoices: Mapping[str, Sequence[Row]], window: Window, titles: dict[str, str]
) -> Iterator[OrderPlaced]:
    """An order per invoice that has goods; titles by SKU are added to ``titles``."""
    for invoice, rows in invoices.items():
        with naming(f"invoice {invoice}"):
            placed_at = min(moment_of(row[4]) for row in rows)
            order = order_of(invoice, rows, placed_at, window)
        if order is not None:
            yield order
            for line in order.lines:
                titles[line.sku] = titles.get(line.sku) or line.title


def order_of(
    invoice: str, rows: Sequence[Row], placed_at: datetime, window: Window
) -> OrderPlaced | None:
    """The order of an invoice; None when none of its rows is goods."""
    wrong = [why_not(row) for row in rows]
    goods = [
        (number, row)
        for number, (row, reason) in enumerate(zip(rows, wrong, strict=True), start=1)
        if reason is None and row[1] not in FREIGHT_CODES
    ]
    freight_minor = 0
    for row, reason in zip(rows, wrong, strict=True):
        if reason is None and row[1] in FREIGHT_CODES:
            alone = None if goods else "an order of fees alone"
            if window.uses("orders", placed_at, alone, "used as freight"):
                freight_minor += int(row[3]) * minor_units(row[5])
        else:
            window.uses("orders", placed_at, reason, "used as lines")
    if not goods or not window.holds(placed_at):
        return None
    lines = tuple(line_of(number, row) for number, row in goods)
    customer = customer_of(invoice, rows[0][6])
    order_id = f"{SHOP}:{invoice}"
    goods_minor = sum(line.quantity * line.unit_price_minor for line in lines)
    return OrderPlaced(
        order_id=order_id,
        placed_at=placed_at,
        currency=CURRENCY,
        customer_ref=customer,
        contact=Contact(email=f"{customer}@example.invalid"),
        lines=lines,
        freight_minor=freight_minor,
        total_minor=goods_minor + freight_minor,
        payment_method=PaymentMethod(method_id=f"{order_id}/card", token=WORKING_TOKEN),
        ship_preference="as_available",
        warehouses=(WAREHOUSE,),
    )


def why_not(row: Row) -> str | None:
    """Why an invoice's row is not used; None when it is."""
    invoice, sku, _, quantity, _, price, _ = row
    if invoice.startswith(CANCELLATION):
        return "cancellation (C…)"
    if sku in FEE_CODES:
        return "fee code"
    if whole(quantity) <= 0:
        return "quantity not positive"
    if decimal(price) <= 0:
        return "price not positive"
    return None


def line_of(number: int, row: Row) -> OrderedLine:
    """A row as an order line; its ordinal is its name, since codes repeat within an invoice."""
    return OrderedLine(
        line=str(number),
        sku=row[1],
        title=row[2].strip(),
        quantity=int(row[3]),
        unit_price_minor=minor_units(row[5]),
    )


def customer_of(invoice: str, customer: str) -> str:
    """``c17850`` for customer ``17850.0``; whoever has no number is a guest of the invoice."""
    number = customer.partition(".")[0]
    return f"c{number}" if number else f"guest-{invoice}"


def read_expected(files: Sequence[Path], window: Window) -> Iterator[DeliveryAnnounced]:
    """Deliveries as they were announced, each row a notice."""
    for row in rows_of(files, EXPECTED_COLUMNS):
        announced_at, delivery, supplier, sku, quantity, expected_on = row
        with naming(f"delivery {delivery}, {sku}"):
            wrong = "quantity not positive" if whole(quantity) <= 0 else None
            if not window.uses("expected", moment_of(announced_at), wrong):
                continue
            notice = DeliveryAnnounced(
                warehouse=WAREHOUSE,
                supplier=supplier,
                delivery=delivery,
                sku=sku,
                quantity=whole(quantity),
                expected_on=date.fromisoformat(expected_on),
                stage="ordered",
                announced_at=moment_of(announced_at),
            )
        yield notice


def read_receipts(files: Sequence[Path], window: Window) -> Iterator[ReceiptScanned]:
    """Scans as they were made; one made twice is told twice."""
    for row in rows_of(files, RECEIPT_COLUMNS):
        scanned_at, scan_id, warehouse, dock, delivery, sku, good, damaged = row
        with naming(f"scan {scan_id}"):
            wrong = "nothing scanned" if whole(good) + whole(damaged) <= 0 else None
            if not window.uses("receipts", moment_of(scanned_at), wrong):
                continue
            scan = ReceiptScanned(
                warehouse=warehouse,
                scan_id=scan_id,
                dock=dock or "DOCK",
                delivery=delivery or None,
                sku=sku,
                good=whole(good),
                damaged=whole(damaged),
                scanned_at=moment_of(scanned_at),
            )
        yield scan


def read_opening(files: Sequence[Path], window: Window, at: datetime) -> Iterator[StockCounted]:
    """Opening balances, counted before the first hour; once per SKU and warehouse."""
    seen: set[tuple[str, str]] = set()
    for warehouse, sku, quantity in rows_of(files, OPENING_COLUMNS):
        again = (warehouse, sku) in seen
        seen.add((warehouse, sku))
        window.counts[f"opening: {'told twice' if again else 'used'}"] += 1
        if again:
            continue
        with naming(f"opening balance of {sku}"):
            balance = StockCounted(
                warehouse=warehouse,
                count_id=f"opening:{sku}",
                sku=sku,
                quantity=whole(quantity),
                opening=True,
                counted_at=at,
            )
        yield balance
