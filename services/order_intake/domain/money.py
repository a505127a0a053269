"""What an order's lines cost: amounts that add up, spread once over the lines.

Amounts are integer minor units of one currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line as the shop priced it."""

    quantity: int
    unit_price_minor: int
    discount_minor: int = 0
    tax_minor: int = 0

    @property
    def net_minor(self) -> int:
        """Its units less its own discount."""
        return self.quantity * self.unit_price_minor - self.discount_minor


@dataclass(frozen=True, slots=True)
class Bill:
    """An order's amounts; ``tax_minor`` comes on top of the taxes told per line."""

    lines: tuple[PricedLine, ...]
    discount_minor: int
    freight_minor: int
    tax_minor: int
    prices_include_tax: bool
    total_minor: int

    @property
    def goods_minor(self) -> int:
        """All lines, before the order's discount and tax."""
        return sum(line.net_minor for line in self.lines)

    @property
    def added_tax_minor(self) -> int:
        """Taxes that the prices do not hold yet."""
        if self.prices_include_tax:
            return 0
        return self.tax_minor + sum(line.tax_minor for line in self.lines)

    @property
    def computed_total_minor(self) -> int:
        """What the amounts add up to."""
        return self.goods_minor - self.discount_minor + self.freight_minor + self.added_tax_minor


def line_totals(bill: Bill) -> list[int]:
    """What each line costs, its share of the order's discount and tax in it.

    With freight they sum to the order's total. No line's discount may exceed the line, nor the
    order's discount its goods (``judging`` refuses those).
    """
    nets = [line.net_minor for line in bill.lines]
    discounts = spread(bill.discount_minor, nets)
    nets = [net - discount for net, discount in zip(nets, discounts, strict=True)]
    if bill.prices_include_tax:
        return nets
    taxes = spread(bill.tax_minor, nets)
    return [
        net + tax + line.tax_minor for net, tax, line in zip(nets, taxes, bill.lines, strict=True)
    ]


def spread(amount: int, weights: Sequence[int]) -> list[int]:
    """Split an amount by weight with the largest remainder; at a tie the earlier line gets it.

    Shares sum to the amount, are at least 0, and none exceeds its weight if the weights' sum
    covers the amount. Weights that are all 0 count as equal.
    """
    if not any(weights):
        weights = [1] * len(weights)
    whole = sum(weights)
    if not amount or not whole:
        return [0] * len(weights)
    shares = [amount * weight // whole for weight in weights]
    left = amount - sum(shares)
    if left:
        by_remainder = sorted(
            range(len(weights)), key=lambda index: (-(amount * weights[index] % whole), index)
        )
        for index in by_remainder[:left]:
            shares[index] += 1
    return shares
