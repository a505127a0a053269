"""Why promises are looked at again: told with each day that changes."""

from __future__ import annotations

from services.allocation.domain.expected import DeliveryKey, Expected
from services.allocation.domain.reasons import Reason, units

SHORT_BECAUSE = {
    "completed": "was completed without",
    "cancelled": "was cancelled with",
    "closed": "was closed without",
    "overdue": "is overdue with",
}
"""How a delivery line left expected supply, before the units it still owed."""


def announced(delivery: Expected, was: Expected | None) -> Reason:
    """A delivery should come: a new one, or on another day, or with other units than before."""
    if was is None or was.remaining == 0:
        return about("delivery_announced", delivery.key, "was announced")
    if delivery.expected_on == was.expected_on:
        return about("delivery_moved", delivery.key, f"owes {units(delivery.remaining)} now")
    how = f"moved from {was.expected_on.isoformat()} to {delivery.expected_on.isoformat()}"
    return about("delivery_moved", delivery.key, how)


def short(key: DeliveryKey, left: int, cause: str) -> Reason:
    """The rest of a delivery will not come."""
    how = SHORT_BECAUSE.get(cause, "comes without")
    return about(f"delivery_{cause}", key, f"{how} {units(left)}")


def came_otherwise() -> Reason:
    """More, fewer, or other units came in than were announced."""
    return Reason("received_otherwise", "units came in otherwise than announced")


def stock_changed() -> Reason:
    """A count, an adjustment or a correction."""
    return Reason("stock_changed", "the stock turned out otherwise")


def came_back() -> Reason:
    """Units that orders gave back."""
    return Reason("units_given_back", "units came back from other orders")


def queue_changed() -> Reason:
    """Others left the queue, or stand ahead."""
    return Reason("queue_changed", "the orders ahead changed")


def about(code: str, key: DeliveryKey, how: str) -> Reason:
    """Something about a delivery line."""
    warehouse, supplier, delivery = key
    parameters: dict[str, str | int] = {
        "warehouse": warehouse, "supplier": supplier, "delivery": delivery
    }  # fmt: skip
    return Reason(code, f"delivery {delivery} of {supplier} {how}", parameters)
