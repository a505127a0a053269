"""The book of one SKU: what stands where, who waits, and what was decided, entry by entry."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass

from services.allocation.domain.decisions import Decision, Kind
from services.allocation.domain.policy import Product
from services.allocation.domain.queue import Behind, Line, Place
from services.allocation.domain.reasons import Reason
from services.allocation.domain.supply import Arrival, Source, Supply


@dataclass(frozen=True, slots=True)
class Item:
    """A SKU's counters, and its product once that has come."""

    sku: str
    decision_no: int = 0
    waiting_lines: int = 0
    waiting_units: int = 0
    product: Product | None = None


class Book:
    """A SKU as it was read (``item_before``, ``supply_before``) and as it stands now.

    ``queue`` holds the next lines in turn, as many as were read; ``answered`` the lines that came
    in, ``served`` those of the queue that were granted units.
    """

    def __init__(self, item: Item, supplies: Iterable[Supply]) -> None:
        self.item_before = item
        self.decision_no = item.decision_no
        self.waiting_lines = item.waiting_lines
        self.waiting_units = item.waiting_units
        self.product = item.product
        self.supply_before = {supply.warehouse: supply for supply in supplies}
        self.supply = dict(self.supply_before)
        self.queue: dict[str, Line] = {}
        self.answered: dict[str, Line] = {}
        self.served: dict[str, Line] = {}
        self.decisions: list[Decision] = []
        self._newcomers: list[tuple[Place, Line]] = []

    @property
    def item(self) -> Item:
        """The SKU as it stands now."""
        return Item(
            self.item_before.sku,
            self.decision_no,
            self.waiting_lines,
            self.waiting_units,
            self.product,
        )

    def at(self, warehouse: str) -> Supply:
        """The SKU's units in a warehouse."""
        return self.supply.get(warehouse) or Supply(warehouse)

    def move(self, supply: Supply) -> None:
        """Units have moved."""
        self.supply[supply.warehouse] = supply

    def decide(
        self, kind: Kind, quantity: int, reason: Reason, line: Line | None = None, *,
        warehouse: str | None = None, source: Source | None = None,
        arrival: Arrival | None = None, position: int | None = None,
    ) -> None:  # fmt: skip
        """Enter a decision under the SKU's next number."""
        self.decision_no += 1
        entry = Decision(
            self.decision_no, kind, self.item_before.sku, quantity, reason, line, warehouse,
            source, arrival, position,
        )  # fmt: skip
        self.decisions.append(entry)

    def joins_the_queue(self, line: Line) -> None:
        """A newcomer waits."""
        insort(self._newcomers, (line.place, line), key=lambda newcomer: newcomer[0])
        self._waits(line, lines=1, units=line.waiting)

    def is_served(self, line: Line, quantity: int) -> None:
        """A line leaves the queue, or stays in it with what it still waits for."""
        self.served[line.line_id] = line
        if line.waiting:
            self.queue[line.line_id] = line
        else:
            del self.queue[line.line_id]
        self._waits(line, lines=-(line.waiting == 0), units=-quantity)

    def _waits(self, line: Line, lines: int, units: int) -> None:
        self.waiting_lines += lines
        self.waiting_units += units
        for warehouse in line.warehouses:
            self.move(self.at(warehouse).with_waiting(units))

    def newcomers_behind(self, line: Line) -> list[Behind]:
        """Lines that came in with this one and wait already, but stand behind it."""
        start = bisect_right(self._newcomers, line.place, key=lambda newcomer: newcomer[0])
        return [
            Behind(newcomer.warehouses, 1, newcomer.waiting)
            for _, newcomer in self._newcomers[start:]
        ]

    def ahead_of(self, line: Line, behind: Iterable[Behind]) -> dict[str, int]:
        """Units that come before a newcomer's, per warehouse: those ahead, and the shortfall."""
        ahead = {w: self.at(w).waiting_units + self.at(w).shortfall for w in line.warehouses}
        for one in behind:
            for warehouse in one.warehouses:
                if warehouse in ahead:
                    ahead[warehouse] -= one.units
        return ahead

    def position_before(self, behind: Iterable[Behind]) -> int:
        """The place in the queue, counted from 1, of a newcomer ahead of some lines."""
        return self.waiting_lines - sum(one.lines for one in behind) + 1
