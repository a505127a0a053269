"""When a waiting line's turn should come: the expected deliveries, poured into the queue."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from services.allocation.domain import reasons
from services.allocation.domain.calendar import working_days_after
from services.allocation.domain.expected import Expected
from services.allocation.domain.policy import Product
from services.allocation.domain.queue import Line, Promise
from services.allocation.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery line with the day it counts for."""

    on: date
    delivery: Expected


@dataclass(frozen=True, slots=True)
class ToCome:
    """What should come to one warehouse, in order, with the units that have come by then."""

    due: tuple[Due, ...]
    units_by_then: tuple[int, ...]

    def reaching(self, units: int) -> Due | None:
        """The delivery with which so many units have come."""
        index = bisect_left(self.units_by_then, units)
        return self.due[index] if index < len(self.due) else None


class Outlook:
    """What should come of one SKU, seen from one day."""

    def __init__(self, deliveries: Iterable[Expected], today: date, handling_days: int) -> None:
        self.today = today
        self.handling_days = handling_days
        by_warehouse: dict[str, list[Due]] = {}
        for delivery in deliveries:
            due = Due(delivery.counts_for(today), delivery)
            by_warehouse.setdefault(delivery.warehouse, []).append(due)
        self.to_come = {warehouse: poured(due) for warehouse, due in by_warehouse.items()}

    def reaching(self, line: Line, units: int, ahead: Mapping[str, int]) -> Due | None:
        """The delivery that reaches a line: the earliest that covers it in one of its warehouses.

        ``ahead``: per warehouse, the units that come before the line's own.
        """
        found = [
            due
            for warehouse in line.warehouses
            if (coming := self.to_come.get(warehouse))
            and (due := coming.reaching(ahead.get(warehouse, 0) + units))
        ]
        return min(found, key=lambda due: due.on) if found else None

    def reaches_beyond(self, ahead: Mapping[str, int]) -> bool:
        """Whether in some warehouse more should come than those ahead take."""
        return any(
            coming.units_by_then[-1] > ahead.get(warehouse, 0)
            for warehouse, coming in self.to_come.items()
        )

    def promise(
        self, line: Line, units: int, ahead: Mapping[str, int], product: Product
    ) -> tuple[Promise, Reason]:
        """What to tell a line whose units wait: a delivery's day, else the lead time, else none."""
        version = line.promise.version + 1
        before = max(ahead.get(warehouse, 0) for warehouse in line.warehouses)
        if due := self.reaching(line, units, ahead):
            day = working_days_after(due.on, self.handling_days)
            before = ahead.get(due.delivery.warehouse, 0)
            reason = reasons.delivery_expected(units, before, due.delivery, due.on)
        elif product.lead_time_days is not None:
            day = self._lead_time_day(line, product.lead_time_days)
            reason = reasons.lead_time(units, before, product.lead_time_days)
        else:
            day, reason = None, reasons.no_supply_known(units, before)
        return Promise(version, day, reason.code), reason

    def _lead_time_day(self, line: Line, days: int) -> date:
        """From now; a line that was promised by lead time keeps its day."""
        if line.promise.code == reasons.LEAD_TIME and line.promise.promised_on:
            return line.promise.promised_on
        return self.today + timedelta(days=days)


def poured(due: Iterable[Due]) -> ToCome:
    """One warehouse's deliveries, one after another."""
    order = sorted(due, key=lambda one: (one.on, one.delivery.expected_on, one.delivery.key))
    return ToCome(tuple(order), tuple(accumulate(one.delivery.remaining for one in order)))
