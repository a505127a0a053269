"""The generated documents are those that are committed, and hold together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

from schemas import documents
from schemas.catalog import EVENTS, events_on
from schemas.topics import TOPICS


def committed() -> dict[str, Any]:
    """The committed AsyncAPI document."""
    return json.loads(documents.ASYNCAPI.read_text(encoding="utf-8"))


def references(value: object) -> Iterator[str]:
    """Every ``$ref`` in a document."""
    if isinstance(value, dict):
        for name, inner in cast("dict[str, object]", value).items():
            if name == "$ref":
                yield str(inner)
            else:
                yield from references(inner)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from references(inner)


def resolved(document: dict[str, Any], reference: str) -> Any:
    """What a reference points at. Raises ``KeyError`` or ``FileNotFoundError`` for nothing."""
    if not reference.startswith("#/"):
        return json.loads((documents.ASYNCAPI.parent / reference).read_text(encoding="utf-8"))
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def test_committed_documents_are_what_the_events_say() -> None:
    assert documents.differing() == [], "run `python -m schemas.documents`"


def test_every_reference_leads_somewhere() -> None:
    document = committed()
    found = list(references(document))
    assert len(found) > 2 * len(EVENTS)
    assert all(resolved(document, reference) for reference in found)


def test_every_event_is_a_message_of_its_topic_with_its_own_schema() -> None:
    document = committed()
    for event in EVENTS:
        channel = document["channels"][event.TOPIC.name]
        message = resolved(document, channel["messages"][event.TYPE]["$ref"])
        assert message["name"] == event.type_name()
        assert resolved(document, message["payload"]["$ref"]) == documents.json_schema(event)


def test_publishers_send_and_readers_receive() -> None:
    operations = committed()["operations"]
    for topic in TOPICS:
        if not events_on(topic):
            continue
        said = operations[f"{topic.publisher}.says.{topic.name}"]
        assert said["action"] == "send"
        for reader in topic.readers:
            heard = operations[f"{reader}.hears.{topic.name}"]
            assert heard == {**said, "action": "receive"}


def test_addresses_carry_the_namespace_and_bindings_what_is_kept() -> None:
    document = committed()
    assert document["components"]["parameters"]["namespace"]["default"] == "crossdock."
    contacts = document["channels"]["contacts"]
    assert contacts["address"] == "{namespace}contacts"
    assert contacts["bindings"]["kafka"]["topicConfiguration"]["cleanup.policy"] == ["compact"]
    orders = document["channels"]["shop.orders"]["bindings"]["kafka"]
    assert orders["partitions"] == 12
    assert orders["topicConfiguration"]["retention.ms"] == 7 * 24 * 60 * 60 * 1000


def test_the_sentence_below_a_field_is_its_description() -> None:
    [backordered] = [event for event in EVENTS if event.TYPE == "line.backordered"]
    properties = documents.json_schema(backordered)["properties"]
    assert properties["position"]["description"] == "1 for the next line in the SKU's queue."
