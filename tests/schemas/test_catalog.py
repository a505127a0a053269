"""The lists of topics and events are in themselves right."""

from __future__ import annotations

from collections import Counter

import pytest

from schemas.catalog import EVENTS, events_on
from schemas.envelope import Event, InboundEvent, Topic
from schemas.topics import SERVICES, TOPICS, heard_by
from tests.schemas.examples import INBOUND, each

OUTSIDERS = {"shops", "scanners", "suppliers", "reporting"}
MODULES = {"shop.answers": "shop_answers", "scanners": "warehouses"}
"""Publishers and topics whose module bears another name."""


def test_topics_have_names_of_their_own() -> None:
    assert [name for name, count in Counter(t.name for t in TOPICS).items() if count > 1] == []


def test_a_type_has_one_event_per_topic() -> None:
    places = Counter((event.TOPIC.name, event.type_name()) for event in EVENTS)
    assert [place for place, count in places.items() if count > 1] == []


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_carries_events_of_its_publisher_alone(topic: Topic) -> None:
    said = events_on(topic).values()
    assert said
    module = MODULES.get(topic.name) or MODULES.get(topic.publisher, topic.publisher)
    assert {event.__module__ for event in said} == {f"schemas.{module}"}


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_is_said_and_heard_by_those_who_exist(topic: Topic) -> None:
    assert topic.publisher in {*SERVICES, *OUTSIDERS}
    assert topic.readers
    assert set(topic.readers) <= {*SERVICES, *OUTSIDERS}
    assert topic.publisher not in topic.readers


@pytest.mark.parametrize("topic", [t for t in TOPICS if t.inbound], ids=lambda topic: topic.name)
def test_an_entrance_has_one_service_behind_it(topic: Topic) -> None:
    assert topic.public
    assert topic.publisher in OUTSIDERS
    assert [reader in SERVICES for reader in topic.readers] == [True]


@each(EVENTS)
def test_what_comes_in_is_inbound_and_nothing_else(event: type[Event]) -> None:
    assert issubclass(event, InboundEvent) is event.TOPIC.inbound


@each(EVENTS)
def test_an_event_names_fields_that_it_has(event: type[Event]) -> None:
    named = {event.KEY, event.AGGREGATE}
    if issubclass(event, InboundEvent):
        named |= {*event.IDENTITY, *event.INCIDENTAL}
    assert named <= set(event.model_fields)


@each(INBOUND)
def test_what_says_which_fact_it_is_must_be_told(event: type[Event]) -> None:
    assert issubclass(event, InboundEvent)
    assert all(event.model_fields[name].is_required() for name in event.IDENTITY)
    assert not event.INCIDENTAL.intersection(event.IDENTITY)


def test_every_service_hears_something() -> None:
    assert [service for service in SERVICES if not heard_by(service)] == []
