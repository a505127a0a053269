"""Writes the contracts in the forms that others read: JSON Schema and AsyncAPI 3.0.

``python -m schemas.documents`` writes them beside this module; ``--check`` only compares, and
fails where a committed document is not what the events say; ``--release 1.4.0`` keeps them, with
the examples, as those of a release that later ones are held to. One file per topic and type: a fact
that we pass on keeps its type, so a type alone does not name a file.
"""

from __future__ import annotations

import ast
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from inspect import getdoc, getsource
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import ModelSchema

from schemas.catalog import EVENTS, events_on
from schemas.envelope import VALUE_LIMIT_BYTES, Event, InboundEvent, Topic
from schemas.topics import TOPICS

HERE = Path(__file__).parent
ASYNCAPI = HERE / "asyncapi" / "crossdock.json"
RELEASED = HERE / "released"
DAY_MS = 24 * 60 * 60 * 1000
BINDING_VERSION = "0.5.0"
HEADERS = {
    "ce_specversion": "1.0",
    "ce_id": "ours: a UUIDv7; an outsider's: unique within its ce_source",
    "ce_source": "who says it",
    "ce_type": "the event's type and version",
    "ce_time": "business time of the fact, RFC 3339",
    "content-type": "application/json",
    "traceparent": "W3C Trace Context",
}
OUR_HEADERS = {
    "ce_correlationid": "the event that all this began with",
    "ce_causationid": "the event that this one follows from",
    "ce_twin": "on the older copy of a fact that is said in two versions: the newer one's id",
}
DIALECT = {"$schema": GenerateJsonSchema.schema_dialect}

Document = dict[str, Any]


def schema_path(event: type[Event]) -> Path:
    """Where an event's JSON Schema stands."""
    return HERE / "json" / event.TOPIC.name / f"{event.type_name()}.json"


def example_path(event: type[Event]) -> Path:
    """Where an event's golden example stands."""
    return HERE / "examples" / event.TOPIC.name / f"{event.type_name()}.json"


class WithNotes(GenerateJsonSchema):
    """JSON Schema in which the sentence below a field is the field's description."""

    def model_schema(self, schema: ModelSchema) -> JsonSchemaValue:
        """The schema of a model, its fields described."""
        found = super().model_schema(schema)
        notes = field_notes(schema["cls"])
        for name, field in found.get("properties", {}).items():
            if name in notes:
                field["description"] = notes[name]
        return found


def field_notes(model: type[BaseModel]) -> dict[str, str]:
    """The sentence below each field, read from the source: Python itself does not keep it."""
    return {
        field.target.id: " ".join(note.value.value.split())
        for part in reversed(model.__mro__)
        if issubclass(part, BaseModel) and part.__module__.startswith("schemas.")
        for field, note in pairwise(class_body(part))
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(note, ast.Expr)
        and isinstance(note.value, ast.Constant)
        and isinstance(note.value.value, str)
    }


def class_body(model: type[BaseModel]) -> list[ast.stmt]:
    """The statements of a class."""
    [found] = ast.parse(dedent(getsource(model))).body
    return found.body if isinstance(found, ast.ClassDef) else []


def json_schema(event: type[Event]) -> Document:
    """What may stand in the value of an event's record."""
    return {**DIALECT, **event.model_json_schema(schema_generator=WithNotes)}


def summary(event: type[Event]) -> str:
    """The first sentence that an event says of itself."""
    return (getdoc(event) or "").split("\n\n", 1)[0].replace("\n", " ")


def message_id(event: type[Event]) -> str:
    """The name of an event's message among the components: topic and type, as in the files."""
    return f"{event.TOPIC.name}.{event.type_name()}"


def message(event: type[Event]) -> Document:
    """An event as an AsyncAPI message."""
    headers = "sent_headers" if not event.TOPIC.inbound else "taken_headers"
    return {
        "name": event.type_name(),
        "title": event.TYPE,
        "summary": summary(event),
        "contentType": "application/json",
        "headers": reference(f"components/schemas/{headers}"),
        "payload": {"$ref": f"../{schema_path(event).relative_to(HERE).as_posix()}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": key_note(event)},
                "bindingVersion": BINDING_VERSION,
            }
        },
    }


def key_note(event: type[Event]) -> str:
    """What is known of a record's key."""
    if event.TOPIC.inbound:
        return f"any; `{event.KEY}` is a good one, and no order is assumed"
    return f"`{event.KEY}` of the data: events of one key keep their order"


def headers(*, ours: bool) -> Document:
    """CloudEvents attributes as Kafka headers (binary mode)."""
    notes = {**HEADERS, **OUR_HEADERS} if ours else HEADERS
    needed = [*HEADERS, "ce_correlationid"] if ours else ["ce_type"]
    return {
        "type": "object",
        "properties": {n: {"type": "string", "description": note} for n, note in notes.items()},
        "required": [name for name in needed if name != "traceparent"],
    }


