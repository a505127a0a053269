"""Golden examples: what was said once can be read for ever, by a program and by its schema."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.catalog import EVENTS
from schemas.documents import HERE, example_path, schema_path
from schemas.envelope import Event, InboundEvent
from tests.schemas.examples import INBOUND, OURS, each, example, read


def committed(event: type[Event]) -> Any:
    """A validator of the committed JSON Schema of an event."""
    return Draft202012Validator(json.loads(schema_path(event).read_text(encoding="utf-8")))


def test_every_event_has_its_example_and_no_example_is_of_nobody() -> None:
    present = set(HERE.glob("examples/*/*.json"))
    assert present == {example_path(event) for event in EVENTS}


@each(EVENTS)
def test_an_example_is_read_and_said_again_as_it_was(event: type[Event]) -> None:
    data = example(event)
    said = read(event, data)
    assert json.loads(said.model_dump_json(exclude_unset=True)) == data
    assert read(event, json.loads(said.model_dump_json())) == said


@each(OURS)
def test_an_example_of_ours_tells_all_that_we_say(event: type[Event]) -> None:
    data = example(event)
    assert json.loads(read(event, data).model_dump_json()) == data


@each(EVENTS)
def test_an_example_is_valid_by_its_json_schema(event: type[Event]) -> None:
    validator = committed(event)
    validator.check_schema(validator.schema)
    assert list(validator.iter_errors(example(event))) == []


@each(EVENTS)
def test_json_schema_and_program_need_the_same_fields(event: type[Event]) -> None:
    validator = committed(event)
    for name in example(event):
        data = example(event)
        del data[name]
        assert validator.is_valid(data) is not event.model_fields[name].is_required()


@each(EVENTS)
def test_an_example_says_what_it_is_about(event: type[Event]) -> None:
    said = read(event, example(event))
    assert said.key == example(event)[event.KEY]
    assert said.aggregate == example(event)[event.AGGREGATE]


@each(tuple(event for event in EVENTS if event.TOMBSTONE))
def test_a_tombstone_is_all_in_its_key(event: type[Event]) -> None:
    assert event.TOPIC.compacted
    assert not event.TOPIC.inbound
    assert set(event.model_fields) == {event.KEY}
    said = read(event, example(event))
    assert event.of_tombstone(said.key) == said


@each(OURS)
def test_a_field_that_we_do_not_know_yet_is_ignored(event: type[Event]) -> None:
    data = example(event, gift_wrap="gold")
    assert read(event, data) == read(event, example(event))
    assert committed(event).is_valid(data)


@each(INBOUND)
def test_a_field_that_nobody_knows_is_refused_from_outside(event: type[Event]) -> None:
    data = example(event, gift_wrap="gold")
    with pytest.raises(ValueError, match="gift_wrap"):
        read(event, data)
    assert not committed(event).is_valid(data)


@each(tuple(event for event in INBOUND if "note" in event.model_fields))
def test_the_same_fact_with_another_note_is_the_same(event: type[Event]) -> None:
    first = read(event, example(event))
    assert isinstance(first, InboundEvent)
    again = first.model_copy(update={"note": "told again"})
    assert (again.identity(), again.content()) == (first.identity(), first.content())
