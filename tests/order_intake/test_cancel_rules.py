"""What a cancel asks of each line, and that racing facts add up the same, without a database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.order_intake.domain.cancels import (
    Ask,
    Cancel,
    after_a_suspension,
    asked,
    faults,
    of_a_refused_order,
)
from services.order_intake.domain.lines import Line, nothing_left
from services.order_intake.domain.reasons import Reason
from services.order_intake.domain.troubles import Troubles

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WHY = Reason("delivery_expected", "a truck comes")
ORDER = "acme:1"


def a_line(name: str = "1", ordered: int = 3, **known: Any) -> Line:
    """A line that allocation was asked for."""
    line = Line(f"{ORDER}:{name}", ORDER, "LAMP", 1, "A lamp", ordered, 500, NOON)
    return replace(line, **known)


def asks_of(*cancels: Cancel, lines: Sequence[Line], pending: int = 0) -> list[tuple[int, int]]:
    """What cancels ask of lines, and what of it is answered already."""
    found = asked(cancels, {ORDER: lines}, {f"{ORDER}:1": pending})
    return [(one.requested, one.refused) for one in found]


def test_all_that_is_left_is_what_nobody_refused_cancelled_sent_or_asks_for() -> None:
    line = a_line(ordered=10, refused=1, cancelled=1, withdrawn=2, dispatched=1)
    assert asks_of(Cancel(ORDER, "c1"), lines=[line], pending=2) == [(3, 0)]


def test_the_second_cancel_gets_what_the_first_one_leaves() -> None:
    first, second = Cancel(ORDER, "c1", units={f"{ORDER}:1": 2}), Cancel(ORDER, "c2")
    assert asks_of(first, second, lines=[a_line(ordered=3)]) == [(2, 0), (1, 0)]


def test_of_a_line_that_was_never_asked_for_nothing_is_asked() -> None:
    dropped = Line(f"{ORDER}:1", ORDER, "GHOST", 1, "", 2, 500).dropped(WHY)
    (one,) = asked([Cancel(ORDER, "c1", units={dropped.line_id: 2})], {ORDER: [dropped]}, {})
    assert (one.requested, one.refused, one.open) == (2, 2, 0)
    assert one.reason is not None
    assert one.reason.code == "nothing_to_cancel"


def test_our_own_cancel_names_only_lines_that_have_something() -> None:
    gone = a_line("2", ordered=1, refused=1)
    assert asks_of(of_a_refused_order(ORDER), lines=[a_line(), gone]) == [(3, 0)]
    assert asks_of(Cancel(ORDER, "c1"), lines=[a_line(), gone]) == [(3, 0), (0, 0)]


def test_a_suspension_takes_back_what_waits_and_leaves_what_is_on_its_way() -> None:
    lines = [a_line(ordered=3, granted_total=1, waiting=2), a_line("2", granted_total=3)]
    cancel = after_a_suspension(ORDER, 2, lines)
    assert cancel == Cancel(ORDER, "suspended-2", "suspended", {f"{ORDER}:1": 2})
    assert after_a_suspension(ORDER, 2, lines[1:]) is None


def test_every_fault_is_told_at_once() -> None:
    cancel = Cancel(ORDER, "refused", units={f"{ORDER}:9": None, f"{ORDER}:1": 4})
    assert [one.code for one in faults(cancel, [a_line()])] == [
        "reserved_cancel_id", "unknown_line", "more_than_ordered",
    ]  # fmt: skip


def test_units_withdrawn_before_their_grant_is_heard_are_not_below_nothing() -> None:
    line = a_line(ordered=3).taken_out(2)
    assert line.allocated == 0
    assert line.granted(3, 3, 0, NOON).allocated == 1


def test_a_line_stays_answered_while_units_of_it_wait_again() -> None:
    line = a_line(ordered=3).granted(3, 3, 0, NOON)
    assert line.answered
    regranted = line.granted(1, 4, 3, NOON)
    assert (regranted.answered, regranted.allocated, regranted.waiting) == (True, 1, 2)
    queued = regranted.queued(2, None, 1, WHY, 4, 3)
    assert (queued.answered, queued.allocated, queued.waiting) == (True, 1, 2)


def test_an_order_has_ended_when_each_unit_was_sent_or_will_not_be() -> None:
    ended = a_line(ordered=4, refused=1, cancelled=1, withdrawn=1, dispatched=1)
    assert nothing_left([ended])
    assert not ended.comes_to_nothing
    assert a_line(ordered=3, cancelled=1, withdrawn=2).comes_to_nothing


@given(st.lists(st.tuples(st.sampled_from(["asking", "suspending", "mended"]), st.integers(1, 4))))
def test_troubles_end_the_same_in_any_order(facts: list[tuple[str, int]]) -> None:
    def after(history: Sequence[tuple[str, int]]) -> Troubles:
        found = Troubles(ORDER)
        for what, episode in history:
            step: Callable[[int], Troubles] = getattr(found, what)
            found = step(episode)
        return found

    assert after(facts) == after(sorted(facts)) == after([*facts, *facts])


@given(st.integers(0, 5), st.integers(0, 5), st.data())
def test_grants_and_withdrawals_may_be_heard_in_any_order(
    cancelled: int, withdrawn: int, data: st.DataObject
) -> None:
    """Ten lamps: five wait, of which some are cancelled; five are there, some are taken out."""
    allocation: list[Callable[[Line], Line]] = [
        lambda line: line.granted(5, 5, 0, NOON),
        lambda line: line.queued(5, None, 1, WHY, 5),
        lambda line: line.called_back(cancelled, 5, 0),
    ]
    shipping: list[Callable[[Line], Line]] = [lambda line: line.taken_out(1)] * withdrawn
    line = a_line(ordered=10)
    while allocation or shipping:
        from_shipping = bool(shipping) and (not allocation or data.draw(st.booleans()))
        line = (shipping if from_shipping else allocation).pop(0)(line)
    assert (line.allocated, line.waiting) == (5 - withdrawn, 5 - cancelled)
    assert line.left == 10 - cancelled - withdrawn
    assert line.answered


def test_a_cancel_is_open_until_every_unit_is_answered() -> None:
    ask = Ask(ORDER, "c1", f"{ORDER}:1", "LAMP", 5, cancelled=1, withdrawn=2, refused=1)
    assert ask.open == 1
