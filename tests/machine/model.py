"""What must hold at rest, from what outsiders said and saw, and from nothing else.

A pure model: it knows orders, receipts, refusals and cancels as the shop heard them, parcels as
they left the dock, and the provider's book. The services' rows are compared with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Ordered:
    """A line as the shop sold it."""

    order_id: str
    line_id: str
    sku: str
    quantity: int
    price_minor: int


@dataclass
class Model:
    """What outsiders know of one history."""

    lines: dict[str, Ordered] = field(default_factory=dict[str, Ordered])
    freight: dict[str, int] = field(default_factory=dict[str, int])
    scans: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    adjusted: Counter[str] = field(default_factory=Counter[str])
    refused_orders: set[str] = field(default_factory=set[str])
    refused: Counter[str] = field(default_factory=Counter[str])
    cancelled: Counter[str] = field(default_factory=Counter[str])
    settled: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def hear(self, events: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Take answers to the shop."""
        for kind, data in events:
            match kind.removeprefix("crossdock."):
                case "answer.refused.v1":
                    self.refused_orders.add(data["order_id"])
                case "answer.confirmed.v1":
                    for line in data["lines"]:
                        self.refused[line["line_id"]] = line["refused"]
                case "answer.cancel_settled.v1":
                    self.settle(data)
                case _:
                    pass

    def settle(self, data: Mapping[str, Any]) -> None:
        """A cancel is answered, once, for each unit it asked for."""
        name = data["order_id"], data["cancel_id"]
        assert name not in self.settled, f"{name} was settled twice"
        self.settled.add(name)
        for line in data["lines"]:
            assert line["cancelled"] + line["refused"] == line["requested"], data
            self.cancelled[line["line_id"]] += line["cancelled"]

    @property
    def supply(self) -> Counter[str]:
        """Good units that came, by SKU: as scans say now, and what others took or added."""
        found = Counter(self.adjusted)
        for sku, good in self.scans.values():
            found[sku] += good
        return found

    def wanted(self, line: Ordered) -> int:
        """Units of a line that are still to be sent, or were."""
        if line.order_id in self.refused_orders:
            return 0
        return line.quantity - self.refused[line.line_id] - self.cancelled[line.line_id]

    def owed_minor(self, dispatched: Mapping[str, int]) -> dict[str, int]:
        """What each order must have paid for what left: goods, and freight once."""
        owed: Counter[str] = Counter()
        for line in self.lines.values():
            if left := dispatched.get(line.line_id, 0):
                owed[line.order_id] += left * line.price_minor
        return {order: goods + self.freight[order] for order, goods in owed.items()}


def paid_minor(book: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Captured less refunded, by order, as the provider's book has it."""
    paid: Counter[str] = Counter()
    sign = {"capture": 1, "refund": -1}
    for entry in book:
        if entry["outcome"] == "done" and entry["operation"] in sign:
            paid[entry["order_id"]] += sign[entry["operation"]] * entry["amount_minor"]
    return {order: amount for order, amount in paid.items() if amount}


def overtaken(decisions: Iterable[Mapping[str, Any]], places: Mapping[str, Any]) -> list[str]:
    """Grants of a SKU, in the order decided, that passed over an eligible line with a better place.

    ``decisions`` have ``decision_no``, ``kind``, ``line_id`` and ``eligible_units``, the units that
    the line waits for after the decision; ``places`` the place of each line. One warehouse.
    """
    eligible: dict[str, int] = {}
    wrong: list[str] = []
    for one in decisions:
        line = one["line_id"]
        if line is None:
            continue
        if one["kind"] == "grant":
            wrong += [
                f"{line} at {one['decision_no']} before {other}"
                for other, units in eligible.items()
                if units and places[other] < places[line]
            ]
        eligible[line] = one["eligible_units"]
    return wrong
