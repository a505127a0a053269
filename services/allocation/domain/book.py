"""The book of one SKU: what stands where, who waits, and what was decided, entry by entry."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass

from services.allocation.domain.changes import CancelAnswer
from services.allocation.domain.decisions import Decision, Kind
from services.allocation.domain.policy import Product
from services.allocation.domain.queue import Behind, Line, Place
from services.allocation.domain.reasons import Reason
from services.allocation.domain.supply import Arrival, Source, Supply


@dataclass(frozen=True, slots=True)
class Item:
    """A SKU's counters, and its product once that has come.

    Of the waiting lines only those that are not passed over count.
    """

    sku: str
    decision_no: int = 0
    waiting_lines: int = 0
    waiting_units: int = 0
    product: Product | None = None


class Book:
    """A SKU as it was read (``…_before``) and as it stands now.

    ``lines`` holds what was read of the queue, the lines that facts name, and those that came in;
    ``told`` the decisions and the answers to cancels, in order.
    """

    def __init__(self, item: Item, supplies: Iterable[Supply]) -> None:
        self.item_before = item
        self.decision_no = item.decision_no
        self.waiting_lines = item.waiting_lines
        self.waiting_units = item.waiting_units
        self.product = item.product
        self.supply_before = {supply.warehouse: supply for supply in supplies}
        self.supply = dict(self.supply_before)
        self.lines_before: dict[str, Line] = {}
        self.lines: dict[str, Line] = {}
        self.told: list[Decision | CancelAnswer] = []
        self._queue: dict[str, Line] = {}
        self._queue_is_in_order = True
        self._moves: list[tuple[Place, Behind]] = []

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

    @property
    def decisions(self) -> list[Decision]:
        """What was decided, by number."""
        return [entry for entry in self.told if isinstance(entry, Decision)]

    # ---- units ---------------------------------------------------------------------------------

    def at(self, warehouse: str) -> Supply:
        """The SKU's units in a warehouse."""
        return self.supply.get(warehouse) or Supply(warehouse)

    def move(self, supply: Supply) -> None:
        """Units have moved."""
        self.supply[supply.warehouse] = supply

    # ---- lines ---------------------------------------------------------------------------------

    def see(self, lines: Iterable[Line]) -> None:
        """Lines as they were read: the next in turn, or those that facts name."""
        for line in lines:
            if line.line_id not in self.lines:
                self.lines_before[line.line_id] = self.lines[line.line_id] = line
                self._queue_up(line)

    def put(self, line: Line) -> None:
        """A line stands otherwise now; queue and counters follow."""
        known = self.lines.get(line.line_id)
        before = known.eligible_units if known else 0
        after = line.eligible_units
        self.lines[line.line_id] = line
        self._queue_up(line)
        if after != before:
            self._waits(line, (after > 0) - (before > 0), after - before)

    def _queue_up(self, line: Line) -> None:
        if line.eligible_units == 0:
            self._queue.pop(line.line_id, None)
            return
        self._queue_is_in_order &= line.line_id in self._queue
        self._queue[line.line_id] = line

    def _waits(self, line: Line, lines: int, units: int) -> None:
        self.waiting_lines += lines
        self.waiting_units += units
        insort(self._moves, (line.place, Behind(line.warehouses, lines, units)), key=place_of)
        for warehouse in line.warehouses:
            self.move(self.at(warehouse).with_waiting(units))

    @property
    def queue(self) -> Iterable[Line]:
        """The lines to serve, by place: as many as were read, and those that joined."""
        if not self._queue_is_in_order:
            in_order = sorted(self._queue.values(), key=lambda line: line.place)
            self._queue = {line.line_id: line for line in in_order}
            self._queue_is_in_order = True
        return self._queue.values()

    def behind(self, line: Line, as_read: Iterable[Behind]) -> list[Behind]:
        """Who waits behind a line: as it was read, and what has moved there since."""
        start = bisect_right(self._moves, line.place, key=place_of)
        return [*as_read, *(move for _, move in self._moves[start:])]

    def ahead_of(self, line: Line, behind: Iterable[Behind]) -> dict[str, int]:
        """Units that come before a line's own, per warehouse: those ahead, and the shortfall."""
        ahead = {
            warehouse: here.waiting_units + here.shortfall - line.eligible_units
            for warehouse in line.warehouses
            for here in (self.at(warehouse),)
        }
        for one in behind:
            for warehouse in one.warehouses:
                if warehouse in ahead:
                    ahead[warehouse] -= one.units
        return ahead

    def position_of(self, line: Line, behind: Iterable[Behind]) -> int:
        """A line's place in the queue, counted from 1; a suspended one's if it were served."""
        itself = 1 if line.eligible_units == 0 else 0
        return self.waiting_lines + itself - sum(one.lines for one in behind)

    # ---- decisions -----------------------------------------------------------------------------

    def decide(
        self, kind: Kind, quantity: int, reason: Reason, line: Line | None = None, *,
        warehouse: str | None = None, source: Source | None = None,
        arrival: Arrival | None = None, position: int | None = None,
    ) -> int:  # fmt: skip
        """Enter a decision under the SKU's next number; the number."""
        self.decision_no += 1
        entry = Decision(
            self.decision_no, kind, self.item_before.sku, quantity, reason, line, warehouse,
            source, arrival, position,
        )  # fmt: skip
        self.told.append(entry)
        return self.decision_no


def place_of(move: tuple[Place, Behind]) -> Place:
    """Where something has moved."""
    return move[0]
