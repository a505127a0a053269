"""Deliveries that should come, line by line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.allocation.domain.calendar import next_working_day

DeliveryKey = tuple[str, str, str]
"""Warehouse, supplier, delivery: with the SKU it names a delivery line."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A delivery line: ``remaining`` units of ``quantity`` are still to come.

    ``announced_at`` is its revision: the latest holds.
    """

    warehouse: str
    supplier: str
    delivery: str
    quantity: int
    remaining: int
    expected_on: date
    stage: str
    announced_at: datetime

    @property
    def key(self) -> DeliveryKey:
        """What it is."""
        return (self.warehouse, self.supplier, self.delivery)

    def counts_for(self, today: date) -> date:
        """The day it is counted on: its own, or the next working day once that has passed."""
        return self.expected_on if self.expected_on >= today else next_working_day(today)

    def promises_the_same_as(self, other: Expected) -> bool:
        """Whether as many units are to come on the same day."""
        return (self.remaining, self.expected_on) == (other.remaining, other.expected_on)


@dataclass(frozen=True, slots=True)
class Counted:
    """The delivery line that a scan counted against, and what it owes now."""

    key: DeliveryKey
    remaining: int


class Deliveries:
    """The expected deliveries of one SKU, seen from one day, as notices and scans move them."""

    def __init__(self, lines: Iterable[Expected], today: date) -> None:
        self.today = today
        self.lines = {line.key: line for line in lines}
        self.touched: dict[DeliveryKey, Expected] = {}

    @property
    def still_to_come(self) -> list[Expected]:
        """Delivery lines that owe units."""
        return [line for line in self.lines.values() if line.remaining > 0]

    def announced(self, line: Expected) -> bool:
        """Take a notice, unless a later one is known; say whether it changes what should come."""
        known = self.lines.get(line.key)
        if known is not None and known.announced_at > line.announced_at:
            return False
        self._put(line)
        if known is None:
            return line.remaining > 0
        return not line.promises_the_same_as(known)

    def received(self, good: int, counted: Counted | None) -> bool:
        """Take a scan; say whether it went as foreseen.

        Foreseen is a scan that brings as many good units as its delivery line then owes less,
        while no other delivery was to come to that warehouse before it.
        """
        known = self.lines.get(counted.key) if counted else None
        if counted is None or known is None:
            return good == 0
        self._put(replace(known, remaining=counted.remaining))
        return good == known.remaining - counted.remaining and self._is_next(known)

    def owes(self, counted: Counted) -> bool:
        """A delivery line owes another number of units; say whether that changes anything."""
        known = self.lines.get(counted.key)
        if known is None or known.remaining == counted.remaining:
            return False
        self._put(replace(known, remaining=counted.remaining))
        return True

    def _is_next(self, line: Expected) -> bool:
        """Whether no other delivery was to come to its warehouse before it."""
        return all(
            other.counts_for(self.today) >= line.counts_for(self.today)
            for other in self.still_to_come
            if other.warehouse == line.warehouse
        )

    def _put(self, line: Expected) -> None:
        self.lines[line.key] = line
        self.touched[line.key] = line
