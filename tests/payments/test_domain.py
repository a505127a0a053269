from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain import ledger
from services.payments.domain.account import Account, capture_due
from services.payments.domain.ledger import Entry, Posting
from services.payments.domain.news import Authorized, Captured, NeedsCustomer
from services.payments.domain.operations import idempotency_key
from services.payments.domain.policy import Policy
from services.payments.domain.state import Capture, Held, Taken, Why
from tests.harness import START

ORDER = "shop:1"
VALID = timedelta(days=7)
EXPIRED = Why("expired_card", "The card has expired.")


def an_account(policy: Policy | None = None) -> Account:
    return Account(ORDER, now=START, policy=policy or Policy())


def held(number: int = 1, at: datetime = START) -> Held:
    return Held("standin", f"auth_{number}", at, at + VALID)


def taken(number: int = 1) -> Taken:
    return Taken("standin", f"auth_{number}", START)


def wanted(account: Account) -> list[tuple[str, str]]:
    return [(one.kind, one.name) for one in account.wanted]


def test_an_order_has_its_method_verified_and_no_money_held():
    account = an_account()
    account.accept("m", "tok_ok", 500, START)
    assert wanted(account) == [("verify", "shop:1:m")]
    assert account.entries == []


def test_an_order_that_costs_nothing_asks_no_provider():
    account = an_account()
    account.accept("m", "tok_ok", 0, START)
    account.plan("shop:1/1", 1, 0, "GBP", START)
    account.pack("shop:1/1", 1, 0, START)
    assert account.wanted == []
    assert account.entries == []
    assert account.captures["shop:1/1"].taken == Taken("none", None, START)


def test_a_parcel_waits_for_its_method_and_is_then_authorized():
    account = an_account()
    account.plan("shop:1/1", 1, 500, "GBP", START)
    account.accept("m", "tok_ok", 500, START)
    assert ("authorize", "shop:1/1:1") not in wanted(account)
    account.verified("m")
    assert ("authorize", "shop:1/1:1") in wanted(account)


def test_a_refused_order_wants_no_method():
    account = an_account()
    account.accept("m", "tok_ok", 500, START)
    account.refuse()
    account.verified("m")
    assert account.pointless == ["shop:1:m"]
    assert account.start_verify("m") is None
    assert account.news == []


def test_two_declines_are_one_episode_with_one_deadline():
    account = an_account()
    account.accept("m", "tok_ok", 900, START)
    account.verified("m")
    account.plan("shop:1/1", 1, 500, "GBP", START)
    account.plan("shop:1/2", 1, 400, "GBP", START)
    account.declined("shop:1/1", EXPIRED)
    account.declined("shop:1/2", Why("card_declined", "No."))
    asked = [one for one in account.news if isinstance(one, NeedsCustomer)]
    assert [(one.shipment_id, one.cause, one.episode) for one in asked] == [
        ("shop:1/1", "expired", 1),
        ("shop:1/2", "declined", 1),
    ]
    assert {one.deadline for one in asked} == {START + timedelta(hours=72)}


def test_a_parcel_is_captured_at_what_was_packed_whatever_was_authorized():
    account = an_account()
    account.accept("m", "tok_ok", 500, START)
    account.verified("m")
    account.plan("shop:1/1", 1, 500, "GBP", START)
    account.authorized("shop:1/1", held())
    account.pack("shop:1/1", 2, 300, START)
    operation = account.start_capture("shop:1/1")
    assert operation is not None
    assert (operation.amount_minor, operation.authorization) == (300, "auth_1")
    account.captured("shop:1/1", taken())
    assert balances(account) == {"provider": 300, "customers": -300}


def test_an_entry_out_of_balance_cannot_be_made():
    postings = (Posting("provider", 5), Posting("customers", -4))
    with pytest.raises(ValueError, match="out of balance by 1"):
        Entry("e", ORDER, "shop:1/1", "GBP", START, postings)


