"""A retailer's CSV files as a plan: what is used, what is left out and why, and when it happens."""

from __future__ import annotations

import gzip
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.cli.retailer import read_plan
from services.cli.retailer_files import UnreadableRow
from services.cli.retailer_plan import Plan
from tests.replay.independent_totals import goods, rows, totals

ORDERS = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HANGING HEART,6,2010-12-01 08:27:00,2.55,17850.0,United Kingdom
536365,85123A,WHITE HANGING HEART,2,2010-12-01 08:26:00,2.95,17850.0,United Kingdom
536365,POST,POSTAGE,3,2010-12-01 08:26:00,18.0,17850.0,United Kingdom
536365,M,Manual,1,2010-12-01 08:26:00,1.25,17850.0,United Kingdom
536365,85123a,white hanging heart,1,2010-12-01 08:26:00,0.1,17850.0,United Kingdom
536366,DOT,DOTCOM POSTAGE,1,2010-12-01 08:28:00,5.0,,United Kingdom
536367,22632,HAND WARMER,-1,2010-12-01 09:00:00,1.85,,United Kingdom
536367,22632,HAND WARMER,1,2010-12-01 09:00:00,0.0,,United Kingdom
536367,22633,"HAND WARMER, UNION JACK",4,2010-12-01 09:00:00,1.85,,United Kingdom
C536379,22632,HAND WARMER,-1,2010-12-01 09:41:00,1.85,14527.0,United Kingdom
536400,gift_0001_20,Dotcomgiftshop Gift Voucher,1,2010-12-02 10:00:00,17.02,,United Kingdom
536400,DCGSSGIRL,GIRLS PARTY BAG,3,2010-12-02 10:00:00,3.29,,United Kingdom
"""
EXPECTED = """announced_at,delivery,supplier,sku,quantity,expected_on
2010-12-01 08:05:00,D1,SUP-1,85123A,10,2010-12-02
2010-12-02 16:00:00,D1,SUP-1,85123A,10,2010-12-03
"""
RECEIPTS = """scanned_at,scan_id,warehouse,dock,delivery,sku,good,damaged
2010-12-02 10:00:03,s1,MAIN,DOCK-2,D1,85123A,5,1
2010-12-02 10:00:07,s1,MAIN,DOCK-2,D1,85123A,5,1
2010-12-02 10:00:09,s2,MAIN,DOCK-2,,22633,0,0
2010-12-02 11:00:09,s3,MAIN,DOCK-2,,22633,9,0
"""
OPENING = """warehouse,sku,quantity
MAIN,85123A,1
MAIN,85123A,2
"""


class Files:
    """The four files of a little retailer."""

    def __init__(self, folder: Path) -> None:
        self.orders = folder / "orders.csv.gz"
        self.orders.write_bytes(gzip.compress(ORDERS.encode()))
        self.expected = folder / "expected.csv"
        self.expected.write_text(EXPECTED)
        self.receipts = folder / "receipts.csv"
        self.receipts.write_text(RECEIPTS)
        self.opening = folder / "opening.csv"
        self.opening.write_text(OPENING)

    def plan(self, since: datetime | None = None, until: datetime | None = None) -> Plan:
        """The plan of these files."""
        return read_plan(
            [self.orders], [self.expected], [self.receipts], [self.opening], since, until
        )


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_every_row_is_counted_as_used_or_by_the_reason_why_not(files: Files) -> None:
    assert files.plan().counts == {
        "orders: used as lines": 5,
        "orders: used as freight": 1,
        "orders: fee code": 2,
        "orders: an order of fees alone": 1,
        "orders: quantity not positive": 1,
        "orders: price not positive": 1,
        "orders: cancellation (C…)": 1,
        "expected: used": 2,
        "receipts: used": 3,
        "receipts: nothing scanned": 1,
        "opening: used": 1,
        "opening: told twice": 1,
    }


def test_an_invoice_becomes_an_order_that_adds_up(files: Files) -> None:
    first = files.plan().hours[0].orders[0]
    assert first.order_id == "retail:536365"
    assert first.placed_at == datetime(2010, 12, 1, 8, 26, tzinfo=UTC)
    assert (first.customer_ref, first.contact.email) == ("c17850", "c17850@example.invalid")
    assert [(line.line, line.sku, line.quantity, line.unit_price_minor) for line in first.lines] == [
        ("1", "85123A", 6, 255), ("2", "85123A", 2, 295), ("5", "85123a", 1, 10),
    ]  # fmt: skip
    assert (first.freight_minor, first.total_minor) == (5400, 6 * 255 + 2 * 295 + 10 + 5400)
    assert (first.currency, first.warehouses) == ("GBP", ("MAIN",))


def test_an_invoice_without_customer_is_a_guests(files: Files) -> None:
    guest = files.plan().hours[1].orders[0]
    assert guest.contact.email == "guest-536367@example.invalid"


def test_facts_stand_in_their_hours(files: Files) -> None:
    hours = files.plan().hours
    assert [
        (hour.end.day, hour.end.hour, len(hour.orders), len(hour.notices), len(hour.receipts))
        for hour in hours
    ] == [(1, 8, 1, 1, 0), (1, 9, 1, 0, 0), (2, 10, 1, 0, 2), (2, 11, 0, 0, 1), (2, 16, 0, 1, 0)]
    assert hours[0].end == datetime(2010, 12, 1, 8, 59, 59, 999999, tzinfo=UTC)
    assert files.plan().starts_at == datetime(2010, 12, 1, 8, tzinfo=UTC)


def test_a_scan_made_twice_is_told_twice_as_the_same_scan(files: Files) -> None:
    one, again = files.plan().hours[2].receipts
    assert (one.identity(), one.content()) == (again.identity(), again.content())
    assert one.scanned_at != again.scanned_at


def test_what_lies_outside_from_and_to_is_counted(files: Files) -> None:
    plan = files.plan(datetime(2010, 12, 1, 9, tzinfo=UTC), datetime(2010, 12, 2, 11, tzinfo=UTC))
    assert [(hour.end.day, hour.end.hour) for hour in plan.hours] == [(1, 9), (2, 10)]
    assert plan.counts["orders: outside --from and --to"] == 6
    assert plan.counts["expected: outside --from and --to"] == 2
    assert plan.counts["receipts: outside --from and --to"] == 1


def test_every_sku_of_the_plan_is_listed_once_with_its_title(files: Files) -> None:
    titles = {product.sku: product.title for product in files.plan().products}
    assert titles == {
        "22633": "HAND WARMER, UNION JACK",
        "85123A": "WHITE HANGING HEART",
        "85123a": "white hanging heart",
        "DCGSSGIRL": "GIRLS PARTY BAG",
    }


def test_the_same_files_make_the_same_plan(files: Files) -> None:
    assert files.plan() == files.plan()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sku,quantity\nA,1\n", "has no column warehouse"),
        ("warehouse,sku,quantity\nMAIN,A\n", "line 2: not 3 columns"),
        ("warehouse,sku,quantity\nMAIN,A,many\n", "opening balance of A"),
        ("warehouse,sku,quantity\nMAIN,A,-1\n", "greater than or equal to 0"),
    ],
)
def test_a_file_that_cannot_be_read_names_what_to_mend(files: Files, text: str, told: str) -> None:
    files.opening.write_text(text)
    with pytest.raises(UnreadableRow, match=told):
        files.plan()


def test_a_wrong_date_names_its_invoice(files: Files) -> None:
    files.orders.write_text(ORDERS.replace("2010-12-01 09:00:00", "soon"))
    with pytest.raises(UnreadableRow, match="invoice 536367"):
        files.plan()


def test_the_independent_script_asks_for_the_same_units(files: Files) -> None:
    asked = Counter[str]()
    for hour in files.plan().hours:
        for order in hour.orders:
            for line in order.lines:
                asked[line.sku] += line.quantity
    independent = Counter[str]()
    for row in filter(goods, rows([files.orders])):
        independent[row["StockCode"]] += int(row["Quantity"])
    assert asked == independent


def test_the_independent_script_counts_a_doubled_scan_once(files: Files) -> None:
    ends = totals(rows([files.orders]), rows([files.receipts]), rows([files.opening]))
    assert ends == {"85123A": 1 + 5, "85123a": 0, "22633": 4, "DCGSSGIRL": 0}
