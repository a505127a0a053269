"""The rules of the dock: whose delivery a scan fills, what is still to come, what does not fit.

Everything follows from all that is known of one delivery of one SKU, whatever came first: a scan
before its notice ends like the notice before its scan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, NamedTuple

NOT_NAMED = ""
"""The supplier of a scan that names none, the delivery of a scan without a number."""

Stage = Literal["ordered", "made", "sent", "arrived"]
Kind = Literal["damaged", "delivery_ambiguous", "over", "unannounced"]


class Item(NamedTuple):
    """A SKU in a warehouse."""

    sku: str
    warehouse: str


class DeliveryKey(NamedTuple):
    """A SKU of a delivery number at a warehouse; several suppliers may use the same number."""

    sku: str
    warehouse: str
    delivery: str

    @property
    def item(self) -> Item:
        """What comes, and where to."""
        return Item(self.sku, self.warehouse)


@dataclass(frozen=True, slots=True)
class Notice:
    """What a supplier says of a delivery line; the latest ``announced_at`` holds."""

    quantity: int
    expected_on: date
    stage: Stage
    announced_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """One supplier's line: the notice that holds, and the units scanned under its name."""

    notice: Notice | None = None
    good: int = 0
    damaged: int = 0

    @property
    def arrived(self) -> int:
        """Units that came; a damaged one has come, too, and is not to be waited for."""
        return self.good + self.damaged

    @property
    def remaining(self) -> int:
        """Announced units that are still to come."""
        return max(0, self.notice.quantity - self.arrived) if self.notice else 0

    @property
    def over(self) -> int:
        """Units that came beyond those announced."""
        return max(0, self.arrived - self.notice.quantity) if self.notice else 0

    def with_units(self, good: int, damaged: int) -> Line:
        """The line after more units came."""
        return replace(self, good=self.good + good, damaged=self.damaged + damaged)


NOTHING = Line()


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that is known of one SKU of one delivery: a line per supplier, as told."""

    lines: Mapping[str, Line] = field(default_factory=dict[str, Line])

    def announced(self, supplier: str, notice: Notice) -> Delivery:
        """After a notice; one that is older than the notice that holds changes nothing."""
        line = self.lines.get(supplier, NOTHING)
        if line.notice and line.notice.announced_at >= notice.announced_at:
            return self
        return self._with(supplier, replace(line, notice=notice))

    def scanned(self, supplier: str | None, good: int, damaged: int) -> Delivery:
        """After a scan that names its supplier, or none."""
        name = supplier or NOT_NAMED
        return self._with(name, self.lines.get(name, NOTHING).with_units(good, damaged))

    @property
    def suppliers(self) -> list[str]:
        """Who has announced it."""
        return [supplier for supplier, line in self.lines.items() if line.notice]

    def filled_by(self, supplier: str | None) -> str | None:
        """Whose line a scan fills: the named supplier's, else the only one's who announced it."""
        suppliers = self.suppliers
        if supplier:
            return supplier if supplier in suppliers else None
        return suppliers[0] if len(suppliers) == 1 else None

    def judged(self) -> dict[str, Line]:
        """The lines with units of scans that name no supplier under the one whose line they fill."""
        unnamed = self.lines.get(NOT_NAMED)
        filled = self.filled_by(None)
        if unnamed is None or filled is None:
            return dict(self.lines)
        whole = self.lines[filled].with_units(unnamed.good, unnamed.damaged)
        return {
            supplier: whole if supplier == filled else line
            for supplier, line in self.lines.items()
            if supplier != NOT_NAMED
        }

    def discrepancies(self) -> dict[tuple[str, Kind], int]:
        """Units that are not as they should be, by supplier and kind."""
        found: dict[tuple[str, Kind], int] = {}
        for supplier, line in self.judged().items():
            found[supplier, "damaged"] = line.damaged
            found[supplier, "over"] = line.over
            if line.notice is None:
                several = supplier == NOT_NAMED and len(self.suppliers) > 1
                found[supplier, "delivery_ambiguous" if several else "unannounced"] = line.arrived
        return {key: units for key, units in found.items() if units}

    def changed_lines(self, before: Delivery) -> dict[str, Line]:
        """Lines that are told otherwise than before."""
        return {
            supplier: line
            for supplier, line in self.lines.items()
            if before.lines.get(supplier) != line
        }

    def changed_expectations(self, before: Delivery) -> dict[str, Line]:
        """Announced lines of which another notice holds, or other units are still to come."""
        then = before.judged()
        return {
            supplier: line
            for supplier, line in self.judged().items()
            if line.notice and expectation(line) != expectation(then.get(supplier, NOTHING))
        }

    def changed_discrepancies(self, before: Delivery) -> dict[tuple[str, Kind], int]:
        """Units by supplier and kind where they are others than before; 0: explained by now."""
        then, now = before.discrepancies(), self.discrepancies()
        return {
            key: now.get(key, 0)
            for key in sorted({*then, *now})
            if now.get(key, 0) != then.get(key, 0)
        }

    def _with(self, supplier: str, line: Line) -> Delivery:
        return Delivery({**self.lines, supplier: line})


def expectation(line: Line) -> tuple[Notice | None, int]:
    """What a line lets others expect."""
    return line.notice, line.remaining
