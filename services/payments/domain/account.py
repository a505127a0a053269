"""The money of one order: what follows from each fact, whatever order the facts come in.

An ``Account`` is opened with all that is known, told facts, and closed: then it holds what has
changed, what is to be told, asked of the provider, and booked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from services.payments.domain import ledger, operations
from services.payments.domain.ledger import Entry, Posting
from services.payments.domain.news import (
    Authorized,
    Captured,
    Cause,
    MethodRefused,
    MethodVerified,
    NeedsCustomer,
    News,
    cause_of,
)
from services.payments.domain.operations import Wanted
from services.payments.domain.policy import Policy
from services.payments.domain.state import (
    NO_PROVIDER,
    Authorization,
    Capture,
    Held,
    Method,
    Taken,
    Why,
)

FREE_FOR = timedelta(days=3_650)
"""How long a shipment that costs nothing stays authorized: nothing is reserved that could lapse."""


class Account:
    """One order's money. ``episode`` counts its payment troubles; ``deadline`` ends an open one."""

    def __init__(
        self,
        order_id: str,
        *,
        now: datetime,
        policy: Policy,
        episode: int = 0,
        deadline: datetime | None = None,
        methods: Iterable[Method] = (),
        authorizations: Iterable[Authorization] = (),
        captures: Iterable[Capture] = (),
    ) -> None:
        self.order_id = order_id
        self.now = now
        self.policy = policy
        self.episode = episode
        self.deadline = deadline
        self.methods = {one.method_id: one for one in methods}
        self.authorizations = {one.shipment_id: one for one in authorizations}
        self.captures = {one.shipment_id: one for one in captures}
        self.changed_methods: set[str] = set()
        self.changed_authorizations: set[str] = set()
        self.changed_captures: set[str] = set()
        self.trouble_opened = False
        self.news: list[News] = []
        self.wanted: list[Wanted] = []
        self.pointless: list[str] = []
        self.entries: list[Entry] = []

    # What others tell.

    def accept(self, method_id: str, token: str, total_minor: int, given_at: datetime) -> None:
        """An order came with its method: verify it, unless nothing will have to be paid."""
        if method_id in self.methods:
            return
        self._put_method(Method(method_id, token, given_at))
        if total_minor == 0:
            self.verified(method_id)
            return
        name = verify_name(self.order_id, method_id)
        wanted = Wanted("verify", self.order_id, method_id, name, self.order_id, self.now)
        self.wanted.append(wanted)

    def refuse(self) -> None:
        """The order is not taken: nobody needs to know its method any more."""
        for one in [one for one in self.methods.values() if one.state == "verifying"]:
            self._put_method(replace(one, state="withdrawn"))
            self.pointless.append(verify_name(self.order_id, one.method_id))

    def plan(
        self, shipment_id: str, version: int, amount_minor: int, currency: str, at: datetime
    ) -> None:
        """A parcel is fixed: reserve its amount as soon as a method is verified."""
        if shipment_id not in self.authorizations:
            self._put_authorization(Authorization(shipment_id, version, amount_minor, currency, at))
            self._go_on(shipment_id)

    def pack(self, shipment_id: str, version: int, amount_minor: int, at: datetime) -> None:
        """A parcel is packed: take exactly this, as soon as it is authorized."""
        if shipment_id not in self.captures:
            self._put_capture(Capture(shipment_id, version, amount_minor, at))
            self._go_on(shipment_id)

    # What the provider answered.

    def verified(self, method_id: str) -> None:
        """The method works: what waited for it goes on."""
        if self.methods[method_id].state == "verifying":
            self._put_method(replace(self.methods[method_id], state="verified"))
            self.news.append(MethodVerified(method_id))
            for shipment_id in sorted(self.authorizations):
                self._go_on(shipment_id)

    def method_refused(self, method_id: str, why: Why) -> None:
        """The method does not work: the customer is asked for another one."""
        if self.methods[method_id].state == "verifying":
            self._put_method(replace(self.methods[method_id], state="refused", why=why))
            self.news.append(MethodRefused(method_id, why))
            self._ask_customer(None, "method_refused", why)

    def authorized(self, shipment_id: str, held: Held) -> None:
        """The amount is reserved: what was packed meanwhile can be taken."""
        one = self.authorizations[shipment_id]
        if one.state in ("authorized", "declined"):
            return
        one = replace(one, state="authorized", held=held)
        self._put_authorization(one)
        name = f"authorize:{shipment_id}:{one.epoch}"
        self._book(name, shipment_id, held.authorized_at, ledger.reserve(one.amount_minor))
        self.news.append(Authorized(one, held))
        self._go_on(shipment_id)

    def declined(self, shipment_id: str, why: Why) -> None:
        """Nothing is reserved, and the same attempt again would not help."""
        one = self.authorizations[shipment_id]
        if one.state not in ("authorized", "declined"):
            self._put_authorization(replace(one, state="declined", why=why))
            self._ask_customer(shipment_id, cause_of(why), why)

    def captured(self, shipment_id: str, taken: Taken) -> None:
        """The packed amount was taken."""
        one, authorization = self.captures[shipment_id], self.authorizations[shipment_id]
        if one.state in ("captured", "refused"):
            return
        one = replace(one, state="captured", taken=taken)
        self._put_capture(one)
        if taken.provider != NO_PROVIDER:  # else what was reserved stays so until it is voided
            postings = ledger.take(authorization.amount_minor, one.amount_minor)
            self._book(f"capture:{shipment_id}", shipment_id, taken.captured_at, postings)
        self.news.append(Captured(one, authorization.currency, taken))

    def capture_refused(self, shipment_id: str, why: Why) -> None:
        """The reserved amount can no longer be taken, and nothing was."""
        one = self.captures[shipment_id]
        if one.state not in ("captured", "refused"):
            self._put_capture(replace(one, state="refused", why=why))
            self._ask_customer(shipment_id, cause_of(why), why)

    # What the provider is to be asked, at the moment of asking; None: no longer.

    def start_verify(self, method_id: str) -> operations.Verify | None:
        """The verification of a method that is still to be known."""
        one = self.methods[method_id]
        return operations.Verify(self.order_id, one.token) if one.state == "verifying" else None

    def start_authorize(self, shipment_id: str) -> operations.Authorize | None:
        """The reservation of a shipment's amount."""
        one = self.authorizations[shipment_id]
        if one.state not in ("due", "started") or one.method_id is None:
            return None
        self._put_authorization(replace(one, state="started"))
        return operations.Authorize(
            self.order_id, shipment_id, self.methods[one.method_id].token,
            one.amount_minor, one.currency,
        )  # fmt: skip

    def start_capture(self, shipment_id: str) -> operations.Capture | None:
        """The capture of what was packed."""
        one, held = self.captures[shipment_id], self.authorizations[shipment_id].held
        if one.state not in ("due", "started") or held is None or held.reference is None:
            return None
        self._put_capture(replace(one, state="started"))
        return operations.Capture(
            self.order_id, shipment_id, held.reference, one.amount_minor,
            self.authorizations[shipment_id].currency,
        )  # fmt: skip

    # The one place where facts meet.

    def _go_on(self, shipment_id: str) -> None:
        """Take the next step of a shipment's money, if all that it needs has come."""
        authorization = self.authorizations.get(shipment_id)
        if authorization is None:
            return
        if authorization.state == "waiting":
            self._authorize(authorization)
        capture = self.captures.get(shipment_id)
        held = self.authorizations[shipment_id].held
        if capture is not None and capture.state == "waiting" and held is not None:
            self._capture(capture, held)

    def _authorize(self, one: Authorization) -> None:
        if one.amount_minor == 0:
            self.authorized(one.shipment_id, Held(NO_PROVIDER, None, self.now, self.now + FREE_FOR))
        elif method := self._verified_method():
            self._put_authorization(replace(one, state="due", method_id=method.method_id))
            self._want("authorize", one.shipment_id, one.epoch, self.now)

    def _capture(self, one: Capture, held: Held) -> None:
        if one.amount_minor == 0:
            self.captured(one.shipment_id, Taken(NO_PROVIDER, None, self.now))
            return
        self._put_capture(replace(one, state="due"))
        epoch = self.authorizations[one.shipment_id].epoch
        self._want("capture", one.shipment_id, epoch, capture_due(one, held, self.policy))

    def _verified_method(self) -> Method | None:
        """The method given last among those that work."""
        found = [one for one in self.methods.values() if one.state == "verified"]
        return max(found, key=lambda one: (one.given_at, one.method_id), default=None)

    def _want(self, kind: str, shipment_id: str, epoch: int, due_at: datetime) -> None:
        name = f"{shipment_id}:{epoch}"
        wanted = Wanted(kind, self.order_id, shipment_id, name, shipment_id, due_at)
        self.wanted.append(wanted)

    def _ask_customer(self, shipment_id: str | None, cause: Cause, why: Why) -> None:
        """Open an episode of trouble, or add to the open one, with its deadline."""
        if self.deadline is None:
            self.episode += 1
            self.deadline = self.now + self.policy.payment_deadline
            self.trouble_opened = True
        self.news.append(NeedsCustomer(shipment_id, cause, why, self.episode, self.deadline))

    def _book(
        self, name: str, shipment_id: str, at: datetime, postings: tuple[Posting, ...]
    ) -> None:
        if postings:
            currency = self.authorizations[shipment_id].currency
            self.entries.append(Entry(name, self.order_id, shipment_id, currency, at, postings))

    def _put_method(self, one: Method) -> None:
        self.methods[one.method_id] = one
        self.changed_methods.add(one.method_id)

    def _put_authorization(self, one: Authorization) -> None:
        self.authorizations[one.shipment_id] = one
        self.changed_authorizations.add(one.shipment_id)

    def _put_capture(self, one: Capture) -> None:
        self.captures[one.shipment_id] = one
        self.changed_captures.add(one.shipment_id)


def verify_name(order_id: str, method_id: str) -> str:
    """The name of a method's verification."""
    return f"{order_id}:{method_id}"


def capture_due(capture: Capture, held: Held, policy: Policy) -> datetime:
    """Once it is packed and the customer has had notice, but before the authorization lapses."""
    noticed = held.authorized_at + policy.capture_notice
    return max(capture.packed_at, min(noticed, held.valid_until - policy.capture_margin))
