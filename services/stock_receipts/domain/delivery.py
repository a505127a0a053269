"""A delivery number: its suppliers' lines together, and several of them in hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from services.stock_receipts.domain.lines import (
    NOT_NAMED,
    NOTHING,
    Arrivals,
    DeliveryKey,
    End,
    Item,
    Line,
    LineKey,
    Notice,
)
from services.stock_receipts.domain.policy import Policy
from services.stock_receipts.domain.scans import Says

Kind = Literal["damaged", "delivery_ambiguous", "over", "short", "unannounced"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """All that is known of one SKU of one delivery: a line per supplier, as told."""

    lines: Mapping[str, Line] = field(default_factory=dict[str, Line])

    def announced(self, supplier: str, notice: Notice) -> Delivery:
        """After a notice."""
        line = self._line(supplier)
        after = line.announced(notice)
        return self if after is line else self._with(supplier, after)

    def scanned(self, supplier: str | None, arrivals: Arrivals) -> Delivery:
        """After a scan that names its supplier, or none."""
        name = supplier or NOT_NAMED
        return self._with(name, self._line(name).with_arrivals(arrivals))

    def ended(self, supplier: str, end: End) -> Delivery:
        """After a supplier's line was completed, cancelled, or given up."""
        return self._with(supplier, self._line(supplier).ended(end))

    def lapsed(self, supplier: str, now: datetime, policy: Policy) -> Delivery:
        """After time has passed: a line that nobody waits for any more is ended."""
        end = self.ends_by_themselves(policy).get(supplier)
        return self.ended(supplier, end) if end and end.at <= now else self

    def scanned_within(
        self, supplier: str, first_at: datetime | None, last_at: datetime | None
    ) -> Delivery:
        """After the first or the last scan under a name turned out to be another one."""
        line = self._line(supplier)
        came = replace(line.came, first_at=first_at, last_at=last_at)
        return self._with(supplier, replace(line, came=came))

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
        whole = self.lines[filled].with_arrivals(unnamed.came)
        return {
            supplier: whole if supplier == filled else line
            for supplier, line in self.lines.items()
            if supplier != NOT_NAMED
        }

    def discrepancies(self) -> dict[tuple[str, Kind], int]:
        """Units that are not as they should be, by supplier and kind."""
        found: dict[tuple[str, Kind], int] = {}
        for supplier, line in self.judged().items():
            found[supplier, "damaged"] = line.came.damaged
            found[supplier, "over"] = line.over
            found[supplier, "short"] = line.short
            if line.notice is None:
                several = supplier == NOT_NAMED and len(self.suppliers) > 1
                kind: Kind = "delivery_ambiguous" if several else "unannounced"
                found[supplier, kind] = line.came.units
        return {key: units for key, units in found.items() if units}

    def ends_by_themselves(self, policy: Policy) -> dict[str, End]:
        """When each line that owes units ends, if nothing else is heard of it."""
        return {
            supplier: end
            for supplier, line in self.judged().items()
            if (end := line.end_by_itself(policy))
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

    def _line(self, supplier: str) -> Line:
        return self.lines.get(supplier, NOTHING)

    def _with(self, supplier: str, line: Line) -> Delivery:
        return Delivery({**self.lines, supplier: line})


NOT_KNOWN = Delivery()


def expectation(line: Line) -> tuple[Notice | None, int]:
    """What a line lets others expect."""
    return line.notice, line.remaining


class Deliveries(dict[DeliveryKey, Delivery]):
    """Deliveries in hand, as facts change them, beside what they were."""

    def __init__(self, found: Mapping[DeliveryKey, Delivery]) -> None:
        super().__init__(found)
        self.before = dict(found)

    def correct(self, item: Item, before: Says, after: Says) -> dict[LineKey, Line]:
        """A scan says something else than before; lines that owe another number of units now."""
        left, entered = DeliveryKey(*item, before.delivery), DeliveryKey(*item, after.delivery)
        then = {key: self[key] for key in (left, entered)}
        gone = Arrivals(-before.good, -before.damaged)
        self[left] = self[left].scanned(before.supplier, gone)
        self[entered] = self[entered].scanned(after.supplier, Arrivals(after.good, after.damaged))
        return {
            key.of(supplier): line
            for key, delivery in then.items()
            for supplier, line in self[key].changed_expectations(delivery).items()
        }

    def named_lines(self) -> list[LineKey]:
        """Every line of a delivery that has a number."""
        return [
            key.of(supplier)
            for key, delivery in self.items()
            if key.delivery != NOT_NAMED
            for supplier in delivery.lines
        ]

    def changed_lines(self) -> Iterator[tuple[LineKey, Line]]:
        """Lines that are told otherwise than before."""
        for key, delivery, before in self._pairs():
            for supplier, line in delivery.lines.items():
                if before.lines.get(supplier) != line:
                    yield key.of(supplier), line

    def changed_expectations(self) -> Iterator[tuple[LineKey, Line]]:
        """Announced lines that let others expect something else than before."""
        for key, delivery, before in self._pairs():
            for supplier, line in delivery.changed_expectations(before).items():
                yield key.of(supplier), line

    def changed_discrepancies(self) -> Iterator[tuple[LineKey, Kind, int]]:
        """Units that do not fit, where they are others than before."""
        for key, delivery, before in self._pairs():
            for (supplier, kind), units in delivery.changed_discrepancies(before).items():
                yield key.of(supplier), kind, units

    def changed_ends(self, policy: Policy) -> Iterator[tuple[LineKey, End | None]]:
        """Lines that end by themselves at another time than before; None: not any more."""
        for key, delivery, before in self._pairs():
            then = before.ends_by_themselves(policy)
            now = delivery.ends_by_themselves(policy)
            for supplier in sorted({*then, *now}):
                was, will = then.get(supplier), now.get(supplier)
                if (was and was.at) != (will and will.at):
                    yield key.of(supplier), will

    def _pairs(self) -> Iterable[tuple[DeliveryKey, Delivery, Delivery]]:
        """Each delivery that has changed: as it is, and as it was."""
        return (
            (key, delivery, before)
            for key, delivery in self.items()
            if delivery is not (before := self.before.get(key, NOT_KNOWN))
        )
