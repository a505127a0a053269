"""What is too much, or cannot be meant, is refused with a sentence that says which field."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.envelope import Event
from schemas.shops import OrderPlaced, ProductListed
from schemas.suppliers import DeliveryAnnounced
from schemas.values import AMOUNT_LIMIT_MINOR, ORDER_LINES_LIMIT, QUANTITY_LIMIT
from schemas.warehouses import ParcelPacked, ReceiptScanned, StockAdjusted
from tests.schemas.examples import example, read

HUGE = 10**30


def a_line(**changes: Any) -> dict[str, Any]:
    """An ordered line."""
    return {"sku": "LAMP-BRASS-07", "quantity": 1, "unit_price_minor": 4500, **changes}


def with_line(**changes: Any) -> dict[str, Any]:
    """The change that makes a line of the order such a line."""
    return {"lines": [a_line(**changes)]}


def test_an_order_may_have_so_many_lines_and_no_more() -> None:
    lines = [a_line() for _ in range(ORDER_LINES_LIMIT)]
    assert read(OrderPlaced, example(OrderPlaced, lines=lines))
    with pytest.raises(ValidationError, match=r"lines\n.*at most 2000 items"):
        read(OrderPlaced, example(OrderPlaced, lines=[*lines, a_line()]))


@pytest.mark.parametrize(
    ("event", "changes", "told"),
    [
        (OrderPlaced, with_line(quantity=0), "lines.0.quantity.*greater than or equal to 1"),
        (OrderPlaced, with_line(quantity=-2), "lines.0.quantity.*greater than or equal to 1"),
        (OrderPlaced, with_line(quantity=1.5), "lines.0.quantity.*fractional part"),
        (OrderPlaced, with_line(quantity=QUANTITY_LIMIT + 1), "lines.0.quantity.*1000000"),
        (OrderPlaced, with_line(quantity=HUGE), "lines.0.quantity.*1000000"),
        (OrderPlaced, with_line(unit_price_minor=-1), "lines.0.unit_price_minor.*equal to 0"),
        (OrderPlaced, {"total_minor": AMOUNT_LIMIT_MINOR + 1}, "total_minor.*100000000000"),
        (OrderPlaced, {"total_minor": HUGE}, "total_minor.*100000000000"),
        (OrderPlaced, {"currency": "euro"}, "currency.*pattern"),
        (OrderPlaced, {"order_id": "1001"}, "order_id.*pattern"),
        (OrderPlaced, {"order_id": "Lamp Shop:1001"}, "order_id.*pattern"),
        (OrderPlaced, {"order_id": "lampshop:10\x0001"}, "order_id.*pattern"),
        (OrderPlaced, {"customer_ref": "C\x00"}, "customer_ref.*NUL character.*remove it"),
        (OrderPlaced, {"customer_ref": "m@example.invalid"}, "customer_ref.*not an address"),
        (OrderPlaced, with_line(sku="LAMP\x00"), "lines.0.sku.*NUL character.*remove it"),
        (OrderPlaced, {"note": "\x00"}, "note.*NUL character.*remove it"),
        (OrderPlaced, {"note": "x" * 501}, "note.*at most 500 characters"),
        (OrderPlaced, {"placed_at": "2026-03-02T09:12:44"}, "placed_at.*timezone"),
        (OrderPlaced, {"placed_at": "0001-01-01T00:00:00+05:00"}, "placed_at.*1970 to 2199"),
        (OrderPlaced, {"placed_at": "9999-12-31T23:59:59-05:00"}, "placed_at.*1970 to 2199"),
        (OrderPlaced, {"priority_class": 10}, "priority_class.*less than or equal to 9"),
        (OrderPlaced, {"warehouses": ["W"] * 21}, "warehouses.*at most 20 items"),
        (ProductListed, {"revision": HUGE}, "revision.*less than or equal to 9007199254740991"),
        (ProductListed, {"backorder_limit": None}, "give `backorder_limit` exactly when"),
        (ProductListed, {"lead_time_days": 731}, "lead_time_days.*less than or equal to 730"),
        (ReceiptScanned, {"good": 0, "damaged": 0}, "nothing was scanned"),
        (ReceiptScanned, {"good": HUGE}, "good.*1000000"),
        (StockAdjusted, {"quantity": 0}, "must add or take units"),
        (StockAdjusted, {"quantity": -HUGE}, "quantity.*-1000000"),
        (StockAdjusted, {"reason": ""}, "reason.*at least 1 character"),
        (ParcelPacked, {"version": HUGE}, "version.*less than or equal to 2147483647"),
        (ParcelPacked, {"lines": []}, "lines.*at least 1 item"),
        (DeliveryAnnounced, {"expected_on": "9999-12-31"}, "expected_on.*1970 to 2199"),
        (DeliveryAnnounced, {"expected_on": "2026-02-30"}, "expected_on.*date"),
        (DeliveryAnnounced, {"warehouse": "MAIN STREET"}, "warehouse.*pattern"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(
    event: type[Event], changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValidationError, match=f"(?s){told}"):
        read(event, example(event, **changes))


def test_two_lines_of_one_id_are_refused() -> None:
    lines = [a_line(line="A"), a_line(line="A")]
    with pytest.raises(ValidationError, match="give each line its own `line`"):
        read(OrderPlaced, example(OrderPlaced, lines=lines))


def test_an_ordinal_that_is_another_lines_id_is_refused() -> None:
    lines = [a_line(line="2"), a_line()]
    with pytest.raises(ValidationError, match="give each line its own `line`"):
        read(OrderPlaced, example(OrderPlaced, lines=lines))


@pytest.mark.parametrize(
    "email",
    ["nobody", "a@b@c", "a@b, c@d", "Marta <marta@example.invalid>", "a\n@b", "a@b\r\nBcc:"],
)
def test_an_address_that_is_not_one_mailbox_is_refused(email: str) -> None:
    contact = {**example(OrderPlaced)["contact"], "email": email}
    with pytest.raises(ValidationError, match=r"contact\.email"):
        read(OrderPlaced, example(OrderPlaced, contact=contact))
