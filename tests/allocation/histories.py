"""Histories of one SKU, for the laws: what may happen, in any order in which it can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import TypeVar

from hypothesis import strategies as st

from services.allocation.domain.changes import GiveBack
from services.allocation.domain.expected import Counted, Expected
from services.allocation.domain.policy import Product
from services.allocation.domain.queue import Line
from services.allocation.domain.supply import Arrival, Count, Source
from tests.allocation.builders import MONDAY
from tests.allocation.memory import Adjusted, Corrected, Fact, Found, Memory, Received, Short
from tests.allocation.wishes import WISHES, Wish, come_true

WAREHOUSES = st.sampled_from([("MAIN",), ("NORTH",), ("MAIN", "NORTH"), ("NORTH", "MAIN")])
ONE_WAREHOUSE = st.just(("MAIN",))
PRODUCTS = st.builds(
    Product,
    revision=st.just(1),
    backorder=st.sampled_from(["unlimited", "unlimited", "limited", "none"]),
    backorder_limit=st.integers(1, 20),
    lead_time_days=st.none() | st.integers(1, 20),
)
T = TypeVar("T")
UNLIMITED = Product(1, "unlimited")
SHORTS = st.builds(
    Short, st.tuples(st.sampled_from(["MAIN", "NORTH"]), st.just("SUP"), st.sampled_from("ABC"))
)


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
    """What others did: a count, an adjustment, or a correction of a scan."""
    warehouse = draw(warehouses)[0]
    difference = draw(st.integers(-9, 9))
    match draw(st.integers(0, 2)):
        case 0:
            return Adjusted(difference, arrival(warehouse, max(0, difference), "shelf"))
        case 1:
            return Corrected(difference, arrival(warehouse, max(0, difference), "dock"))
        case _:
            pass
    count = Count("C", warehouse, draw(st.integers(0, 12)), draw(st.booleans()))
    return Found(count, arrival(warehouse, count.quantity, "shelf"))


def one_request_per_line(facts: Sequence[T]) -> list[T]:
    """Intake requests a line once."""
    seen: dict[str, T] = {}
    for number, fact in enumerate(facts):
        seen[fact.line_id if isinstance(fact, Line) else str(number)] = fact
    return list(seen.values())


@st.composite
def histories(
    draw: st.DrawFn,
    warehouses: st.SearchStrategy[tuple[str, ...]] = WAREHOUSES,
    *,
    changes: bool = True,
) -> list[Fact]:
    """Some sixty facts of one SKU, its product first or last or between.

    Half of them begin with some who have units in hand and some who wait.
    """
    asked, came = requests(warehouses), receipts(warehouses)
    kinds = [asked, came, others(warehouses), notices(warehouses)]
    if changes:
        kinds += [*WISHES.values(), WISHES[GiveBack]]
    begun = draw(in_a_row(came)) + draw(in_a_row(asked)) if draw(st.booleans()) else []
    runs = draw(st.lists(st.one_of([in_a_row(kind) for kind in kinds]), min_size=3, max_size=9))
    facts: list[Fact | Wish] = [fact for run in [begun, *runs] for fact in run]
    at = draw(st.sampled_from([0, 0, 3, 30]))
    facts = one_request_per_line(facts)
    return come_true([*facts[:at], draw(PRODUCTS), *facts[at:]])


def in_a_row(kind: st.SearchStrategy[Fact | Wish]) -> st.SearchStrategy[list[Fact | Wish]]:
    """Some facts of one kind, as one call of a handler may hold them."""
    return st.lists(kind, min_size=2, max_size=6)


@st.composite
def supply_histories(draw: st.DrawFn) -> list[Fact]:
    """Lines that wait for deliveries, which come whole, in parts, early, late or not at all."""
    facts: list[Fact | Wish] = [replace(draw(PRODUCTS), backorder="unlimited")]
    for _ in range(draw(st.integers(2, 6))):
        facts += draw(st.lists(notices(WAREHOUSES), min_size=1, max_size=3))
        facts += draw(st.lists(requests(WAREHOUSES), min_size=1, max_size=4))
        facts += draw(st.lists(receipts(WAREHOUSES) | others(WAREHOUSES), max_size=3))
        facts += draw(st.lists(st.one_of(*WISHES.values()), max_size=3))
        facts += draw(st.lists(SHORTS, max_size=1))
    return come_true(one_request_per_line(facts), as_announced=draw(st.booleans()))


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
