"""What a writer may write that a reader refuses, told from their two JSON Schemas.

Cautious: a keyword that is not known here must be equal on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

Schema = dict[str, Any]

TELLING_NOTHING = {"$schema", "$defs", "title", "description", "personal", "default"}
"""Keywords that let nothing in and keep nothing out."""
LOWER = ("minimum", "minLength", "minItems")
UPPER = ("maximum", "maxLength", "maxItems")
SAME = ("pattern", "format")
NESTED = {"properties", "required", "additionalProperties", "items", "anyOf"}
CHOICES = {"enum", "const"}
KNOWN = {*TELLING_NOTHING, *LOWER, *UPPER, *SAME, *NESTED, *CHOICES, "type"}


@dataclass(frozen=True)
class Breach:
    """A promise that does not hold, and where."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def inlined(document: Schema) -> Schema:
    """A document without references."""
    definitions = document.get("$defs", {})

    def resolved(value: Any) -> Any:
        if isinstance(value, list):
            return [resolved(one) for one in cast("list[Any]", value)]
        if not isinstance(value, dict):
            return value
        found = cast("Schema", value)
        if "$ref" in found:
            beside = {name: one for name, one in found.items() if name != "$ref"}
            return {**resolved(definitions[found["$ref"].removeprefix("#/$defs/")]), **beside}
        return {name: resolved(one) for name, one in found.items()}

    return {name: resolved(one) for name, one in document.items() if name != "$defs"}


def refused(reader: Schema, writer: Schema, place: str = "") -> list[Breach]:
    """What the writer may write and the reader does not take."""
    return [
        breach
        for one in alternatives(writer)
        for breach in closest(alternatives(reader), one, place)
    ]


def alternatives(schema: Schema) -> list[Schema]:
    """The schemas of which one must fit."""
    return schema.get("anyOf", [schema])


def closest(readers: list[Schema], writer: Schema, place: str) -> list[Breach]:
    """Nothing when one of the readers takes it all, else what the likeliest one refuses."""
    return min((list(breaches(reader, writer, place)) for reader in readers), key=len)


def breaches(reader: Schema, writer: Schema, place: str) -> Iterator[Breach]:
    """What one schema refuses of another."""
    for name in sorted((reader.keys() | writer.keys()) - KNOWN):
        if reader.get(name) != writer.get(name):
            yield Breach(place, f"{name} is not known to this comparison: teach it, or leave it")
    if not same_type(reader, writer):
        yield Breach(place, f"is of type {writer.get('type')}, read as {reader.get('type')}")
        return
    yield from refused_values(reader, writer, place)
    yield from refused_bounds(reader, writer, place)
    if "items" in reader:
        yield from refused(reader["items"], writer.get("items", {}), f"{place}[]")
    if "object" in {reader.get("type"), writer.get("type")}:
        yield from refused_fields(reader, writer, place)


def same_type(reader: Schema, writer: Schema) -> bool:
    """Whether a value of the writer's type is one of the reader's; every integer is a number."""
    wanted, given = reader.get("type"), writer.get("type")
    return wanted in {None, given} or (wanted, given) == ("number", "integer")


def refused_values(reader: Schema, writer: Schema, place: str) -> Iterator[Breach]:
    """Words outside a closed list."""
    known, said = choices(reader), choices(writer)
    if known is None:
        return
    if said is None:
        yield Breach(place, f"says anything, and only {sorted(known)} are read")
    elif said - known:
        yield Breach(place, f"says {sorted(said - known)}, and only {sorted(known)} are read")


def choices(schema: Schema) -> set[str] | None:
    """The closed list of values, where there is one."""
    if "const" in schema:
        return {str(schema["const"])}
    return {str(one) for one in schema["enum"]} if "enum" in schema else None


def refused_bounds(reader: Schema, writer: Schema, place: str) -> Iterator[Breach]:
    """Numbers, lengths and forms beyond what is read."""
    if choices(writer) is not None:
        return
    for names, beyond in ((LOWER, int.__lt__), (UPPER, int.__gt__)):
        for name in names:
            bound, said = reader.get(name), writer.get(name)
            if bound is not None and (said is None or beyond(said, bound)):
                yield Breach(place, f"has {name} {said}, and is read with {bound}")
    for name in SAME:
        if name in reader and reader[name] != writer.get(name):
            yield Breach(place, f"has {name} {writer.get(name)}, and is read with {reader[name]}")


def refused_fields(reader: Schema, writer: Schema, place: str) -> Iterator[Breach]:
    """Fields that are missing, that nobody takes, or that mean something else when left out."""
    known, told = fields(reader), fields(writer)
    optional = set(told) - set(writer.get("required", ()))
    for name in sorted(set(reader.get("required", ())) - (set(told) - optional)):
        yield Breach(f"{place}.{name}", "may be left out, and is needed")
    for name, field in told.items():
        here = f"{place}.{name}"
        if name not in known:
            if reader.get("additionalProperties") is False:
                yield Breach(here, "is told, and fields that are not known are refused here")
            continue
        yield from refused(known[name], field, here)
        if name in optional and known[name].get("default") != field.get("default"):
            yield Breach(here, f"left out means {field.get('default')!r}, and is read as another")
    others = reader.get("additionalProperties")
    if isinstance(others, dict):
        more = writer.get("additionalProperties", {})
        yield from refused(cast("Schema", others), cast("Schema", more), f"{place}.*")


def fields(schema: Schema) -> Mapping[str, Schema]:
    """The fields of an object."""
    return schema.get("properties", {})


def lost(today: Schema, released: Schema, place: str = "") -> Iterator[Breach]:
    """Fields that were told once and are not any more, at any depth."""
    for now in alternatives(today):
        for before in alternatives(released):
            for name, field in fields(before).items():
                if name in fields(now):
                    yield from lost(fields(now)[name], field, f"{place}.{name}")
                elif fields(now):
                    yield Breach(f"{place}.{name}", "was told once, and is not any more")
            if "items" in before and "items" in now:
                yield from lost(now["items"], before["items"], f"{place}[]")


def broken_promises_of_ours(today: Schema, released: Schema) -> list[Breach]:
    """What may not change in an event of ours: yesterday's readers and events are still there."""
    now, before = inlined(today), inlined(released)
    return sorted(
        {*lost(now, before), *refused(reader=now, writer=before), *refused(before, now)}, key=str
    )


def broken_promises_to_outsiders(today: Schema, released: Schema) -> list[Breach]:
    """What was valid once and is not any more."""
    return refused(reader=inlined(today), writer=inlined(released))
