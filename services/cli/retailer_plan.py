"""A retailer's facts by the hour: what a replay publishes, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from schemas.shops import OrderCancelRequested, OrderPlaced, ProductListed
from schemas.suppliers import DeliveryAnnounced
from schemas.warehouses import ReceiptScanned, StockCounted

T = TypeVar("T")

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Hour:
    """The facts of one hour; ``end`` is its last microsecond."""

    end: datetime
    orders: tuple[OrderPlaced, ...]
    notices: tuple[DeliveryAnnounced, ...]
    receipts: tuple[ReceiptScanned, ...]
    cancels: tuple[OrderCancelRequested, ...]
    """Published when the other facts of the hour have come to rest."""

    @property
    def facts(self) -> int:
        """How many there are."""
        return sum(map(len, (self.orders, self.notices, self.receipts, self.cancels)))


@dataclass(frozen=True)
class Plan:
    """What to publish and when, and what became of every row."""

    products: tuple[ProductListed, ...]
    opening: tuple[StockCounted, ...]
    hours: tuple[Hour, ...]
    counts: Mapping[str, int]

    @property
    def starts_at(self) -> datetime:
        """The beginning of the first hour. Raises ``IndexError`` when no row is used."""
        return hour_of(self.hours[0].end)

    @property
    def facts(self) -> int:
        """How many facts are published in all."""
        return len(self.products) + len(self.opening) + sum(hour.facts for hour in self.hours)


def hours_of(
    orders: Iterable[OrderPlaced],
    notices: Iterable[DeliveryAnnounced],
    receipts: Iterable[ReceiptScanned],
    cancels: Iterable[OrderCancelRequested] = (),
) -> tuple[Hour, ...]:
    """The facts by hour, in order of time within each kind."""
    placed = by_hour(orders, lambda one: one.placed_at)
    told = by_hour(notices, lambda one: one.announced_at)
    scanned = by_hour(receipts, lambda one: one.scanned_at)
    taken_back = by_hour(cancels, lambda one: one.requested_at)
    return tuple(
        Hour(
            start + HOUR - timedelta(microseconds=1),
            tuple(placed[start]), tuple(told[start]), tuple(scanned[start]),
            tuple(taken_back[start]),
        )
        for start in sorted({*placed, *told, *scanned, *taken_back})
    )  # fmt: skip


def by_hour(facts: Iterable[T], time_of: Callable[[T], datetime]) -> defaultdict[datetime, list[T]]:
    """Facts in their order of time, under the beginning of the hour of each."""
    found: defaultdict[datetime, list[T]] = defaultdict(list)
    for fact in sorted(facts, key=time_of):
        found[hour_of(time_of(fact))].append(fact)
    return found


def hour_of(moment: datetime) -> datetime:
    """The beginning of an hour."""
    return moment.replace(minute=0, second=0, microsecond=0)
