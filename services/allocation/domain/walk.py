"""Promising again: a walk along the queue when what should come, or who is ahead, has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from services.allocation.domain.decisions import PromiseChange
from services.allocation.domain.outlook import Outlook
from services.allocation.domain.policy import Product
from services.allocation.domain.queue import Line, Place
from services.allocation.domain.reasons import Reason, after_news
from services.allocation.domain.supply import Supply

PAGE_LINES = 2_000
"""Lines promised again in one transaction, per SKU; the next page is an effect of its own."""


HEAD: Place = (-1, datetime(1970, 1, 1, tzinfo=UTC), "")
"""Before every line: priority classes start at 0."""


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Where a walk goes on: behind a place, or at the head of the queue."""

    sku: str
    after: Place = HEAD


class Walk:
    """Goes from line to line, knowing the units ahead, and notes each day that changed."""

    def __init__(
        self,
        product: Product,
        outlook: Outlook,
        supplies: Iterable[Supply],
        passed: Mapping[str, int],
    ) -> None:
        self.product = product
        self.outlook = outlook
        self.ahead = {one.warehouse: one.shortfall for one in supplies}
        for warehouse, units in passed.items():
            self.ahead[warehouse] = self.ahead.get(warehouse, 0) + units

    @property
    def beyond_supply(self) -> bool:
        """Whether nothing that should come reaches the lines from here on."""
        return not self.outlook.reaches_beyond(self.ahead)

    def along(self, lines: Iterable[Line], news: Reason | None = None) -> list[PromiseChange]:
        """The lines whose day is another one now, in place order, with what has changed it."""
        changes: list[PromiseChange] = []
        for line in lines:
            promise, reason = self.outlook.promise(line, line.waiting, self.ahead, self.product)
            for warehouse in line.warehouses:
                self.ahead[warehouse] = self.ahead.get(warehouse, 0) + line.waiting
            if promise.promised_on != line.promise.promised_on:
                told = after_news(news, reason) if news else reason
                changes.append(PromiseChange(replace(line, promise=promise), told))
        return changes
