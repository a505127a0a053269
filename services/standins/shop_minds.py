"""The shop's customers afterwards: they cancel, their cards fail, they give another one.

Who does what is drawn from a hash of seed and order, so that the same run comes again whatever the
order of calls, and what is sold does not depend on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from heapq import heappop, heappush

from schemas.shop_answers import AnswerPaymentNeeded
from schemas.shops import (
    CancelledLine,
    OrderCancelRequested,
    OrderPaymentMethodGiven,
    OrderPlaced,
)

GOOD_CARD = "tok_ok"
BAD_CARDS = ("tok_declined", "tok_insufficient", "tok_expired", "tok_authentication")
CANCELS_WITHIN = timedelta(days=2)
WHOLE_PERCENT = 40
"""Of the cancels: the whole order; else its first line."""
GIVES_CARD_WITHIN = timedelta(hours=20)

Request = OrderCancelRequested | OrderPaymentMethodGiven


class Minds:
    """What customers will ask for, and when."""

    def __init__(
        self, seed: int, cancels_percent: float, bad_cards_percent: float, mended_percent: float
    ) -> None:
        self.seed = seed
        self.cancels_percent = cancels_percent
        self.bad_cards_percent = bad_cards_percent
        self.mended_percent = mended_percent
        self.planned: list[tuple[datetime, str, Request]] = []
        self.asked: set[str] = set()

    def token_of(self, order_id: str) -> str:
        """The card that an order is placed with."""
        if self._draw(order_id, "card") >= self.bad_cards_percent:
            return GOOD_CARD
        return BAD_CARDS[int(self._draw(order_id, "trouble") * len(BAD_CARDS) / 100)]

    def consider(self, order: OrderPlaced) -> None:
        """Plan the cancel of an order, if its customer comes to regret it."""
        if self._draw(order.order_id, "cancel") >= self.cancels_percent:
            return
        at = order.placed_at + CANCELS_WITHIN * (self._draw(order.order_id, "cancel at") / 100)
        whole = self._draw(order.order_id, "whole") < WHOLE_PERCENT
        lines = () if whole else (CancelledLine(line=order.line_names()[0]),)
        self._plan(
            at,
            OrderCancelRequested(
                order_id=order.order_id, cancel_id="regret", lines=lines, requested_at=at
            ),
        )

    def ask_for_card(self, needed: AnswerPaymentNeeded, now: datetime) -> None:
        """Plan another card for each deadline that is told; asked again for it, nothing changes."""
        method_id = f"{needed.order_id}/card-{needed.deadline:%m%d%H%M}"
        if method_id in self.asked or self._draw(method_id, "mend") >= self.mended_percent:
            return
        self.asked.add(method_id)
        at = now + GIVES_CARD_WITHIN * (self._draw(method_id, "mend at") / 100)
        self._plan(
            at,
            OrderPaymentMethodGiven(
                order_id=needed.order_id, method_id=method_id, token=GOOD_CARD, given_at=at
            ),
        )

    def requests_until(self, now: datetime) -> Sequence[Request]:
        """What is asked for up to a time, in order."""
        found: list[Request] = []
        while self.planned and self.planned[0][0] <= now:
            found.append(heappop(self.planned)[2])
        return found

    def _plan(self, at: datetime, request: Request) -> None:
        heappush(self.planned, (at, request.identity(), request))

    def _draw(self, name: str, what: str) -> float:
        """At least 0 and less than 100, the same for the same names."""
        digest = blake2b(f"{self.seed}|{name}|{what}".encode(), digest_size=8).digest()
        return int.from_bytes(digest) / 2**64 * 100
