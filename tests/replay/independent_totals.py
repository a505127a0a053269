"""What each SKU must end with, from the CSV files alone; nothing of the project is imported."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

NO_GOODS = {"POST", "DOT", "M", "m", "D", "S", "C2", "B", "BANK CHARGES", "AMAZONFEE", "CRUK"}
Rows = Iterator[dict[str, str]]


def rows(files: Iterable[Path]) -> Rows:
    for file in files:
        with (gzip.open if file.suffix == ".gz" else open)(file, "rt", encoding="utf-8") as text:
            yield from csv.DictReader(text)


def goods(row: dict[str, str]) -> bool:
    code = row["StockCode"]
    return (
        not row["InvoiceNo"].startswith("C")
        and int(row["Quantity"]) > 0
        and float(row["UnitPrice"]) > 0
        and not (code in NO_GOODS or code.startswith("gift_0001"))
    )


def totals(
    orders: Rows, receipts: Rows, opening: Rows | None = None, lines: Rows | None = None
) -> dict[str, int]:
    """Per SKU asked for: min(counted + good, asked - cancelled). A scan counts once, the first
    balance holds; what was cancelled stands in the exported lines."""
    asked, supply = Counter[str](), Counter[str]()
    for row in filter(goods, orders):
        asked[row["StockCode"]] += int(row["Quantity"])
    for row in lines or ():
        asked[row["sku"]] -= int(row["cancelled"])
    for row in {(row["warehouse"], row["scan_id"]): row for row in receipts}.values():
        supply[row["sku"]] += int(row["good"])
    for row in {(row["warehouse"], row["sku"]): row for row in [*(opening or ())][::-1]}.values():
        supply[row["sku"]] += int(row["quantity"])
    return {sku: min(supply[sku], units) for sku, units in asked.items()}
