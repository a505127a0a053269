"""The comparison of schemas can fail: changes planted in one are found, and growth is let through."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.schemas.compatibility import (
    broken_promises_of_ours,
    broken_promises_to_outsiders,
    lost,
    refused,
)

GONE = object()

SCHEMA = {
    "type": "object",
    "properties": {
        "sku": {"type": "string", "maxLength": 64},
        "quantity": {"type": "integer", "minimum": 1, "maximum": 10},
        "source": {"enum": ["dock", "shelf"], "type": "string"},
        "note": {"type": "string", "default": ""},
        "at": {"type": "string", "format": "date-time"},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"line": {"type": "string"}, "color": {"type": "string"}},
                "required": ["line"],
            },
        },
        "due": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
    },
    "required": ["sku", "quantity", "source", "lines"],
}
OPTIONAL = {"type": "string", "default": ""}


def changed(path: str, value: object) -> dict[str, Any]:
    """The schema with a value put at a path, or taken from it."""
    found: Any = copy.deepcopy(SCHEMA)
    *way, last = path.split("/")
    inner = found
    for step in way:
        inner = inner[int(step) if step.isdigit() else step]
    if value is GONE:
        del inner[last]
    else:
        inner[last] = value
    return found


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("properties/note", GONE, ".note: was told once"),
        ("properties/lines/items/properties/color", GONE, ".lines[].color: was told once"),
        ("properties/sku/type", "integer", ".sku: is of type"),
        ("properties/due/anyOf/0/type", "integer", ".due: is of type"),
        ("properties/counts/additionalProperties", {"type": "string"}, ".counts.*: is of type"),
        ("properties/at/format", "date", ".at: has format"),
        ("properties/source/enum", ["dock", "shelf", "lane"], ".source: says ['lane']"),
        ("properties/source/enum", ["dock"], ".source: says ['shelf']"),
        ("properties/source/enum", GONE, ".source: says anything"),
        ("properties/quantity/maximum", 20, ".quantity: has maximum"),
        ("properties/quantity/maximum", 5, ".quantity: has maximum"),
        ("properties/quantity/minimum", 0, ".quantity: has minimum"),
        ("properties/sku/maxLength", GONE, ".sku: has maxLength"),
        ("properties/note/default", "none", ".note: left out means"),
        ("properties/note/pattern", "^x", ".note: has pattern"),
        ("properties/lines/items/required", ["line", "color"], ".color: may be left out"),
        ("required", ["sku", "quantity", "lines"], ".source: may be left out"),
        ("required", ["sku", "quantity", "source", "lines", "note"], ".note: may be left out"),
        ("properties/sku/uniqueItems", True, ".sku: uniqueItems is not known"),
    ],
)
def test_a_change_planted_in_an_event_of_ours_is_found(path: str, value: object, told: str) -> None:
    found = [str(one) for one in broken_promises_of_ours(changed(path, value), SCHEMA)]
    assert any(told in one for one in found), found


@pytest.mark.parametrize("where", ["properties/gift", "properties/lines/items/properties/gift"])
def test_an_event_of_ours_may_gain_an_optional_field(where: str) -> None:
    assert broken_promises_of_ours(changed(where, OPTIONAL), SCHEMA) == []


def test_a_new_field_is_found_where_yesterdays_readers_refuse_what_they_do_not_know() -> None:
    before = changed("properties/lines/items/additionalProperties", False)
    now = copy.deepcopy(before)
    now["properties"]["lines"]["items"]["properties"]["gift"] = OPTIONAL
    [found] = broken_promises_of_ours(now, before)
    assert str(found).startswith(".lines[].gift: is told")


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("properties/quantity/maximum", 5, ".quantity: has maximum"),
        ("properties/source/enum", ["dock"], ".source: says ['shelf']"),
        ("properties/due/anyOf", [{"type": "null"}], ".due: is of type string"),
        ("required", ["sku", "quantity", "source", "lines", "note"], ".note: may be left out"),
        ("properties/note/default", "none", ".note: left out means"),
    ],
)
def test_what_was_valid_and_is_not_any_more_is_found(path: str, value: object, told: str) -> None:
    found = [str(one) for one in broken_promises_to_outsiders(changed(path, value), SCHEMA)]
    assert any(told in one for one in found), found


def test_a_field_that_outsiders_may_not_send_any_more_is_found() -> None:
    before = {**SCHEMA, "additionalProperties": False}
    now = {**changed("properties/note", GONE), "additionalProperties": False}
    [found] = broken_promises_to_outsiders(now, before)
    assert str(found).startswith(".note: is told")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties/gift", OPTIONAL),
        ("properties/quantity/maximum", 20),
        ("properties/quantity/minimum", GONE),
        ("properties/quantity/type", "number"),
        ("properties/source/enum", ["dock", "shelf", "lane"]),
        ("required", ["sku"]),
    ],
)
def test_what_outsiders_may_send_may_grow(path: str, value: object) -> None:
    assert broken_promises_to_outsiders(changed(path, value), SCHEMA) == []


def test_a_schema_is_compatible_with_itself() -> None:
    assert refused(SCHEMA, SCHEMA) == []
    assert list(lost(SCHEMA, SCHEMA)) == []
