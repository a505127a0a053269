"""Ranked waves: order per key always, few calls where order allows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.envelope import Event
from schemas.order_intake import LineRequested, OrderAccepted, ProductTaken
from schemas.stock_receipts import StockCountTaken
from services.chassis.handling import Handler, by_type
from services.chassis.waves import waves
from tests import harness
from tests.chassis.test_batch import a_request


async def nothing(*_: object) -> None:
    """Handle nothing."""


def a_product(sku: str) -> ProductTaken:
    """A product."""
    return ProductTaken(sku=sku, revision=1, title="", sold=True, backorder="unlimited")


def a_taken_count(sku: str) -> StockCountTaken:
    """A count."""
    return StockCountTaken(
        sku=sku, warehouse="MAIN", count_id="C", quantity=1, opening=True, counted_at=harness.START
    )


def a_requested_line(sku: str) -> LineRequested:
    """A line's request."""
    return a_request("shop:1:1", sku=sku)


def made(make: Callable[[str], Event], sku: str) -> Event:
    """An event of one kind for one SKU."""
    return make(sku)


MAKERS: tuple[Callable[[str], Event], ...] = (a_product, a_requested_line, a_taken_count)
RANKED = by_type(
    [Handler(kind, nothing) for kind in (ProductTaken, LineRequested, StockCountTaken)]
)
events = st.lists(
    st.builds(made, st.sampled_from(MAKERS), st.sampled_from("ABCD")),
    max_size=60,
)


@given(events)
def test_every_event_is_handed_over_once_and_in_order_per_topic_and_key(batch: list[Event]) -> None:
    calls = list(waves(batch, RANKED))
    handed = [event for _, events in calls for event in events]
    assert sorted(map(id, handed)) == sorted(map(id, batch))
    assert by_key(handed) == by_key(batch)


@given(events)
def test_a_call_holds_one_type_and_goes_to_its_handler(batch: list[Event]) -> None:
    for handler, events in waves(batch, RANKED):
        assert {type(event) for event in events} == {handler.event}


def test_events_of_many_keys_in_lifecycle_order_need_one_call_a_type() -> None:
    batch: list[Event] = []
    for sku in ("A", "B", "C"):
        batch += [a_product(sku), a_request("shop:1:1", sku=sku), a_taken_count(sku)]
    assert [len(events) for _, events in waves(batch, RANKED)] == [3, 3, 3]


def by_key(sequence: list[Event]) -> dict[tuple[str, str], list[int]]:
    """Events of each (topic, key), in their order."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for event in sequence:
        found[event.TOPIC.name, event.key].append(id(event))
    return found


def test_two_handlers_of_one_type_are_refused() -> None:
    twice = [Handler(OrderAccepted, nothing), Handler(OrderAccepted, nothing)]
    with pytest.raises(ValueError, match=r"order\.accepted"):
        by_type(twice)
