"""Who gets what: the desk of one SKU, open while the SKU's row is locked.

Whoever waits is served by place. Whoever arrives while units are free takes them: then nobody
waits for that warehouse, since units that come up serve the queue before they lie free.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from services.allocation.domain import reasons
from services.allocation.domain.book import Book, Item
from services.allocation.domain.expected import Counted, Deliveries, Expected
from services.allocation.domain.outlook import Outlook
from services.allocation.domain.policy import Policy, Product
from services.allocation.domain.queue import Behind, Line, in_turn
from services.allocation.domain.reasons import Reason
from services.allocation.domain.supply import Arrival, Count, Source, Supply, TakenCount


class Desk:
    """One SKU in hand: facts come in one after another, the book holds what is decided."""

    def __init__(
        self,
        item: Item,
        supplies: Iterable[Supply] = (),
        deliveries: Iterable[Expected] = (),
        *,
        policy: Policy,
        today: date,
    ) -> None:
        self.book = Book(item, supplies)
        self.deliveries = Deliveries(deliveries, today)
        self.policy = policy
        self.today = today
        self.counts: list[TakenCount] = []
        self._was_expected = bool(self.deliveries.still_to_come)
        self._otherwise_than_foreseen = False

    # ---- what comes in -------------------------------------------------------------------------

    def take_product(self, product: Product, undecided: Iterable[Line] = ()) -> None:
        """The latest revision holds; the first one decides the lines that came before it."""
        known = self.product
        if known is not None and known.revision >= product.revision:
            return
        self.book.product = product
        if known is None:
            for line in sorted(undecided, key=lambda line: line.place):
                self.answer(line)

    def answer(self, line: Line, behind: Sequence[Behind] = ()) -> None:
        """Grant what is free, let wait what may wait, refuse the rest."""
        if line.line_id in self.book.answered:
            raise ValueError(f"{line.line_id} was requested twice: a line is answered once")
        self.book.answered[line.line_id] = line
        if self.product is None:
            return
        for warehouse in line.warehouses:
            line = self._grant_free_units(line, warehouse)
        line = self._let_wait(line, behind, self.product)
        self._refuse_the_rest(line, self.product)

    def see_queue(self, lines: Iterable[Line]) -> None:
        """The next lines in turn, by place, enough of them for what comes in."""
        self.book.queue = {line.line_id: line for line in lines}

    def receive(self, arrival: Arrival, counted: Counted | None) -> None:
        """Good units came in at a dock: the queue first, the rest to the shelf."""
        foreseen = self.deliveries.received(arrival.units, counted)
        self._otherwise_than_foreseen |= not foreseen
        if left := self._serve(arrival):
            self.book.move(self.book.at(arrival.warehouse).put_away(left))
            self.book.decide(
                "put_away", left, reasons.put_away(left, arrival),
                warehouse=arrival.warehouse, source=arrival.source, arrival=arrival,
            )  # fmt: skip

    def take_count(self, count: Count, found: Arrival) -> None:
        """Keep the count beside the shelf figure; the difference comes up, or is gone."""
        on_shelf = self.book.at(count.warehouse).on_shelf
        difference = count.difference(on_shelf)
        self.counts.append(TakenCount(count, on_shelf, difference))
        self.adjust(difference, replace(found, units=max(0, difference)))

    def adjust(self, difference: int, added: Arrival) -> None:
        """Units on the shelf have come up by others' doing, or are gone."""
        self._otherwise_than_foreseen |= difference != 0
        if difference < 0:
            self.book.move(self.book.at(added.warehouse).taken(-difference))
        else:
            self._serve(added)

    def expect(self, delivery: Expected) -> None:
        """A delivery should come, or has moved."""
        self._otherwise_than_foreseen |= self.deliveries.announced(delivery)

    # ---- the rules -----------------------------------------------------------------------------

    def _serve(self, arrival: Arrival) -> int:
        """Pay the shortfall, then give units to who waits longest; return what nobody waits for."""
        here = self.book.at(arrival.warehouse)
        owed = min(arrival.units, here.shortfall)
        self.book.move(here.arrived(arrival.units, arrival.source).paid(owed, arrival.source))
        left = arrival.units - owed
        turns = list(in_turn(left, arrival.warehouse, self.book.queue.values()))
        for position, (line, quantity) in enumerate(turns, start=1):
            self._grant_waiting(line, quantity, reasons.served(position, arrival), arrival)
            left -= quantity
        return left

    def _grant_waiting(self, line: Line, quantity: int, reason: Reason, arrival: Arrival) -> None:
        """Whose turn it is gets units that came up."""
        line = line.granted_from_queue(quantity)
        self.book.is_served(line, quantity)
        self._otherwise_than_foreseen |= len(line.warehouses) > 1
        self._send_to_lane(line, quantity, arrival.warehouse, arrival.source, reason, arrival)

    def _grant_free_units(self, line: Line, warehouse: str) -> Line:
        """Who arrives takes what lies free."""
        free = self.book.at(warehouse).on_shelf
        if (quantity := min(free, line.undecided)) == 0:
            return line
        line = line.granted_at_once(quantity)
        self.book.answered[line.line_id] = line
        reason = reasons.in_stock(free, warehouse)
        self._send_to_lane(line, quantity, warehouse, "shelf", reason)
        return line

    def _send_to_lane(
        self, line: Line, quantity: int, warehouse: str, source: Source, reason: Reason,
        arrival: Arrival | None = None,
    ) -> None:  # fmt: skip
        self.book.move(self.book.at(warehouse).sent_to_lane(quantity, source))
        self.book.decide(
            "grant", quantity, reason, line, warehouse=warehouse, source=source, arrival=arrival
        )

    def _let_wait(self, line: Line, behind: Sequence[Behind], product: Product) -> Line:
        """As many units wait as may, at the line's place, with a day where one can be given."""
        room = product.room_for(self.book.waiting_units)
        units = line.undecided if room is None else min(line.undecided, room)
        if units == 0:
            return line
        behind = [*behind, *self.book.newcomers_behind(line)]
        ahead = self.book.ahead_of(line, behind)
        promise, reason = self.outlook.promise(line, units, ahead, product)
        line = line.waits(units, promise, since_decision=self.book.decision_no + 1)
        self.book.answered[line.line_id] = line
        self.book.decide("wait", units, reason, line, position=self.book.position_before(behind))
        self.book.joins_the_queue(line)
        self._otherwise_than_foreseen |= bool(behind)
        return line

    def _refuse_the_rest(self, line: Line, product: Product) -> None:
        """What may not wait is refused, with the reason."""
        if (rest := line.undecided) == 0:
            return
        line = line.without(rest)
        self.book.answered[line.line_id] = line
        if product.backorder == "none":
            reason = reasons.not_sold_from_empty_stock()
        else:
            waiting = self.book.waiting_units
            reason = reasons.over_limit(product.backorder_limit or 0, waiting)
        self.book.decide("refuse", rest, reason, line)

    # ---- what is known -------------------------------------------------------------------------

    @property
    def product(self) -> Product | None:
        """The SKU's rules; None until its product has come: until then nothing is decided."""
        return self.book.product

    @cached_property
    def outlook(self) -> Outlook:
        """What should come, seen from today."""
        return Outlook(self.deliveries.still_to_come, self.today, self.policy.handling_days)

    @property
    def somebody_waits(self) -> bool:
        """Whether the queue holds a line."""
        return self.book.waiting_lines > 0

    @property
    def promises_are_stale(self) -> bool:
        """Whether waiting lines may have another day now than they were told."""
        expected = self._was_expected or bool(self.deliveries.still_to_come)
        return self._otherwise_than_foreseen and expected and self.somebody_waits