def channel(topic: Topic) -> Document:
    """A topic as an AsyncAPI channel."""
    public = "public" if topic.public else "internal"
    return {
        "address": "{namespace}" + topic.name,
        "title": topic.name,
        "description": f"{public}; keyed by {topic.key}; said by {topic.publisher}",
        "parameters": {"namespace": reference("components/parameters/namespace")},
        "messages": {
            event.TYPE: reference(f"components/messages/{message_id(event)}")
            for event in events_on(topic).values()
        },
        "bindings": {
            "kafka": {
                "topic": f"crossdock.{topic.name}",
                "partitions": topic.partitions,
                "replicas": 3,
                "topicConfiguration": {
                    "cleanup.policy": ["compact" if topic.compacted else "delete"],
                    "retention.ms": topic.retention_days * DAY_MS,
                },
                "bindingVersion": BINDING_VERSION,
            }
        },
    }


def operations(topic: Topic) -> Iterator[tuple[str, Document]]:
    """Who says what on a topic, and who hears it."""
    told = {
        "channel": reference(f"channels/{topic.name}"),
        "messages": [
            reference(f"channels/{topic.name}/messages/{event.TYPE}")
            for event in events_on(topic).values()
        ],
    }
    yield f"{topic.publisher}.says.{topic.name}", {"action": "send", **told}
    for reader in topic.readers:
        yield f"{reader}.hears.{topic.name}", {"action": "receive", **told}


def reference(pointer: str) -> Document:
    """A reference within the document."""
    return {"$ref": f"#/{pointer}"}


def asyncapi(spoken: tuple[Topic, ...]) -> Document:
    """The AsyncAPI document of topics, their messages, and who says and hears them."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "crossdock",
            "version": "1",
            "description": "What crossdock's services hear and say on Kafka. Events are "
            f"CloudEvents 1.0 in binary mode; a value has at most {VALUE_LIMIT_BYTES} bytes.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: channel(topic) for topic in spoken},
        "operations": {name: one for topic in spoken for name, one in operations(topic)},
        "components": {
            "parameters": {
                "namespace": {
                    "default": "crossdock.",
                    "description": "CROSSDOCK_NAMESPACE: a prefix per deployment",
                }
            },
            "schemas": {"sent_headers": headers(ours=True), "taken_headers": headers(ours=False)},
            "messages": {message_id(event): message(event) for event in EVENTS},
        },
    }


def documents() -> dict[Path, Document]:
    """Every generated document by its path."""
    spoken = tuple(topic for topic in TOPICS if events_on(topic))
    return {
        **{schema_path(event): json_schema(event) for event in EVENTS},
        ASYNCAPI: asyncapi(spoken),
    }


def written(document: Mapping[str, Any]) -> str:
    """A document as it stands in its file."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def differing() -> list[Path]:
    """Files that are not what they should be, that are missing, or that nobody needs any more."""
    wanted = {path: written(document) for path, document in documents().items()}
    present = {*HERE.glob("json/*/*.json"), *HERE.glob("asyncapi/*.json")}
    return sorted(
        path
        for path in present | set(wanted)
        if path not in present or path.read_text(encoding="utf-8") != wanted.get(path)
    )


def write() -> list[Path]:
    """Bring the files to what they should be; the paths that were touched."""
    wanted = documents()
    touched = differing()
    for path in touched:
        if path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(written(wanted[path]), encoding="utf-8")
        else:
            path.unlink()
    return touched


def facts() -> Document:
    """Which fact each outsider's example is, and what must be equal when it is told again."""
    found: Document = {}
    for event in EVENTS:
        if issubclass(event, InboundEvent):
            told = event.model_validate_json(example_path(event).read_text(encoding="utf-8"))
            found[message_id(event)] = {"identity": told.identity(), "content": told.content()}
    return found


def release(version: str) -> list[Path]:
    """Keep what is committed as that of a release, once; the folders and files written."""
    folder = RELEASED / version
    if folder.exists() or differing():
        raise SystemExit(f"{folder} is there already, or `python -m schemas.documents` is due")
    for part in ("json", "examples", "asyncapi"):
        shutil.copytree(HERE / part, folder / part)
    (folder / "facts.json").write_text(written(facts()), encoding="utf-8")
    return sorted(folder.iterdir())


def main(arguments: list[str]) -> int:
    """Write, keep as a release, or only compare; 1 when a committed document is not up to date."""
    check = arguments == ["--check"]
    kept = arguments[1] if arguments[:1] == ["--release"] else ""
    paths = differing() if check else release(kept) if kept else write()
    for path in paths:
        sys.stdout.write(f"{'differs' if check else 'wrote'}: {path.relative_to(HERE.parent)}\n")
    if check and paths:
        sys.stdout.write("run `python -m schemas.documents` and commit what it writes\n")
    return 1 if check and paths else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
