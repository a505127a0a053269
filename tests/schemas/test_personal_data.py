"""Personal data goes where it must and nowhere else; cards go nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pytest
from pydantic import ValidationError

from schemas.catalog import EVENTS
from schemas.documents import json_schema
from schemas.envelope import Event
from schemas.order_intake import ContactGiven
from schemas.shops import CARD_FIELDS, OrderPlaced
from services.chassis.logs import PERSONAL_KEYS
from tests.schemas.examples import each, example, read

WITH_PERSONAL_DATA = {OrderPlaced, ContactGiven}
VISA = "4111 1111 1111 1111"


def personal_fields(schema: object) -> Iterator[str]:
    """The names of all fields that a JSON Schema marks as personal, at any depth."""
    if isinstance(schema, list):
        for inner in cast("list[object]", schema):
            yield from personal_fields(inner)
    elif isinstance(schema, dict):
        fields = cast("dict[str, object]", schema)
        yield from (name for name, field in fields.items() if marked(field))
        for inner in fields.values():
            yield from personal_fields(inner)


def marked(field: object) -> bool:
    """Whether a field's schema says that it is personal."""
    return isinstance(field, dict) and cast("dict[str, object]", field).get("personal") is True


@each(EVENTS)
def test_two_events_carry_personal_data_and_no_other_does(event: type[Event]) -> None:
    found = set(personal_fields(json_schema(event)))
    assert bool(found) is (event in WITH_PERSONAL_DATA)


def test_all_that_tells_who_a_customer_is_is_marked() -> None:
    found = set(personal_fields(json_schema(ContactGiven)))
    address = {"address", "lines", "city", "postal_code", "country"}
    assert found == {"contact", "name", "email", "language", "time_zone", *address}


@each(tuple(event for event in EVENTS if event not in WITH_PERSONAL_DATA))
def test_no_field_elsewhere_has_the_name_of_a_personal_one(event: type[Event]) -> None:
    names = set(personal_fields(json_schema(ContactGiven))) - {"lines"}  # an order's lines, too
    assert names.isdisjoint(event.model_fields)


def test_the_logs_know_every_personal_field() -> None:
    found = {name for event in EVENTS for name in personal_fields(json_schema(event))}
    assert found <= PERSONAL_KEYS


def test_what_is_remembered_of_an_order_is_not_personal() -> None:
    order = OrderPlaced.model_validate(example(OrderPlaced))
    assert not personal_values() & set(map(str, leaves(order.content())))


def personal_values() -> set[str]:
    """Every value of the example's contact."""
    return set(map(str, leaves(example(OrderPlaced)["contact"])))


def leaves(value: object) -> Iterator[object]:
    """Every value in a JSON value that is not itself a list or an object."""
    if isinstance(value, dict):
        for inner in cast("dict[str, object]", value).values():
            yield from leaves(inner)
    elif isinstance(value, list):
        for inner in cast("list[object]", value):
            yield from leaves(inner)
    else:
        yield value


@pytest.mark.parametrize("name", sorted({*CARD_FIELDS, "CVC", "Card_Number"}))
def test_a_field_for_a_card_is_refused_at_any_depth(name: str) -> None:
    method = {**example(OrderPlaced)["payment_method"], "details": [{name: "1"}]}
    with pytest.raises(ValidationError, match="only the provider's token may"):
        read(OrderPlaced, example(OrderPlaced, payment_method=method))


@pytest.mark.parametrize(
    "changes",
    [
        {"payment_method": {"method_id": "pm-1", "token": "4111111111111111"}},
        {"payment_method": {"method_id": "pm-1", "token": f"card:{VISA}"}},
        {"note": f"my card is {VISA}"},
        {"customer_ref": "4111-1111-1111-1111"},
    ],
)
def test_what_looks_like_a_card_number_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="looks like a card number: send the payment"):
        read(OrderPlaced, example(OrderPlaced, **changes))
