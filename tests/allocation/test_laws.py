"""What holds after any history: the rules of allocation as laws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby

from hypothesis import given, settings
from hypothesis import strategies as st

from services.allocation.domain.expected import Counted, Expected
from services.allocation.domain.policy import Product
from services.allocation.domain.queue import Line
from services.allocation.domain.supply import Arrival, Count, Source
from tests.allocation.builders import MONDAY
from tests.allocation.memory import Adjusted, Fact, Found, Memory, Received

WAREHOUSES = st.sampled_from([("MAIN",), ("NORTH",), ("MAIN", "NORTH"), ("NORTH", "MAIN")])
ONE_WAREHOUSE = st.just(("MAIN",))
PRODUCTS = st.builds(
    Product,
    revision=st.just(1),
    backorder=st.sampled_from(["unlimited", "limited", "none"]),
    backorder_limit=st.integers(1, 20),
    lead_time_days=st.none() | st.integers(1, 20),
)
UNLIMITED = Product(1, "unlimited")


def arrival(warehouse: str, units: int, source: Source) -> Arrival:
    """Units that come up."""
    return Arrival(warehouse, units, source, "received", "came in")


@st.composite
def requests(draw: st.DrawFn, warehouses: st.SearchStrategy[tuple[str, ...]]) -> Line:
    """A line; many have the same minute, so that places are close."""
    placed_at = MONDAY + timedelta(minutes=draw(st.integers(0, 4)))
    number = draw(st.integers(0, 10**6))
    return Line(
        f"web:{number}:1", f"web:{number}", "LAMP", draw(st.integers(1, 9)),
        draw(st.sampled_from([3, 5])), placed_at, draw(warehouses), requested_at=MONDAY,
    )  # fmt: skip


@st.composite
def receipts(draw: st.DrawFn, warehouses: st.SearchStrategy[tuple[str, ...]]) -> Received:
    """A scan, often against a delivery line."""
    warehouse, good = draw(warehouses)[0], draw(st.integers(0, 12))
    counted = None
    if draw(st.booleans()):
        key = (warehouse, "SUP", draw(st.sampled_from("ABC")))
        counted = Counted(key, draw(st.integers(0, 9)))
    return Received(arrival(warehouse, good, "dock"), counted)


@st.composite
def notices(draw: st.DrawFn, warehouses: st.SearchStrategy[tuple[str, ...]]) -> Expected:
    """A delivery line that should come; some days have passed already."""
    quantity = draw(st.integers(1, 20))
    return Expected(
        draw(warehouses)[0], "SUP", draw(st.sampled_from("ABC")), quantity, quantity,
        MONDAY.date() + timedelta(days=draw(st.integers(-3, 9))), "ordered",
        MONDAY + timedelta(minutes=draw(st.integers(0, 9))),
    )  # fmt: skip


@st.composite
def others(draw: st.DrawFn, warehouses: st.SearchStrategy[tuple[str, ...]]) -> Fact:
    """What others did: a count or an adjustment."""
    warehouse = draw(warehouses)[0]
    if draw(st.booleans()):
        difference = draw(st.integers(-9, 9))
        return Adjusted(difference, arrival(warehouse, max(0, difference), "shelf"))
    count = Count("C", warehouse, draw(st.integers(0, 12)), draw(st.booleans()))
    return Found(count, arrival(warehouse, count.quantity, "shelf"))


def one_request_per_line(facts: Sequence[Fact]) -> list[Fact]:
    """Intake requests a line once."""
    seen: dict[str, Fact] = {}
    for number, fact in enumerate(facts):
        seen[fact.line_id if isinstance(fact, Line) else str(number)] = fact
    return list(seen.values())


def histories(
    warehouses: st.SearchStrategy[tuple[str, ...]] = WAREHOUSES,
) -> st.SearchStrategy[list[Fact]]:
    """Up to thirty facts of one SKU, its product first or last or between."""
    kinds = [requests(warehouses), receipts(warehouses), others(warehouses), notices(warehouses)]
    facts = st.lists(st.one_of(kinds[0], kinds[0], *kinds), max_size=30).map(one_request_per_line)
    return st.builds(with_product, facts, PRODUCTS, st.sampled_from([0, 0, 3, 30]))


def with_product(facts: list[Fact], product: Product, at: int) -> list[Fact]:
    """A history in which the product comes at some point."""
    return [*facts[:at], product, *facts[at:]]


def lived(facts: Sequence[Fact], sizes: Sequence[int] = (1,)) -> Memory:
    """The SKU after a history, heard in calls of these sizes: one kind of fact per call."""
    memory = Memory(MONDAY.date())
    calls = 0
    for _, run in groupby(facts, key=type):
        left = list(run)
        while left:
            size = sizes[calls % len(sizes)]
            memory.hear(left[:size])
            left, calls = left[size:], calls + 1
    return memory


@given(histories())
def test_never_more_is_granted_than_came(facts: list[Fact]) -> None:
    memory = lived(facts)
    for warehouse, stand in memory.supply.items():
        came = sum(one.difference for one in memory.counts if one.count.warehouse == warehouse)
        for fact in facts:
            if isinstance(fact, Received) and fact.arrival.warehouse == warehouse:
                came += fact.arrival.units
            if isinstance(fact, Adjusted) and fact.arrival.warehouse == warehouse:
                came += fact.difference
        granted = sum(
            one.quantity
            for one in memory.decisions
            if one.kind == "grant" and one.warehouse == warehouse
        )
        assert stand.in_lane == granted
        assert stand.on_shelf + stand.in_lane - stand.shortfall == came
        assert stand.at_dock == 0
        assert min(stand.on_shelf, stand.shortfall, stand.waiting_units) >= 0


@given(histories())
def test_nobody_is_overtaken(facts: list[Fact]) -> None:
    memory = lived(facts)
    waiting: dict[str, tuple[Line, int]] = {}
    for decision in memory.decisions:
        line = decision.line
        if decision.kind == "grant" and line and decision.warehouse:
            left = waiting.pop(line.line_id, (line, 0))[1] - decision.quantity
            overtaken = [
                one.line_id
                for one, units in waiting.values()
                if units > 0 and one.place < line.place and one.lists(decision.warehouse)
            ]
            assert overtaken == []
            if left > 0:
                waiting[line.line_id] = (line, left)
        if decision.kind == "wait" and line:
            waiting[line.line_id] = (line, decision.quantity)
            assert line.eligible_since_decision == decision.decision_no


@given(histories())
def test_no_unit_lies_free_while_somebody_waits_for_it(facts: list[Fact]) -> None:
    memory = lived(facts)
    for stand in memory.supply.values():
        waiting = [line for line in memory.queue if line.lists(stand.warehouse)]
        assert stand.on_shelf == 0 or not waiting
        assert stand.waiting_units == sum(line.waiting for line in waiting)
    assert memory.item.waiting_lines == len(memory.queue)
    assert memory.item.waiting_units == sum(line.waiting for line in memory.queue)


@given(histories())
def test_every_unit_of_a_line_is_granted_waits_or_is_refused(facts: list[Fact]) -> None:
    memory = lived(facts)
    product = memory.item.product
    for line in memory.lines.values():
        assert line.undecided == 0
        assert (line.waiting > 0) == (line.state == "waiting")
    if product and product.backorder == "limited" and product.backorder_limit:
        assert memory.item.waiting_units <= product.backorder_limit


@given(histories(), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_any_cutting_into_batches_gives_the_same_decisions(
    facts: list[Fact], sizes: list[int]
) -> None:
    one_by_one, cut = lived(facts), lived(facts, sizes)
    assert cut.decisions == one_by_one.decisions
    assert cut.supply == one_by_one.supply
    assert cut.lines == one_by_one.lines


@given(st.data())
def test_totals_are_equal_for_any_order(data: st.DataObject) -> None:
    kinds = st.one_of(requests(ONE_WAREHOUSE), receipts(ONE_WAREHOUSE))
    facts = one_request_per_line(data.draw(st.lists(kinds, max_size=20)))
    memory = lived(data.draw(st.permutations([*facts, UNLIMITED])))
    asked = sum(one.quantity for one in facts if isinstance(one, Line))
    came = sum(one.arrival.units for one in facts if isinstance(one, Received))
    assert sum(one.granted_total for one in memory.lines.values()) == min(asked, came)


@st.composite
def supply_histories(draw: st.DrawFn) -> list[Fact]:
    """Lines that wait for deliveries, which come whole, in parts, early or late."""
    facts: list[Fact] = [replace(draw(PRODUCTS), backorder="unlimited")]
    for _ in range(draw(st.integers(2, 6))):
        facts += draw(st.lists(notices(WAREHOUSES), min_size=1, max_size=3))
        facts += draw(st.lists(requests(WAREHOUSES), min_size=1, max_size=4))
        facts += draw(st.lists(receipts(WAREHOUSES) | others(WAREHOUSES), max_size=3))
    return one_request_per_line(facts)


def as_announced(fact: Fact, memory: Memory) -> Fact:
    """The same scan, of a delivery line that then owes just as many units less."""
    if not isinstance(fact, Received) or fact.counted is None:
        return fact
    known = memory.expected.get(fact.counted.key)
    if known is None:
        return replace(fact, counted=None)
    good = min(fact.arrival.units, known.remaining)
    counted = replace(fact.counted, remaining=known.remaining - good)
    return replace(fact, arrival=replace(fact.arrival, units=good), counted=counted)


@settings(max_examples=200)
@given(supply_histories(), st.booleans())
def test_no_promise_is_stale_unless_it_is_said_to_be(facts: list[Fact], exact: bool) -> None:
    memory = Memory(MONDAY.date())
    for fact in facts:
        memory.hear([as_announced(fact, memory) if exact else fact])
        if memory.stale:
            memory.walk()
        assert memory.walk() == []
