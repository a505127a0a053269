"""Facts as outsiders tell them; what a journey does not care about is filled in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from schemas.shops import OrderedLine, OrderPlaced, ProductListed
from schemas.suppliers import DeliveryAnnounced
from schemas.values import Address, Contact, PaymentMethod
from schemas.warehouses import ReceiptScanned

PRICE_MINOR = 2_000
FREIGHT_MINOR = 490


def a_product(sku: str, **fields: Any) -> ProductListed:
    """A product, sold without limit."""
    return ProductListed(sku=sku, revision=1, title=f"{sku} of brass", **fields)


def an_order(order_id: str, at: datetime, /, **fields: Any) -> OrderPlaced:
    """An order of Ada's; ``lines`` maps SKUs to quantities, one line each."""
    lines: dict[str, int] = fields.pop("lines")
    ordered = [
        OrderedLine(sku=sku, title=f"{sku} of brass", quantity=units, unit_price_minor=PRICE_MINOR)
        for sku, units in lines.items()
    ]
    known: dict[str, Any] = {
        "order_id": order_id,
        "placed_at": at,
        "currency": "GBP",
        "customer_ref": f"customer-of-{order_id}",
        "contact": Contact(
            name="Ada Byron",
            email="ada@example.invalid",
            address=Address(lines=("12 St James's Square",), city="London", country="GB"),
        ),
        "lines": ordered,
        "freight_minor": FREIGHT_MINOR,
        "total_minor": sum(lines.values()) * PRICE_MINOR + FREIGHT_MINOR,
        "payment_method": PaymentMethod(method_id="card", token="tok_ok"),
    }
    return OrderPlaced.model_validate({**known, **fields})


def a_delivery(delivery: str, sku: str, units: int, on: date, at: datetime) -> DeliveryAnnounced:
    """A supplier's announcement."""
    return DeliveryAnnounced(
        warehouse="MAIN", supplier="Lumen & Sons", delivery=delivery, sku=sku, quantity=units,
        expected_on=on, announced_at=at,
    )  # fmt: skip


def a_scan(scan_id: str, sku: str, at: datetime, /, **fields: Any) -> ReceiptScanned:
    """Units that came in at the dock."""
    return ReceiptScanned.model_validate(
        {"warehouse": "MAIN", "scan_id": scan_id, "dock": "DOCK-1", "sku": sku, "scanned_at": at,
         **fields}
    )  # fmt: skip
