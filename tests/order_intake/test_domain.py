"""The rules of order intake, without anything around them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.order_intake.domain.judging import (
    LINES_WITH_REASONS,
    REASONS_LIMIT,
    Order,
    Placed,
    Product,
    held,
    judge,
    judge_again,
)
from services.order_intake.domain.lines import Line
from services.order_intake.domain.money import Bill, PricedLine, line_totals, spread
from services.order_intake.domain.policy import Policy
from services.order_intake.domain.reasons import Reason

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AMOUNTS = st.integers(0, 100_000_000_000)
SOLD = {"LAMP": Product(sold=True, title="A lamp"), "SHADE": Product(sold=True, title="A shade")}


def placed(*skus: str, total_minor: int | None = None, order_id: str = "acme:1") -> Placed:
    """An order of one unit of each SKU at 5.00."""
    order = Order(
        order_id, "c17", "GBP", 0, 500 * len(skus), "as_available", "drop_line", "m1", "tok", (), 5,
        NOON, NOON, NOON,
    )  # fmt: skip
    lines = tuple(
        Line(f"{order_id}:{n}", order_id, sku, n, "", 1) for n, sku in enumerate(skus, start=1)
    )
    total = 500 * len(skus) if total_minor is None else total_minor
    bill = Bill(tuple(PricedLine(1, 500) for _ in skus), 0, 0, 0, True, total)
    return Placed(order, lines, bill, source="https://acme.example")


def codes(reasons: tuple[Reason, ...]) -> list[str]:
    """The codes of reasons."""
    return [reason.code for reason in reasons]


@given(AMOUNTS, st.lists(AMOUNTS, min_size=1, max_size=40))
def test_shares_sum_to_the_amount_and_are_never_negative(amount: int, weights: list[int]) -> None:
    shares = spread(amount, weights)
    assert sum(shares) == amount
    assert len(shares) == len(weights)
    assert min(shares) >= 0


@given(st.lists(AMOUNTS, min_size=1, max_size=40), st.data())
def test_no_share_of_a_discount_exceeds_its_line(weights: list[int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(weights)))
    shares = spread(amount, weights)
    assert all(share <= weight for share, weight in zip(shares, weights, strict=True))


@given(AMOUNTS, st.lists(AMOUNTS, min_size=1, max_size=40))
def test_a_share_is_within_one_cent_of_its_exact_part(amount: int, weights: list[int]) -> None:
    whole = sum(weights)
    for share, weight in zip(spread(amount, weights), weights, strict=True):
        assert not whole or abs(share * whole - amount * weight) < whole


def test_at_a_tie_the_earlier_line_gets_the_cent() -> None:
    assert spread(5, [1, 1, 1]) == [2, 2, 1]
    assert spread(2, [0, 0, 0]) == [1, 1, 0]


PRICED = st.builds(
    PricedLine,
    quantity=st.integers(1, 1_000),
    unit_price_minor=st.integers(0, 100_000),
    tax_minor=st.integers(0, 10_000),
)


@given(st.lists(PRICED, min_size=1, max_size=30), st.booleans(), st.data())
def test_line_totals_and_freight_are_the_orders_total(
    lines: list[PricedLine], prices_include_tax: bool, data: st.DataObject
) -> None:
    own = [data.draw(st.integers(0, line.net_minor)) for line in lines]
    cut = tuple(replace(line, discount_minor=minor) for line, minor in zip(lines, own, strict=True))
    goods = sum(line.net_minor for line in cut)
    discount, freight, tax = (
        data.draw(st.integers(0, goods)),
        data.draw(st.integers(0, 5_000)),
        data.draw(st.integers(0, 5_000)),
    )
    bill = Bill(cut, discount, freight, tax, prices_include_tax, 0)
    totals = line_totals(bill)
    assert sum(totals) + freight == bill.computed_total_minor
    assert min(totals) >= 0


def test_taxes_count_only_where_prices_do_not_hold_them() -> None:
    line = PricedLine(2, 1_000, discount_minor=100, tax_minor=190)
    assert Bill((line,), 0, 50, 10, True, 0).computed_total_minor == 1_950
    assert Bill((line,), 0, 50, 10, False, 0).computed_total_minor == 2_150


def test_the_shops_time_is_held_within_the_day_before_the_order_came() -> None:
    assert held(NOON + timedelta(minutes=3), NOON) == NOON
    assert held(NOON - timedelta(hours=5), NOON) == NOON - timedelta(hours=5)
    assert held(NOON - timedelta(days=400), NOON) == NOON - timedelta(hours=24)


def test_all_reasons_are_told_at_once() -> None:
    products = {**SOLD, "VASE": Product(sold=False, title="A vase")}
    policy = Policy(shop_sources={"other": "https://other.example"})
    verdict = judge(placed("LAMP", "VASE", total_minor=1_001), products, policy)
    assert codes(verdict.reasons) == ["unknown_shop", "totals_differ", "sku_not_sold"]


def test_a_wrong_total_is_told_with_both_numbers() -> None:
    (reason,) = judge(placed("LAMP", total_minor=499), SOLD, Policy()).reasons
    assert reason.parameters == {"stated_minor": 499, "computed_minor": 500}
    assert "499" in reason.text
    assert "500" in reason.text


def test_an_order_without_lines_is_refused() -> None:
    assert codes(judge(placed(), SOLD, Policy()).reasons) == ["no_lines"]


def test_a_discount_above_its_line_is_refused_even_if_the_sum_fits() -> None:
    one = placed("LAMP", "SHADE", total_minor=400)
    bill = replace(one.bill, lines=(PricedLine(1, 500, discount_minor=600), one.bill.lines[1]))
    verdict = judge(replace(one, bill=bill), SOLD, Policy())
    assert codes(verdict.reasons) == ["line_discount_too_large"]


def test_an_order_discount_above_its_goods_is_refused() -> None:
    one = placed("LAMP")
    bill = replace(one.bill, discount_minor=600, freight_minor=200, total_minor=100)
    verdict = judge(replace(one, bill=bill), SOLD, Policy())
    assert codes(verdict.reasons) == ["order_discount_too_large"]


def test_a_bound_shop_speaks_only_from_its_source() -> None:
    policy = Policy(shop_sources={"acme": "https://acme.example"})
    assert judge(placed("LAMP"), SOLD, policy).taken
    stranger = replace(placed("LAMP"), source="https://else.example")
    assert codes(judge(stranger, SOLD, policy).reasons) == ["foreign_source"]


def test_more_reasons_than_an_answer_holds_are_counted() -> None:
    skus = [f"VASE-{n}" for n in range(REASONS_LIMIT + 3)]
    products = {sku: Product(sold=False, title="A vase") for sku in skus}
    told = judge(placed(*skus), products, Policy()).reasons
    assert len(told) == REASONS_LIMIT + 1
    assert told[-1].parameters == {"reasons": 3}


def test_an_order_too_large_to_be_answered_is_refused_when_it_comes() -> None:
    one = placed(*["LAMP"] * (LINES_WITH_REASONS + 1))
    wordy = tuple(replace(line, title="brass " * 200) for line in one.lines)
    assert judge(one, SOLD, Policy()).taken
    assert codes(judge(replace(one, lines=wordy), SOLD, Policy()).reasons) == ["order_too_large"]


def test_an_unknown_sku_lets_the_order_wait_and_nothing_is_asked_for() -> None:
    verdict = judge(placed("LAMP", "GHOST"), SOLD, Policy())
    assert not verdict.taken
    assert verdict.unknown_skus == ("GHOST",)


def test_after_the_grace_the_unknown_line_is_dropped_and_the_rest_is_taken() -> None:
    waiting = judge(placed("LAMP", "GHOST"), SOLD, Policy())
    verdict = judge_again(waiting.order, waiting.lines, SOLD, grace_is_over=True)
    lamp, ghost = verdict.lines
    assert verdict.taken
    assert (lamp.refused, lamp.title, ghost.refused) == (0, "A lamp", 1)
    assert ghost.refusal is not None
    assert ghost.refusal.code == "unknown_sku"
    assert ghost.answered


def test_an_order_of_which_nothing_is_left_is_refused() -> None:
    waiting = judge(placed("GHOST", "GHOST"), SOLD, Policy())
    verdict = judge_again(waiting.order, waiting.lines, SOLD, grace_is_over=True)
    assert codes(verdict.reasons) == ["unknown_sku"]


def test_a_split_line_is_answered_by_its_units_not_by_its_first_fact() -> None:
    line = Line("acme:1:1", "acme:1", "LAMP", 1, "A lamp", 5, 500)
    why = Reason("delivery_expected", "a truck comes")
    first = line.granted(3, 3, 0, NOON)
    assert not first.answered
    both = first.queued(2, None, 1, why)
    assert both.answered
    then = both.granted(2, 5, 0, NOON)
    assert (then.allocated, then.waiting, then.reason, then.answered) == (5, 0, None, True)


def test_an_older_promise_changes_nothing() -> None:
    why = Reason("delivery_expected", "a truck comes")
    line = Line("acme:1:1", "acme:1", "LAMP", 1, "A lamp", 1, 500).queued(1, None, 3, why)
    assert line.promised(NOON.date(), 3, why) is line
    assert line.promised(NOON.date(), 4, why).promised_on == NOON.date()
