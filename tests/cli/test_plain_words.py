"""How an order stands, in the words in which one answers its customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.audit.explain import Coming, LineNow, ParcelNow, Story
from services.audit.story import Step
from services.cli.plain_words import details, headline, line_now, money, parcel_now, promises

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TUESDAY = date(2026, 3, 10)


def a_line(**fields: Any) -> LineNow:
    """A line of three lamps of which nothing is known yet."""
    nothing = LineNow("shop:1:1", "LAMP", "Lamp", 3, 0, 0, 0, 0, 0, None, False, "")
    return replace(nothing, **fields)


def a_parcel(number: int = 1, **fields: Any) -> ParcelNow:
    """A parcel of one lamp."""
    one = ParcelNow(
        f"shop:1/{number}", "collecting", 1, "MAIN", {"shop:1:1": 1}, 900, 0, 0, "", "", ""
    )
    return replace(one, **fields)


def a_story(*lines: LineNow, **fields: Any) -> Story:
    """A confirmed order of a shop that ships as goods come in."""
    one = Story("shop:1", "confirmed", "c1", "GBP", "as_available", lines, (), (), (), (), ())
    return replace(one, **fields)


def said(story: Story) -> str:
    """The head's sentences."""
    return " ".join(one.text for one in details(story, NOW))


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (a_line(allocated=3, dispatched=3), "Complete: 3 of 3 units have left."),
        (a_line(allocated=1, dispatched=1, waiting=2),
         "1 of 3 units has left; 2 units are to come."),
        (a_line(waiting=3), "Nothing has left yet; 3 units are to come."),
        (a_line(cancelled=3), "Nothing is to come; 3 were cancelled."),
        (a_line(allocated=1, dispatched=1, cancelled=1, refused=1),
         "Complete: 1 of 3 units has left; 1 was cancelled; 1 was refused."),
        (a_line(), "Nothing has left yet; 3 units are to come."),
    ],
    ids=["all left", "a part left", "all waits", "all cancelled", "a bit of each", "no answer"],
)  # fmt: skip
def test_the_headline_counts_what_left_and_what_is_to_come(line: LineNow, sentence: str) -> None:
    assert headline(a_story(line)) == sentence


def test_an_order_that_is_not_confirmed_is_told_by_its_state() -> None:
    assert headline(a_story(state="refused")).startswith("The order was refused")
    assert headline(a_story(state="pending")).endswith("waits for its products to be listed.")


def test_a_line_tells_where_each_unit_is() -> None:
    line = a_line(ordered=7, allocated=3, dispatched=1, waiting=1, cancelled=1, refused=1,
                  promised_on=TUESDAY)  # fmt: skip
    parcels = [a_parcel(1, state="dispatched"), a_parcel(2), a_parcel(3)]
    assert line_now(line, parcels, NOW) == (
        "1 left · 2 in parcels 2 and 3 · 1 waits, promised for Tue 10 Mar · 1 cancelled · "
        "1 refused · 1 not answered yet"
    )
    assert line_now(a_line(waiting=3, is_suspended=True), (), NOW) == (
        "3 on hold until it is paid for"
    )


def test_promises_are_told_by_day_and_another_year_by_its_number() -> None:
    lines = [a_line(waiting=1, promised_on=TUESDAY), a_line(waiting=2, promised_on=TUESDAY),
             a_line(waiting=1), a_line(waiting=1, promised_on=date(2027, 1, 4)),
             a_line(waiting=1, is_suspended=True)]  # fmt: skip
    assert promises(lines, NOW) == (
        "5 units wait for goods: 3 promised for Tue 10 Mar, 1 promised for Mon 4 Jan 2027, "
        "1 without a date, since no supply is known."
    )
    assert promises([a_line(allocated=3)], NOW) == ""


def test_money_is_told_as_the_customer_sees_it() -> None:
    def of(**fields: Any) -> str:
        return money(a_story(a_line(), parcels=[a_parcel(**fields)]))

    assert of() == "Nothing has been charged."
    assert of(payment="authorized") == "Nothing has been charged. £9.00 is reserved, not taken."
    assert of(captured_minor=900, payment="authorized") == "Paid: £9.00."
    assert of(captured_minor=900, refunded_minor=400) == (
        "Paid: £5.00 (£9.00 was taken, £4.00 returned)."
    )


def test_who_must_give_another_card_is_told_until_when_and_why() -> None:
    refused = Step(NOW, "payments", "shop:1/1", "authorize: refused", "The card has expired.")
    until = Coming("payments", "payment_deadline", NOW + timedelta(days=3), "scheduled", "")
    story = a_story(a_line(waiting=3), steps=[refused], coming=[until])
    assert said(story).startswith(
        "WAITS FOR THE CUSTOMER: the payment failed (The card has expired). Another payment method "
        "is needed by Thu 5 Mar, 09:00; until then the goods are kept."
    )
    assert next(details(story, NOW)).is_urgent
    parcel = a_parcel(state="planned", payment="declined: The card has expired.")
    assert parcel_now(parcel) == "cannot be paid: The card has expired."


def test_a_cancel_that_is_not_settled_is_told() -> None:
    asked = Step(NOW, "order_intake", "cancel x1", "the shop cancels 1 × Lamp")
    settled = Step(NOW, "order_intake", "cancel x1", "settled: 1 of 1 × Lamp cancelled, 0 refused")
    assert "A cancel x1 is under way" in said(a_story(a_line(waiting=3), steps=[asked]))
    assert "cancel x1" not in said(a_story(a_line(waiting=3), steps=[asked, settled]))
