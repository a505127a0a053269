"""One account with its effects and a provider in memory: rules without Postgres, HTTP and clock.

Effects stand as the chassis keeps them: scheduled ones may be taken back, started ones go on. Each
operation is started and answered apart, so that anything may happen between.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.payments.domain import answers, facts, passing, starting
from services.payments.domain.account import Account
from services.payments.domain.news import News
from services.payments.domain.operations import (
    Authorize,
    Capture,
    Operation,
    Refund,
    Wanted,
    idempotency_key,
)
from services.payments.domain.policy import Policy
from services.payments.domain.state import Held, Proof, Target, Why
from tests.harness import START

ORDER = "shop:1"
SHIPMENT = f"{ORDER}/1"
STEPS = 500
VALID = timedelta(days=7)
SOFT = Why("insufficient_funds", "The account does not hold this amount.", is_soft=True)
HARD = Why("card_declined", "The issuer declined the card.")
LAPSED = Why("authorization_lapsed", "It has lapsed.")
TIMERS = {
    "verify_within", "retry_verification", "retry_authorization", "renew_authorization",
    "payment_deadline",
}  # fmt: skip

STARTS: dict[str, Callable[[Account, str, int], Operation | None]] = {
    "verify": starting.start_verify,
    "authorize": starting.start_authorize,
    "capture": starting.start_capture,
    "void": starting.start_void,
    "refund": starting.start_refund,
}


@dataclass
class Provider:
    """What the provider knows. It says yes, unless it is told why it says no."""

    keys: dict[str, Operation] = field(default_factory=dict[str, Operation])
    reserved: dict[str, int] = field(default_factory=dict[str, int])
    until: dict[str, datetime] = field(default_factory=dict[str, datetime])
    taken: dict[str, int] = field(default_factory=dict[str, int])
    shipments: dict[str, str] = field(default_factory=dict[str, str])

    def take(self, key: str, operation: Operation, now: datetime) -> str | None:
        """Act; the reference of what was made. None: it had lapsed. A key means one thing."""
        assert self.keys.setdefault(key, operation) == operation, f"{key} was used for another"
        if isinstance(operation, Authorize):
            reference = f"auth_{len(self.keys)}"
            self.reserved[reference] = operation.amount_minor
            self.until[reference] = now + VALID
            self.shipments[reference] = operation.shipment_id
            return reference
        reference = getattr(operation, "authorization", "")
        if isinstance(operation, Capture):
            if now >= self.until[reference]:
                return None
            assert operation.amount_minor <= self.reserved.pop(reference)
            assert operation.shipment_id not in self.captured(), "captured twice"
            self.taken[reference] = operation.amount_minor
        elif isinstance(operation, Refund):
            self.taken[reference] -= operation.amount_minor
            assert self.taken[reference] >= 0
        elif reference:
            assert reference not in self.taken, "what was captured cannot be voided"
            self.reserved.pop(reference, None)
        return reference

    def captured(self) -> dict[str, int]:
        """What was taken and not given back, by shipment."""
        return {self.shipments[reference]: amount for reference, amount in self.taken.items()}

    def held(self, now: datetime) -> int:
        """What is reserved now."""
        return sum(n for reference, n in self.reserved.items() if now < self.until[reference])


class Simulation:
    """An account that facts are told to, and whose effects run when told."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.account = Account(ORDER, now=START, policy=policy or Policy())
        self.provider = Provider()
        self.scheduled: dict[tuple[str, str], Wanted] = {}
        self.started: dict[tuple[str, str], tuple[Wanted, Operation]] = {}
        self.asked: Counter[str] = Counter()

    @property
    def now(self) -> datetime:
        """Business time."""
        return self.account.now

    @property
    def news(self) -> list[News]:
        """All that was told."""
        return self.account.news

    def told(self, kind: type[News]) -> list[News]:
        """What was told of one type."""
        return [one for one in self.news if isinstance(one, kind)]

    def conclude(self) -> None:
        """Take back what is pointless, schedule what is wanted: as ``steps.conclude`` does."""
        for name in self.account.pointless:
            self.scheduled.pop(name, None)
        for one in self.account.wanted:
            name = (one.kind, one.name)
            if name not in self.started:
                self.scheduled.setdefault(name, one)
        self.account.pointless.clear()
        self.account.wanted.clear()

    # ---- facts ---------------------------------------------------------------------------------

    def accept(self, method_id: str = "m-1", total_minor: int = 10_000) -> None:
        facts.accept(self.account, method_id, f"tok_{method_id}", total_minor, self.now)
        self.conclude()

    def give(self, method_id: str) -> None:
        facts.give(self.account, method_id, f"tok_{method_id}", self.now)
        self.conclude()

    def cost(
        self, amount_minor: int, version: int = 1, shipment_id: str = SHIPMENT, *,
        is_withdrawn: bool = False,
    ) -> None:  # fmt: skip
        target = Target(shipment_id, version, amount_minor, "GBP", self.now, is_withdrawn)
        facts.cost(self.account, target)
        self.conclude()

    def withdraw(self, version: int = 2, amount_minor: int = 0) -> None:
        self.cost(amount_minor, version, is_withdrawn=True)

    def pack(self, amount_minor: int, version: int = 1, shipment_id: str = SHIPMENT) -> None:
        facts.pack(self.account, shipment_id, version, amount_minor, self.now)
        self.conclude()

    def close(self) -> None:
        facts.close(self.account)
        self.conclude()

    # ---- time and the provider -----------------------------------------------------------------

    def wait(self, **passed: float) -> None:
        """Let time pass; timers that become due fire, the earliest first."""
        end = self.now + timedelta(**passed)
        for _ in range(STEPS):
            due = [w for w in self.scheduled.values() if w.kind in TIMERS and w.due_at <= end]
            if not due:
                break
            one = min(due, key=lambda wanted: (wanted.due_at, wanted.kind))
            self.account.now = max(self.now, one.due_at)
            del self.scheduled[one.kind, one.name]
            getattr(passing, one.kind)(self.account, one.about, one.number)
            self.conclude()
        else:
            raise AssertionError("timers never end")
        self.account.now = end

    def due(self) -> list[Wanted]:
        """Calls that could be made now: one about a subject at a time."""
        busy = {wanted.subject for wanted, _ in self.started.values()}
        found = [
            one for one in self.scheduled.values()
            if one.kind not in TIMERS and one.due_at <= self.now and one.subject not in busy
        ]  # fmt: skip
        return sorted(found, key=lambda one: one.due_at)

    def start(self, kind: str) -> bool:
        """Start the first due call of a kind; False: none is due, or it was pointless."""
        one = next((one for one in self.due() if one.kind == kind), None)
        if one is None:
            return False
        del self.scheduled[one.kind, one.name]
        operation = STARTS[kind](self.account, one.about, one.number)
        if operation is not None:
            self.started[one.kind, one.name] = one, operation
            self.asked[one.kind] += 1
        self.conclude()
        return operation is not None

    def retry(self, kind: str) -> None:
        """What was started has certainly not happened: it is due again."""
        name = next(name for name in self.started if name[0] == kind)
        self.scheduled[name] = self.started.pop(name)[0]

    def answer(self, kind: str, why: Why | None = None) -> None:
        """The provider answers what was started first: yes, or why not."""
        name = next(name for name in self.started if name[0] == kind)
        one, operation = self.started.pop(name)
        if why is None:
            why = self._done(one, operation)
        if why is not None:
            refuse = {
                "verify": answers.method_refused,
                "authorize": answers.declined,
                "capture": answers.capture_refused,
            }[kind]
            refuse(self.account, one.about, why)
        self.conclude()

    def _done(self, one: Wanted, operation: Operation) -> Why | None:
        key = idempotency_key(one.kind, one.name)
        reference = self.provider.take(key, operation, self.now)
        match one.kind:
            case "verify":
                answers.verified(self.account, one.about)
            case "authorize":
                held = Held("standin", reference, self.now, self.now + VALID)
                answers.authorized(self.account, one.about, held)
            case "capture" if reference is None:
                return LAPSED
            case "capture":
                answers.captured(self.account, one.about, Proof("standin", reference, self.now))
            case "void":
                answers.voided(self.account, one.about, one.number, self.now)
            case _:
                given = Proof("standin", f"re_{key}", self.now)
                answers.refunded(self.account, one.about, one.number, given)
        return None

    def do(self, kind: str, why: Why | None = None) -> None:
        """Start one call and answer it."""
        assert self.start(kind), f"no {kind} is due"
        self.answer(kind, why)

    def settle(self) -> None:
        """Let the provider say yes to all that is due or under way."""
        for _ in range(STEPS):
            if self.started:
                self.answer(next(iter(self.started))[0])
            elif due := self.due():
                self.start(due[0].kind)
            else:
                return
        raise AssertionError("calls never end")

    # ---- what must be so -----------------------------------------------------------------------

    def balances(self) -> dict[str, int]:
        """The ledger, account by account, without those that are empty."""
        found: Counter[str] = Counter()
        names = [entry.name for entry in self.account.entries]
        assert len(names) == len(set(names)), "booked twice"
        for entry in self.account.entries:
            for posting in entry.postings:
                found[posting.account] += posting.amount_minor
        return {name: amount for name, amount in found.items() if amount}

    def scheduled_kinds(self) -> set[str]:
        """Kinds of what waits for its time or its turn."""
        return {kind for kind, _ in self.scheduled}


def authorized(amount_minor: int = 500, policy: Policy | None = None) -> Simulation:
    """An order whose parcel is planned and authorized."""
    one = Simulation(policy)
    one.accept()
    one.do("verify")
    one.cost(amount_minor)
    one.do("authorize")
    return one


def captured(amount_minor: int = 500) -> Simulation:
    """An order whose parcel is packed and captured."""
    one = authorized(amount_minor)
    one.pack(amount_minor)
    one.do("capture")
    return one
