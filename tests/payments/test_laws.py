"""Laws of money, for whatever facts, answers and delays: nothing is lost, nothing is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from services.payments.domain.state import Why
from tests.payments.simulation import HARD, SHIPMENT, SOFT, Simulation

DAYS = 60
"""More days than any history needs to come to rest."""
HISTORIES = 400

Fact = Callable[[Simulation], None]

amounts = st.integers(0, 4).map(lambda n: n * 125)


@st.composite
def parcels(draw: st.DrawFn) -> list[Fact]:
    """What shipping tells of one parcel: each version costs no more than the one before."""
    amount = draw(amounts)
    facts: list[Fact] = [costs(amount, 1)]
    if draw(st.booleans()):
        facts.append(packs(amount, 1))
    version = 1
    for _ in range(draw(st.integers(0, 3))):
        version += 1
        amount = draw(amounts.filter(lambda n, now=amount: n <= now))
        facts.append(costs(amount, version))
        if draw(st.booleans()):
            facts.append(packs(amount, version))
    end = draw(st.sampled_from(("packed", "withdrawn", "withdrawn twice")))
    if end == "packed":
        return [*facts, packs(amount, version)]
    freight = min(amount, 125) if end == "withdrawn twice" else 0
    facts.append(withdraws(freight, version + 1))
    return [*facts, withdraws(0, version + 2)] if freight else facts


def costs(amount: int, version: int) -> Fact:
    return lambda one: one.cost(amount, version)


def packs(amount: int, version: int) -> Fact:
    return lambda one: one.pack(amount, version)


def withdraws(amount: int, version: int) -> Fact:
    return lambda one: one.withdraw(version, amount)


STEPS = (
    *[("fact", None)] * 6,
    *[("start", which) for which in (0, 0, 0, 1, 2)],
    *[("answer", why) for why in (None, None, None, None, SOFT, HARD)],
    ("retry", None),
    *[("wait", hours) for hours in (1, 25, 80, 150)],
    ("give", None),
)  # fmt: skip
"""What may happen next, the likelier the oftener it stands here."""
steps = st.lists(st.sampled_from(STEPS), min_size=15, max_size=60)


def nothing(one: Simulation) -> None:
    """No fact is left."""


def step(one: Simulation, facts: Iterator[Fact], what: str, how: int | Why | None) -> None:
    """Let one thing happen, if it can."""
    if what == "fact":
        next(facts, nothing)(one)
    elif what == "start" and (due := one.due()) and isinstance(how, int):
        one.start(due[how % len(due)].kind)
    elif what == "answer" and one.started:
        kind = next(iter(one.started))[0]
        one.answer(kind, how if isinstance(how, Why) and kind not in ("void", "refund") else None)
    elif what == "retry" and one.started:
        one.retry(next(iter(one.started))[0])
    elif what == "wait" and isinstance(how, int):
        one.wait(hours=how)
    elif what == "give":
        one.give(f"m-{len(one.account.methods) + 1}")


def come_to_rest(one: Simulation) -> None:
    """Another method that works, and then all that is due, until nothing is."""
    one.wait(minutes=1)
    one.give("m-good")
    for _ in range(DAYS):
        one.settle()
        if not one.scheduled:
            return
        one.wait(days=1)
    raise AssertionError(f"does not come to rest: {sorted(one.scheduled)}")


def judge(one: Simulation) -> None:
    """Captured − refunded is what the parcel costs; nothing else stays taken or reserved."""
    target = one.account.targets[SHIPMENT]
    kept = one.provider.captured().get(SHIPMENT, 0)
    if one.account.captures.get(SHIPMENT) and one.account.captures[SHIPMENT].state == "captured":
        assert kept == target.amount_minor
    else:
        assert target.is_withdrawn
        assert kept == 0
    assert one.balances() == ({"provider": kept, "customers": -kept} if kept else {})
    assert one.provider.held(one.now) == 0
    assert not any(former.state == "kept" for former in one.account.former.values())


@settings(max_examples=HISTORIES, deadline=None)
@given(facts=parcels(), history=steps, is_verified=st.booleans())
def test_captured_less_refunded_is_what_the_parcel_costs_at_rest(
    facts: list[Fact], history: list[tuple[str, int | Why | None]], is_verified: bool
):
    one = Simulation()
    one.accept()
    if is_verified:
        one.do("verify")
    remaining = iter(facts)
    for what, how in history:
        step(one, remaining, what, how)
    for fact in remaining:
        fact(one)
    come_to_rest(one)
    judge(one)


@settings(max_examples=HISTORIES, deadline=None)
@given(data=st.data(), facts=parcels())
def test_any_order_of_facts_and_any_duplicate_ends_the_same(
    data: st.DataObject, facts: Sequence[Fact]
):
    told: list[Fact] = [lambda one: one.accept(), *facts, *facts]
    one = Simulation()
    for fact in data.draw(st.permutations(told)):
        fact(one)
        if data.draw(st.booleans()):
            one.settle()
    come_to_rest(one)
    judge(one)
