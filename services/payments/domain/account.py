"""An order's money, opened with all that is known; closed, it holds what has changed.

What follows from a fact is decided in the other modules: ``facts`` (what others tell), ``answers``
(of the provider), ``starting`` (what the provider is asked, at the moment of asking), ``passing``
(of time). They meet in ``going_on``.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import datetime
from typing import TypeVar

from services.payments.domain.ledger import Entry, Posting
from services.payments.domain.news import News
from services.payments.domain.operations import Wanted
from services.payments.domain.policy import Policy
from services.payments.domain.state import (
    Authorization,
    Capture,
    Former,
    Method,
    Refund,
    Target,
    Trouble,
)

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Rows(dict[K, T]):
    """Rows of one table by their key, and which of them were put since it was opened."""

    def __init__(self, rows: Iterable[tuple[K, T]] = ()) -> None:
        super().__init__(rows)
        self.changed: dict[K, None] = {}

    def __setitem__(self, key: K, row: T) -> None:
        super().__setitem__(key, row)
        self.changed[key] = None

    def put(self) -> list[T]:
        """The rows to be written, in the order of their keys (not of the facts: of the locks)."""
        return [self[key] for key in sorted(self.changed, key=str)]


class Account:
    """One order's money. ``is_closed``: nothing of the order is to come, its method is nobody's."""

    def __init__(
        self,
        order_id: str,
        *,
        now: datetime,
        policy: Policy,
        trouble: Trouble | None = None,
        is_closed: bool = False,
        methods: Iterable[Method] = (),
        targets: Iterable[Target] = (),
        authorizations: Iterable[Authorization] = (),
        former: Iterable[Former] = (),
        captures: Iterable[Capture] = (),
        refunds: Iterable[Refund] = (),
    ) -> None:
        self.order_id = order_id
        self.now = now
        self.policy = policy
        self.opened_as = trouble or Trouble(), is_closed
        self.trouble, self.is_closed = self.opened_as
        self.methods = Rows((one.method_id, one) for one in methods)
        self.targets = Rows((one.shipment_id, one) for one in targets)
        self.authorizations = Rows((one.shipment_id, one) for one in authorizations)
        self.former = Rows(((one.shipment_id, one.epoch), one) for one in former)
        self.captures = Rows((one.shipment_id, one) for one in captures)
        self.refunds = Rows(((one.shipment_id, one.number), one) for one in refunds)
        self.news: list[News] = []
        self.wanted: list[Wanted] = []
        self.pointless: list[tuple[str, str]] = []
        self.entries: list[Entry] = []

    @property
    def is_changed(self) -> bool:
        """Whether the order's own row differs from what it was opened with."""
        return (self.trouble, self.is_closed) != self.opened_as

    def want(self, kind: str, about: str, number: int, name: str, due_at: datetime) -> None:
        """Have something done, or looked at, when it is due; one thing about a parcel at a time."""
        self.wanted.append(Wanted(kind, about, number, name, about, due_at))

    def drop(self, kind: str, name: str) -> None:
        """Take back what was wanted; what has begun goes on."""
        self.wanted = [one for one in self.wanted if (one.kind, one.name) != (kind, name)]
        self.pointless.append((kind, name))

    def book(
        self, name: str, shipment_id: str, at: datetime, postings: tuple[Posting, ...]
    ) -> None:
        """Book postings, if there are any."""
        if postings:
            currency = self.authorizations[shipment_id].currency
            self.entries.append(Entry(name, self.order_id, shipment_id, currency, at, postings))

    def working_method(self) -> Method | None:
        """The method given last among those that work."""
        found = [one for one in self.methods.values() if one.state == "verified"]
        return max(found, key=lambda one: (one.given_at, one.method_id), default=None)

    def kept(self, shipment_id: str) -> Former | None:
        """The authorization that a renewal under way will replace."""
        found = (one for one in self.former.values() if one.shipment_id == shipment_id)
        return next((one for one in found if one.state == "kept"), None)
