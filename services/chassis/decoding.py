"""From a Kafka record to an event, or to a refusal at the door. Each record by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import NAMESPACE_URL, UUID, uuid5

import orjson
from pydantic import ValidationError

from schemas.envelope import (
    TYPE_PREFIX,
    VALUE_LIMIT_BYTES,
    Envelope,
    Event,
    InboundEvent,
)
from services.chassis.transaction import Refusal

if TYPE_CHECKING:
    from aiokafka import ConsumerRecord

TRACEPARENT = re.compile(r"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, 3.2: anything else is not passed on into every event that follows."""
NAME_LIMIT = 256
"""Characters kept of what an outsider calls a type or a source: no honest name is longer."""
PROBLEMS_SHOWN = 5
"""A dead letter names this many problems of a value, then counts the rest."""


@dataclass(frozen=True)
class Record:
    """A record as it was taken: where it stood, and its bytes."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int = 0


def as_record(record: ConsumerRecord[bytes, bytes]) -> Record:
    """A record without the client's wrapping."""
    return Record(
        record.topic,
        record.partition,
        record.offset,
        record.key,
        record.value,
        tuple(record.headers),
        record.timestamp,
    )


@dataclass(frozen=True)
class Heard:
    """A record and the event in it."""

    record: Record
    event: Event


@dataclass(frozen=True)
class RefusedRecord:
    """A record that cannot be taken, and why."""

    record: Record
    refusal: Refusal
    type_name: str | None = None


class Decoder:
    """Knows the event types that may come over each topic."""

    def __init__(self, namespace: str, heard: Mapping[str, Mapping[str, type[Event]]]) -> None:
        """``heard`` maps a topic's name to the events said on it by ``ce_type``."""
        self.types = {f"{namespace}{topic}": events for topic, events in heard.items()}
        self.inbound = {
            topic
            for topic, events in self.types.items()
            if any(issubclass(event, InboundEvent) for event in events.values())
        }

    def decode(self, record: Record) -> Heard | RefusedRecord | None:
        """The event in a record; None for what this service does not hear."""
        if len(record.value or b"") > VALUE_LIMIT_BYTES:
            return RefusedRecord(record, too_large(len(record.value or b"")))
        attributes = dict(record.headers)
        if record.topic not in self.inbound:
            return self._own(record, attributes)
        if record.value is None:
            text = "the record has no value: send the fact as its value, one JSON object"
            return RefusedRecord(record, Refusal("undecodable", text))
        try:
            type_name, data, meta = inbound_parts(record.value, attributes)
        except ValueError as error:
            return RefusedRecord(record, Refusal("undecodable", str(error)))
        return self._inbound(record, type_name, data, meta)

    def _own(self, record: Record, attributes: Mapping[str, bytes]) -> Heard | RefusedRecord | None:
        name = attributes.get("ce_type", b"").decode(errors="replace")
        event_type = self.types[record.topic].get(name)
        if event_type is None or "ce_twin" in attributes:
            return None
        try:
            event = (
                event_type.model_validate_json(record.value)
                if record.value is not None
                else event_type.of_tombstone((record.key or b"").decode())
            )
            return Heard(record, event.enclosed(own_envelope(attributes)))
        except (ValidationError, ValueError, KeyError) as error:
            return RefusedRecord(record, Refusal("undecodable", problems(error)), name)

    def _inbound(
        self, record: Record, type_name: str, data: Any, meta: Mapping[str, str]
    ) -> Heard | RefusedRecord:
        known = self.types[record.topic]
        type_name = type_name[:NAME_LIMIT]
        event_type = known.get(type_name) or known.get(f"{TYPE_PREFIX}{type_name}.v1")
        if event_type is None:
            names = ", ".join(sorted(known))
            text = f"{type_name or 'an event without type'} is not heard here; known are: {names}"
            return RefusedRecord(record, Refusal("unknown_type", text), type_name)
        try:
            event = (
                event_type.model_validate_json(data)
                if isinstance(data, bytes)
                else event_type.model_validate_json(orjson.dumps(data))
            )
            return Heard(record, event.enclosed(outsiders_envelope(record, meta)))
        except (ValidationError, ValueError) as error:
            return RefusedRecord(record, Refusal("invalid", problems(error)), type_name)


