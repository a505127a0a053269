"""The facts of the demo's story: who buys what, and which deliveries are announced."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from schemas.shops import OrderedLine, OrderPlaced
from schemas.suppliers import DeliveryAnnounced
from schemas.values import Address, Contact, PaymentMethod

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LAMP = "LAMP-BRASS"
LAMP_PRICE_MINOR = 8_900
FREIGHT_MINOR = 490
BUYERS = 40
AT_ONCE = 10
"""Orders that reach the shop in the same moment."""
FIRST_TRUCK, FIRST_GOOD, FIRST_DAMAGED = 30, 24, 1
SECOND_TRUCK = 20
SECOND_DAY, SECOND_DAY_AFTER_ALL = date(2026, 3, 10), date(2026, 3, 12)
EXPIRED, CANCELS, BROKEN = 7, 31, 35
"""Customers to whom something happens; which lamp breaks is drawn by the dock from its seed."""
MISHAPS = {"CROSSDOCK_DOCK_SEED": "88", "CROSSDOCK_DOCK_DAMAGED_PERCENT": "1"}
"""What the dock of the demo is told: with it exactly the lamp of ``BROKEN`` breaks."""
SAMPLES = (1, 24, 25, 30, 31, 40)
TOKEN, EXPIRED_TOKEN = "tok_ok", "tok_expired"
"""The stand-in's tokens of a card that works, and of one that has expired when it is used."""
NAMES = ("Ada", "Ben", "Cleo", "Dev", "Edda", "Finn", "Gül", "Hugo")
MAIL_LINES = 24


def order_id(number: int) -> str:
    """The id of a buyer's order."""
    return f"demo:{1000 + number}"


def an_order(number: int) -> OrderPlaced:
    """One buyer's order of one lamp."""
    name = NAMES[number % len(NAMES)]
    return OrderPlaced(
        order_id=order_id(number),
        placed_at=MONDAY + timedelta(hours=1, minutes=number),
        currency="GBP",
        customer_ref=f"c{number}",
        contact=Contact(
            name=f"{name} Example",
            email=f"buyer{number}@example.invalid",
            address=Address(lines=(f"{number} Lamp Lane",), city="Leeds", country="GB"),
        ),
        lines=(
            OrderedLine(
                line="1", sku=LAMP, title="Brass reading lamp", quantity=1,
                unit_price_minor=LAMP_PRICE_MINOR,
            ),
        ),
        freight_minor=FREIGHT_MINOR,
        total_minor=LAMP_PRICE_MINOR + FREIGHT_MINOR,
        payment_method=PaymentMethod(
            method_id="card", token=EXPIRED_TOKEN if number == EXPIRED else TOKEN
        ),
    )  # fmt: skip


def announced(delivery: str, quantity: int, on: date, at: datetime) -> DeliveryAnnounced:
    """A supplier's announcement of lamps."""
    return DeliveryAnnounced(
        warehouse="MAIN", supplier="Lumen & Sons", delivery=delivery, sku=LAMP, quantity=quantity,
        expected_on=on, stage="sent", announced_at=at,
    )  # fmt: skip