@given(reserved=st.integers(0, 10**11), captured=st.integers(0, 10**11))
def test_every_entry_sums_to_zero(reserved: int, captured: int):
    for postings in (ledger.reserve(reserved), ledger.take(reserved, captured)):
        assert sum(one.amount_minor for one in postings) == 0
        assert all(one.amount_minor for one in postings)


@given(
    packed_hours=st.integers(0, 24 * 10),
    notice_hours=st.integers(0, 24 * 10),
    margin_hours=st.integers(0, 48),
)
def test_a_notice_never_delays_a_capture_past_the_authorization(
    packed_hours: int, notice_hours: int, margin_hours: int
):
    notice, margin = timedelta(hours=notice_hours), timedelta(hours=margin_hours)
    packed_at = START + timedelta(hours=packed_hours)
    policy = Policy(capture_notice=notice, capture_margin=margin)
    due = capture_due(Capture("s", 1, 1, packed_at), held(), policy)
    assert due >= packed_at
    assert due == packed_at or due <= START + VALID - margin
    assert due >= START + notice or due >= START + VALID - margin


def test_a_key_stays_the_same_for_the_same_attempt():
    assert idempotency_key("capture", "shop:1/1:1") == "capture:shop:1/1:1"


Step = Callable[[Account], None]

AMOUNTS = {"shop:1/1": (500, 500), "shop:1/2": (300, 120), "shop:1/3": (0, 0), "shop:1/4": (7, 0)}
"""Authorized and packed amounts per shipment."""


def facts() -> list[Step]:
    def accept(account: Account) -> None:
        account.accept("m", "tok_ok", 1_000, START)

    def plan(shipment_id: str, amount_minor: int) -> Step:
        return lambda account: account.plan(shipment_id, 1, amount_minor, "GBP", START)

    def pack(shipment_id: str, amount_minor: int) -> Step:
        return lambda account: account.pack(shipment_id, 1, amount_minor, START)

    found: list[Step] = [accept]
    for shipment_id, (planned, packed) in AMOUNTS.items():
        found += [plan(shipment_id, planned), pack(shipment_id, packed)]
    return found


def answer_everything(account: Account, asked: Counter[tuple[str, str]]) -> None:
    """Play the provider that says yes to whatever is wanted, and notes each question."""
    while account.wanted:
        one = account.wanted.pop(0)
        asked[one.kind, one.name] += 1
        number = int(one.about[-1]) if one.kind != "verify" else 0
        if one.kind == "verify" and account.start_verify(one.about):
            account.verified(one.about)
        elif one.kind == "authorize" and account.start_authorize(one.about):
            account.authorized(one.about, held(number))
        elif one.kind == "capture" and account.start_capture(one.about):
            account.captured(one.about, taken(number))


def balances(account: Account) -> dict[str, int]:
    found: Counter[str] = Counter()
    for entry in account.entries:
        for posting in entry.postings:
            found[posting.account] += posting.amount_minor
    return {name: amount for name, amount in found.items() if amount}


@given(
    order=st.permutations(range(len(facts()) * 2)),
    pauses=st.lists(st.booleans(), min_size=len(facts()) * 2, max_size=len(facts()) * 2),
)
def test_any_order_of_facts_and_any_duplicate_ends_the_same(
    order: Sequence[int], pauses: Sequence[bool]
):
    account, asked = an_account(), Counter[tuple[str, str]]()
    steps = facts()
    for index, answered in zip(order, pauses, strict=True):
        steps[index % len(steps)](account)
        if answered:
            answer_everything(account, asked)
    answer_everything(account, asked)
    assert set(asked.values()) == {1}
    captured = [one for one in account.news if isinstance(one, Captured)]
    assert sorted((one.capture.shipment_id, one.capture.amount_minor) for one in captured) == [
        (shipment_id, packed) for shipment_id, (_, packed) in AMOUNTS.items()
    ]
    authorized = [one for one in account.news if isinstance(one, Authorized)]
    assert len(authorized) == len(AMOUNTS)
    assert balances(account) == {
        "provider": 620, "customers": -620, "reserved": 7, "reservations": -7,
    }  # fmt: skip