def too_large(size: int) -> Refusal:
    """The refusal of a value over the limit."""
    return Refusal(
        "too_large",
        f"the value has {size} bytes, at most {VALUE_LIMIT_BYTES} are taken: split it",
    )


def inbound_parts(
    value: bytes, attributes: Mapping[str, bytes]
) -> tuple[str, bytes | dict[str, Any], dict[str, str]]:
    """Type, data and meta of an outsider's record: binary, structured, or bare JSON.

    Raises ``ValueError`` with a sentence for people when it is none of these.
    """
    texts = {name.lower(): raw.decode(errors="replace") for name, raw in attributes.items()}
    if "ce_type" in texts and not texts.get("content-type", "").startswith(
        "application/cloudevents"
    ):
        meta = {name.removeprefix("ce_"): text for name, text in texts.items()}
        return texts["ce_type"], value, meta
    try:
        body = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"the value is not JSON ({error}): send one JSON object") from error
    if not isinstance(body, dict):
        raise ValueError("the value is JSON but not an object: send one JSON object")
    return unwrapped(cast("dict[str, Any]", body))


def unwrapped(body: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, str]]:
    """Type, data and meta of a structured CloudEvent or of bare JSON with a ``type`` beside it."""
    meta = {k: v for k, v in body.items() if isinstance(v, str) and k in {"id", "source", "time"}}
    type_name = body.get("type")
    if not isinstance(type_name, str):
        raise ValueError(
            "no type: send the header ce_type, or `type` beside the data, "
            'such as {"type": "order.placed", …}'
        )
    if "specversion" in body or isinstance(body.get("data"), dict):
        data = body.get("data")
        if not isinstance(data, dict):
            raise ValueError("the CloudEvent has no `data` object: put the fact there")
        return type_name, cast("dict[str, Any]", data), meta
    bare = {k: v for k, v in body.items() if k not in {"type", "id", "time", "source"}}
    return type_name, bare, meta


def own_envelope(attributes: Mapping[str, bytes]) -> Envelope:
    """The envelope of one of our own events. Raises ``KeyError`` or ``ValueError``."""
    event_id = UUID(attributes["ce_id"].decode())
    correlation = attributes.get("ce_correlationid")
    traceparent = attributes.get("traceparent")
    return Envelope(
        event_id=event_id,
        source=attributes["ce_source"].decode(),
        occurred_at=datetime.fromisoformat(attributes["ce_time"].decode()),
        correlation_id=UUID(correlation.decode()) if correlation else event_id,
        traceparent=traceparent.decode() if traceparent else None,
    )


def outsiders_envelope(record: Record, meta: Mapping[str, str]) -> Envelope:
    """The envelope of an outsider's fact; what it does not tell comes from its place."""
    source = meta.get("source", "").replace("\x00", "\ufffd")
    name = meta.get("id") or f"{record.topic}/{record.partition}/{record.offset}"
    event_id = uuid5(NAMESPACE_URL, f"{source}|{name}")
    try:
        occurred_at = datetime.fromisoformat(meta["time"])
        if occurred_at.tzinfo is None:
            occurred_at = occurred_at.replace(tzinfo=UTC)
    except (KeyError, ValueError):
        occurred_at = datetime.fromtimestamp(record.timestamp_ms / 1000, tz=UTC)
    traceparent = meta.get("traceparent", "")
    known = traceparent if TRACEPARENT.fullmatch(traceparent) else None
    return Envelope(event_id, source[:NAME_LIMIT], occurred_at, event_id, known)


def problems(error: Exception) -> str:
    """What is wrong with a value, in words, without the values themselves (they may be personal)."""
    if not isinstance(error, ValidationError):
        return f"{type(error).__name__}: {error}"
    found = error.errors(include_url=False, include_input=False, include_context=False)
    texts = [
        f"{'.'.join(str(part) for part in one['loc']) or 'value'}: {one['msg']}"
        for one in found[:PROBLEMS_SHOWN]
    ]
    if len(found) > PROBLEMS_SHOWN:
        texts.append(f"and {len(found) - PROBLEMS_SHOWN} more")
    return "; ".join(texts)
