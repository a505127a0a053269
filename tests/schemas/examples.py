"""The golden examples, as the tests take them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.catalog import EVENTS
from schemas.documents import example_path
from schemas.envelope import Event, InboundEvent

INBOUND = tuple(event for event in EVENTS if issubclass(event, InboundEvent))
OURS = tuple(event for event in EVENTS if not issubclass(event, InboundEvent))


def example(event: type[Event], **changes: Any) -> dict[str, Any]:
    """The data of an event's example, with changes."""
    found: dict[str, Any] = json.loads(example_path(event).read_text(encoding="utf-8"))
    return {**found, **changes}


def read(event: type[Event], data: dict[str, Any]) -> Event:
    """Data as it is read from a record's value."""
    return event.model_validate_json(json.dumps(data))


def each(events: tuple[type[Event], ...]) -> pytest.MarkDecorator:
    """Run a test for each of some events, named by topic and type."""
    return pytest.mark.parametrize(
        "event", events, ids=[f"{event.TOPIC.name}/{event.TYPE}" for event in events]
    )
