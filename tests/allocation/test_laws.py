"""What holds after any history: the rules of allocation as laws."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from services.allocation.domain.changes import (
    Cancel,
    CancelAnswer,
    Change,
    GiveBack,
    Resumption,
    Suspension,
)
from services.allocation.domain.queue import Line
from services.allocation.domain.supply import Supply
from tests.allocation.builders import MONDAY
from tests.allocation.histories import (
    ONE_WAREHOUSE,
    UNLIMITED,
    histories,
    lived,
    one_request_per_line,
    receipts,
    requests,
    supply_histories,
)
from tests.allocation.memory import Adjusted, Corrected, Fact, Memory, Received


def came_in(facts: list[Fact], memory: Memory, warehouse: str) -> int:
    """Units that came to a warehouse, less those that turned out not to have."""
    came = sum(one.difference for one in memory.counts if one.count.warehouse == warehouse)
    for fact in facts:
        if isinstance(fact, Received) and fact.arrival.warehouse == warehouse:
            came += fact.arrival.units
        if isinstance(fact, Adjusted | Corrected) and fact.arrival.warehouse == warehouse:
            came += fact.difference
    return came


@given(histories())
def test_units_are_conserved_place_by_place(facts: list[Fact]) -> None:
    memory = lived(facts)
    for warehouse, stand in memory.supply.items():
        sent: Counter[str] = Counter()
        for one in memory.decisions:
            if one.warehouse == warehouse:
                sent[one.kind] += one.quantity
        there = stand.on_shelf + stand.in_lane + stand.lost + stand.missing - stand.shortfall
        assert there == came_in(facts, memory, warehouse)
        assert stand.in_lane == sent["grant"] - sent["give_back"]
        assert stand.at_dock == 0
        assert min(stand.on_shelf, stand.in_lane, stand.shortfall, stand.lost) >= 0
        assert stand.missing == 0 or stand.written_off == 0


@given(histories())
def test_nobody_is_overtaken(facts: list[Fact]) -> None:
    eligible: dict[str, Line] = {}
    for decision in lived(facts).decisions:
        line = decision.line
        if line is None:
            continue
        passed = eligible.pop(line.line_id, None)
        if decision.kind == "grant" and decision.warehouse:
            overtaken = [
                one.line_id
                for one in eligible.values()
                if one.place < line.place and one.lists(decision.warehouse)
            ]
            assert overtaken == []
        if line.eligible_units:
            eligible[line.line_id] = line
            since = passed.eligible_since_decision if passed else decision.decision_no
            assert line.eligible_since_decision == since


@given(histories())
def test_no_unit_lies_free_while_somebody_waits_for_it(facts: list[Fact]) -> None:
    memory = lived(facts)
    for stand in memory.supply.values():
        waiting = [line for line in memory.queue if line.lists(stand.warehouse)]
        assert stand.on_shelf == 0 or not waiting
        assert stand.waiting_units == sum(line.waiting for line in waiting)
    assert memory.item.waiting_lines == len(memory.queue)
    assert memory.item.waiting_units == sum(line.waiting for line in memory.queue)


@given(histories(changes=False))
def test_no_more_wait_than_may(facts: list[Fact]) -> None:
    item = lived(facts).item
    if item.product and item.product.backorder == "limited" and item.product.backorder_limit:
        assert item.waiting_units <= item.product.backorder_limit


@given(histories())
def test_every_unit_of_a_line_has_one_fate(facts: list[Fact]) -> None:
    memory = lived(facts)
    for line in memory.lines.values():
        kept = line.granted_total - line.requeued_total
        assert line.waiting + line.refused + line.cancelled + kept == line.quantity
        assert 0 <= line.passed_on <= line.in_hand
        assert min(line.waiting, line.withdrawn, line.cancelled) >= 0
        if line.waiting:
            assert line.state == ("suspended" if line.suspended else "waiting")
        else:
            assert line.state == "closed"


@given(histories())
def test_a_line_is_suspended_by_its_latest_episode_whichever_came_first(
    facts: list[Fact],
) -> None:
    memory = lived(facts)
    for line in memory.lines.values():
        of_line = [one for one in facts if isinstance(one, Change) and one.line_id == line.line_id]
        suspensions = [one for one in of_line if isinstance(one, Suspension | GiveBack)]
        resumptions = [one for one in of_line if isinstance(one, Resumption)]
        suspended = max((one.episode for one in suspensions), default=0)
        assert line.suspended == (suspended > max((one.episode for one in resumptions), default=0))


@given(histories())
def test_every_cancel_is_answered_once_for_all_of_its_units(facts: list[Fact]) -> None:
    memory = lived(facts)
    asked: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    for one in facts:
        if isinstance(one, Cancel) and one.line_id in memory.lines:
            asked[f"{one.line_id} {one.cancel_id}"] += one.quantity
    for one in memory.answers:
        assert min(one.cancelled, one.refused, one.passed_on) >= 0
        units = one.cancelled + one.refused + one.passed_on
        answered[f"{one.line.line_id} {one.cancel_id}"] += units
    assert answered == asked
    assert len(memory.answers) == sum(
        isinstance(one, Cancel) and one.line_id in memory.lines for one in facts
    )


@given(histories(), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_any_cutting_into_batches_gives_the_same_decisions(
    facts: list[Fact], sizes: list[int]
) -> None:
    one_by_one, cut = lived(facts), lived(facts, sizes)
    assert cut.decisions == one_by_one.decisions
    assert cut.answers == one_by_one.answers
    assert cut.supply == one_by_one.supply
    assert cut.lines == one_by_one.lines


@given(st.data())
def test_totals_are_equal_for_any_order(data: st.DataObject) -> None:
    kinds = st.one_of(requests(ONE_WAREHOUSE), receipts(ONE_WAREHOUSE))
    facts = one_request_per_line(data.draw(st.lists(kinds, max_size=20)))
    lines = [one for one in facts if isinstance(one, Line)]
    cancels = [
        Cancel(line.line_id, "all of it", line.quantity)
        for line in lines
        if data.draw(st.booleans())
    ]
    memory = lived(data.draw(st.permutations([*facts, *cancels, UNLIMITED])))
    memory.hear([taken_out(one) for one in memory.answers if one.passed_on])
    cancelled = sum(one.quantity for one in cancels)
    came = sum(one.arrival.units for one in facts if isinstance(one, Received))
    wanted = sum(one.quantity for one in lines) - cancelled
    assert sum(one.cancelled + one.withdrawn for one in memory.lines.values()) == cancelled
    assert sum(one.in_hand for one in memory.lines.values()) == min(wanted, came)


def taken_out(answer: CancelAnswer) -> GiveBack:
    """What shipping does with units that a cancel was passed on for."""
    return GiveBack(
        answer.line.line_id, "MAIN", "shipment", "cancelled", answer.passed_on, answer.passed_on,
        "lane", 0,
    )  # fmt: skip


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
def test_one_hole_is_counted_once_whichever_side_finds_it_first(
    on_shelf: int, in_lane: int, written_off: int, missing: int
) -> None:
    missing = min(missing, in_lane)
    found: list[Supply] = []
    for order in (("write off", "miss"), ("miss", "write off")):
        stand = Supply("MAIN", on_shelf=on_shelf, in_lane=in_lane)
        for step in order:
            if step == "write off":
                stand = stand.wrote_off(written_off)
                continue
            explained = stand.explains(missing)
            stand = stand.left_the_lane(missing, lost=0).missed(missing)
            owed = min(explained, stand.shortfall)
            stand = stand.arrived(explained, "shelf").paid(owed, "shelf")
        found.append(stand)
    assert found[0] == found[1]
    holes = max(written_off, missing)
    came = on_shelf + in_lane - holes
    assert stand.on_shelf + stand.in_lane - stand.shortfall == came


@settings(max_examples=200)
@given(supply_histories())
def test_no_promise_is_stale_unless_it_is_said_to_be(facts: list[Fact]) -> None:
    memory = Memory(MONDAY.date())
    for fact in facts:
        memory.hear([fact])
        if memory.stale:
            memory.walk()
        assert memory.walk() == []
