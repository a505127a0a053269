"""Rows of invoices that begin with C: which order each one cancels, and how much of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from services.cli.retailer import read_plan
from services.cli.retailer_plan import Plan

ORDERS = """InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
1,LAMP,LAMP,6,2010-12-01 08:00:00,2.55,17.0,United Kingdom
2,LAMP,LAMP,4,2010-12-01 09:00:00,2.55,17.0,United Kingdom
2,BULB,BULB,5,2010-12-01 09:00:00,1.00,17.0,United Kingdom
3,LAMP,LAMP,9,2010-12-01 09:00:00,2.55,18.0,United Kingdom
C4,LAMP,LAMP,-5,2010-12-01 10:30:00,2.55,17.0,United Kingdom
C4,BULB,BULB,-1,2010-12-01 10:30:00,1.00,17.0,United Kingdom
C5,LAMP,LAMP,-7,2010-12-02 10:00:00,2.55,17.0,United Kingdom
C6,LAMP,LAMP,-1,2010-12-01 07:00:00,2.55,18.0,United Kingdom
C7,LAMP,LAMP,-1,2010-12-03 10:00:00,2.55,,United Kingdom
C8,D,Discount,-1,2010-12-03 10:00:00,2.55,18.0,United Kingdom
9,LAMP,LAMP,1,2010-12-04 10:00:00,2.55,17.0,United Kingdom
"""


def plan_of(folder: Path, *, with_cancels: bool = True, until: datetime | None = None) -> Plan:
    orders = folder / "orders.csv"
    orders.write_text(ORDERS)
    return read_plan([orders], [], [], until=until, with_cancels=with_cancels)


def cancels_of(plan: Plan) -> list[tuple[str, str, dict[str, int | None]]]:
    return [
        (one.order_id, one.cancel_id, {line.line: line.quantity for line in one.lines})
        for hour in plan.hours
        for one in hour.cancels
    ]


def test_a_cancel_takes_the_customers_latest_earlier_lines(tmp_path: Path) -> None:
    assert cancels_of(plan_of(tmp_path)) == [
        ("retail:2", "C4", {"1": 4, "2": 1}),
        ("retail:1", "C4", {"1": 1}),
        ("retail:1", "C5", {"1": 5}),
    ]


def test_it_comes_in_the_hour_of_its_invoice(tmp_path: Path) -> None:
    first = next(hour for hour in plan_of(tmp_path).hours if hour.cancels)
    assert first.end == datetime(2010, 12, 1, 10, 59, 59, 999999, tzinfo=UTC)
    assert first.facts == 2


def test_every_cancelling_row_is_counted(tmp_path: Path) -> None:
    assert plan_of(tmp_path).counts == {
        "orders: used as lines": 5,
        "orders: used as cancellation": 2,
        "orders: used as cancellation of a part": 1,
        "orders: no order to cancel": 2,
        "orders: fee code": 1,
    }


def test_what_comes_after_the_end_cancels_nothing(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, until=datetime(2010, 12, 2, tzinfo=UTC))
    assert [cancel_id for _, cancel_id, _ in cancels_of(plan)] == ["C4", "C4"]
    assert plan.counts["orders: outside --from and --to"] == 4


def test_they_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, with_cancels=False)
    assert cancels_of(plan) == []
    assert plan.counts["orders: cancellation (C…)"] == 6
