"""Who gets what: the desk of one SKU, open while the SKU's row is locked.

Whoever waits is served by place. Whoever arrives while units are free takes them: then nobody
waits for that warehouse, since units that come up serve the queue before they lie free.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property

from services.allocation.domain import news, reasons
from services.allocation.domain.book import Book, Item
from services.allocation.domain.expected import Counted, Deliveries, DeliveryKey, Expected
from services.allocation.domain.outlook import Outlook
from services.allocation.domain.policy import Policy, Product
from services.allocation.domain.queue import Behind, Line, Promise, in_turn
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
        self.news: Reason | None = None
        self._was_expected = bool(self.deliveries.still_to_come)

    # ---- what comes in -------------------------------------------------------------------------

    def take_product(self, product: Product, undecided: Iterable[Line] = ()) -> None:
        """The latest revision holds; the first one decides the lines that came before it."""
        known = self.product
        if known is not None and known.revision >= product.revision:
            return
        self.book.product = product
        if known is None:
            self.book.see(undecided)
            for line in sorted(self.book.lines.values(), key=lambda line: line.place):
                self.answer(line.line_id)

    def request(self, line: Line) -> None:
        """A line comes in."""
        if line.line_id in self.book.lines:
            raise ValueError(f"{line.line_id} was requested twice: a line is answered once")
        self.book.put(line)

    def answer(self, line_id: str, behind: Sequence[Behind] = ()) -> None:
        """Grant what is free, let wait what may wait, refuse the rest."""
        line = self.book.lines[line_id]
        if self.product is None or line.undecided == 0:
            return
        if not line.suspended:
            line = self.grant_free_units(line)
        line = self._let_wait(line, behind, self.product)
        self._refuse_the_rest(line, self.product)

    def receive(self, arrival: Arrival, counted: Counted | None) -> None:
        """Good units came in at a dock: the queue first, the rest to the shelf."""
        if not self.deliveries.received(arrival.units, counted):
            self.note(news.came_otherwise())
        self.come_up(arrival)

    def correct(self, difference: int, found: Arrival, owing: Iterable[Counted]) -> None:
        """A scan was wrong: more units came in than it said, or some that it said do not exist."""
        for counted in owing:
            if self.deliveries.owes(counted):
                self.note(news.stock_changed())
        self.adjust(difference, found)

    def take_count(self, count: Count, found: Arrival) -> None:
        """Keep the count beside the shelf figure; the difference comes up, or is gone."""
        here = self.book.at(count.warehouse)
        difference = count.difference(here.on_shelf)
        self.counts.append(TakenCount(count, here.on_shelf, difference))
        if not count.opening:
            self.book.move(here.counted(difference))
        if difference:
            self.note(news.stock_changed())
            self.come_up(replace(found, units=max(0, difference)))

    def adjust(self, difference: int, added: Arrival) -> None:
        """Units have come up by others' doing, or are gone."""
        here = self.book.at(added.warehouse)
        if difference:
            self.note(news.stock_changed())
        if difference < 0:
            self.book.move(here.wrote_off(-difference))
        else:
            self.book.move(here.wrote_back(difference))
            self.come_up(added)

    def expect(self, delivery: Expected) -> None:
        """A delivery should come, or has moved."""
        known = self.deliveries.lines.get(delivery.key)
        if self.deliveries.announced(delivery):
            self.note(news.announced(delivery, known))

    def expect_no_more(self, key: DeliveryKey, short: int, cause: str) -> None:
        """The rest of a delivery line will not come, or nobody counts on it any more."""
        if self.deliveries.owes(Counted(key, 0)):
            self.note(news.short(key, short, cause))

    # ---- the rules -----------------------------------------------------------------------------

    def come_up(self, arrival: Arrival) -> None:
        """Units have come up: the shortfall first, then the queue, and the shelf keeps the rest."""
        left = self._serve(arrival)
        if left and arrival.source != "shelf":
            self.book.move(self.book.at(arrival.warehouse).put_away(left, arrival.source))
            self.book.decide(
                "put_away", left, reasons.put_away(left, arrival),
                warehouse=arrival.warehouse, source=arrival.source, arrival=arrival,
            )  # fmt: skip

    def _serve(self, arrival: Arrival) -> int:
        """Pay the shortfall, then give units to who waits longest; return what nobody waits for."""
        here = self.book.at(arrival.warehouse)
        owed = min(arrival.units, here.shortfall)
        self.book.move(here.arrived(arrival.units, arrival.source).paid(owed, arrival.source))
        left = arrival.units - owed
        turns = list(in_turn(left, arrival.warehouse, self.book.queue))
        for position, (line, quantity) in enumerate(turns, start=1):
            if len(line.warehouses) > 1:
                self.note(news.came_otherwise())
            reason = reasons.served(position, arrival)
            self._grant(line, quantity, arrival.warehouse, arrival.source, reason, arrival)
            left -= quantity
        return left

    def grant_free_units(self, line: Line) -> Line:
        """Who arrives takes what lies free, from the warehouse it prefers first."""
        for warehouse in line.warehouses:
            free = self.book.at(warehouse).on_shelf
            if quantity := min(free, line.waiting + line.undecided):
                reason = reasons.in_stock(free, warehouse)
                line = self._grant(line, quantity, warehouse, "shelf", reason)
        return line

    def _grant(
        self, line: Line, quantity: int, warehouse: str, source: Source, reason: Reason,
        arrival: Arrival | None = None,
    ) -> Line:  # fmt: skip
        """Units are a line's now, and go to the lane or stay there."""
        line = line.granted(quantity)
        self.book.put(line)
        self.book.move(self.book.at(warehouse).sent_to_lane(quantity, source))
        self.book.decide(
            "grant", quantity, reason, line, warehouse=warehouse, source=source, arrival=arrival
        )
        return line

    def _let_wait(self, line: Line, behind: Sequence[Behind], product: Product) -> Line:
        """As many units wait as may; a suspended line keeps the place of all of its units."""
        room = None if line.suspended else product.room_for(self.book.waiting_units)
        units = line.undecided if room is None else min(line.undecided, room)
        if units == 0:
            return line
        line = line.waits(units, since_decision=self.book.decision_no + 1)
        self.book.put(line)
        return self.tell_waiting(line, behind)

    def tell_waiting(self, line: Line, as_read: Iterable[Behind]) -> Line:
        """Tell a line its place in the queue, and its day where one can be given."""
        behind = self.book.behind(line, as_read)
        promise, reason = self._promise(line, behind)
        line = replace(line, promise=promise)
        self.book.put(line)
        position = self.book.position_of(line, behind)
        self.book.decide("wait", line.waiting, reason, line, position=position)
        if behind:
            self.note(news.queue_changed())
        return line

    def _promise(self, line: Line, behind: Iterable[Behind]) -> tuple[Promise, Reason]:
        """A day for a line at its place; none for a suspended one, or before its product."""
        if line.suspended or self.product is None:
            reason = reasons.suspended(line.waiting, line.suspended_episode)
            return Promise(line.promise.version + 1, None, reason.code), reason
        ahead = self.book.ahead_of(line, behind)
        if line.promise.code is not None:  # a day by lead time counts from now again
            line = replace(line, promise=Promise(line.promise.version))
        return self.outlook.promise(line, line.waiting, ahead, self.product)

    def _refuse_the_rest(self, line: Line, product: Product) -> None:
        """What may not wait is refused, with the reason."""
        if (rest := line.undecided) == 0:
            return
        line = line.without(rest)
        self.book.put(line)
        if product.backorder == "none":
            reason = reasons.not_sold_from_empty_stock()
        else:
            waiting = self.book.waiting_units
            reason = reasons.over_limit(product.backorder_limit or 0, waiting)
        self.book.decide("refuse", rest, reason, line)

    # ---- what is known -------------------------------------------------------------------------

    def note(self, reason: Reason) -> None:
        """What should come, or who is ahead, has changed otherwise than foreseen."""
        self.news = self.news or reason

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
    def promises_are_stale(self) -> Reason | None:
        """Why waiting lines may have another day now than they were told; None: they have not."""
        expected = self._was_expected or bool(self.deliveries.still_to_come)
        return self.news if expected and self.somebody_waits else None
