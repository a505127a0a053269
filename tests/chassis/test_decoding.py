"""At the door: each record by itself becomes an event, a refusal with a reason, or nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.envelope import VALUE_LIMIT_BYTES
from schemas.order_intake import ContactErased, ContactGiven, LineRequested
from schemas.shops import OrderPlaced
from schemas.warehouses import StockCounted
from services.chassis.decoding import (
    NAME_LIMIT,
    PROBLEMS_SHOWN,
    Decoder,
    Heard,
    Record,
    RefusedRecord,
    outsiders_envelope,
)
from tests import harness
from tests.chassis.test_batch import a_request
from tests.schemas.examples import example

DECODER = Decoder(
    "crossdock.",
    {
        topic: {event.type_name(): event for event in events}
        for topic, events in {
            "warehouse.receipts": [StockCounted],
            "shop.orders": [OrderPlaced],
            "demand": [LineRequested],
            "contacts": [ContactGiven, ContactErased],
        }.items()
    },
)
COUNT = example(StockCounted)
TAKEN_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ID = "0195546e-8d00-7abc-8def-0123456789ab"
OUR_HEADERS = {
    "ce_id": ID,
    "ce_source": "/crossdock/order_intake",
    "ce_type": LineRequested.type_name(),
    "ce_time": "2026-03-02T09:00:00+00:00",
}
OUR_VALUE = a_request("shop:1:1").model_dump_json().encode()


def a_record(topic: str, value: bytes | None, **headers: str) -> Record:
    """A record as it was taken."""
    return Record(
        f"crossdock.{topic}", 3, 41, b"key", value,
        tuple((name, text.encode()) for name, text in headers.items()),
        int(TAKEN_AT.timestamp() * 1000),
    )  # fmt: skip


def a_count_record(body: Any, **headers: str) -> Record:
    """A record at the warehouse's door."""
    return a_record("warehouse.receipts", orjson.dumps(body), **headers)


def ours(value: bytes = OUR_VALUE, /, **changes: str | None) -> Record:
    """One of our own records, with changed headers; None leaves one out."""
    headers = {name: text for name, text in {**OUR_HEADERS, **changes}.items() if text is not None}
    return a_record("demand", value, **headers)


def heard(record: Record) -> Heard:
    """What was heard of a record that must be heard."""
    found = DECODER.decode(record)
    assert isinstance(found, Heard)
    return found


def refused(record: Record) -> RefusedRecord:
    """How a record was refused that must be."""
    found = DECODER.decode(record)
    assert isinstance(found, RefusedRecord)
    return found


@pytest.mark.parametrize(
    "record",
    [
        a_count_record(COUNT, ce_type="crossdock.stock.counted.v1", ce_id="1"),
        a_count_record(COUNT, ce_type="stock.counted"),
        a_count_record(COUNT, CE_Type="stock.counted"),
        a_count_record({"type": "stock.counted", **COUNT}),
        a_count_record({"type": "crossdock.stock.counted.v1", "id": "1", "time": "x", **COUNT}),
        a_count_record({"type": "stock.counted", "data": COUNT}),
        a_count_record({"specversion": "1.0", "type": "stock.counted", "id": "1", "data": COUNT}),
        a_count_record(
            {"specversion": "1.0", "type": "stock.counted", "data": COUNT},
            **{"content-type": "application/cloudevents+json; charset=UTF-8"},
        ),
    ],
)
def test_binary_structured_and_bare_mean_the_same(record: Record) -> None:
    assert heard(record).event.model_dump() == StockCounted.model_validate(COUNT).model_dump()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (COUNT, "no type: send the header ce_type"),
        ({"type": 7, **COUNT}, "no type"),
        ([COUNT], "not an object"),
        ({"specversion": "1.0", "type": "stock.counted"}, "no `data` object"),
        ({"type": "stock.cuonted", **COUNT}, "known are: crossdock.stock.counted.v1"),
        ({"type": "stock.counted", **COUNT, "quantity": "many"}, "quantity: "),
    ],
)
def test_a_refusal_says_what_to_send_instead(body: Any, told: str) -> None:
    assert told in refused(a_count_record(body)).refusal.text


def test_a_value_over_the_limit_is_refused_on_any_topic() -> None:
    value = b" " * (VALUE_LIMIT_BYTES + 1)
    for record in (a_record("warehouse.receipts", value), ours(value)):
        assert refused(record).refusal.code == "too_large"


def test_an_outsiders_record_without_value_is_refused() -> None:
    refusal = refused(a_record("warehouse.receipts", None)).refusal
    assert refusal.code == "undecodable"
    assert "send the fact as its value" in refusal.text


def test_a_tombstone_of_ours_is_known_by_its_key() -> None:
    found = heard(tombstone(ContactErased.type_name()))
    assert isinstance(found.event, ContactErased)
    assert found.event.order_id == "shop:1"
    assert found.event.envelope.event_id == UUID(ID)


def test_only_a_tombstone_may_come_without_value() -> None:
    assert DECODER.decode(tombstone("crossdock.contact.unheard.v1")) is None
    told = refused(tombstone(ContactGiven.type_name())).refusal.text
    assert "an event of this type has one" in told


def tombstone(type_name: str) -> Record:
    """A record of ours without value."""
    headers = {**OUR_HEADERS, "ce_type": type_name}
    return replace(a_record("contacts", None, **headers), key=b"shop:1")


def test_names_that_no_honest_sender_gives_are_cut() -> None:
    record = a_count_record({"type": "x" * 400_000, **COUNT})
    found = refused(record)
    assert len(found.type_name or "") == NAME_LIMIT
    assert len(found.refusal.text) < 2 * NAME_LIMIT
    source = {"ce_type": "stock.counted", "ce_source": "s" * 400_000}
    assert len(heard(a_count_record(COUNT, **source)).event.envelope.source) == NAME_LIMIT


@pytest.mark.parametrize(
    "changes",
    [
        {"ce_type": "crossdock.line.renamed.v9"},
        {"ce_type": None},
        {"ce_twin": "0195546e-0000-7000-8000-000000000000"},
    ],
)
def test_what_we_do_not_hear_of_ours_is_skipped(changes: dict[str, str | None]) -> None:
    assert DECODER.decode(ours(**changes)) is None


@pytest.mark.parametrize("header", ["ce_id", "ce_time", "ce_source"])
@pytest.mark.parametrize("content", [None, "\x00", "yesterday"])
def test_our_own_event_without_its_envelope_is_refused(header: str, content: str | None) -> None:
    found = DECODER.decode(ours(**{header: content}))
    understood = header == "ce_source" and content is not None
    assert isinstance(found, Heard if understood else RefusedRecord)


def test_our_own_envelope_is_kept() -> None:
    envelope = heard(
        ours(ce_correlationid="0195546e-0000-7000-8000-00000000cafe", traceparent="00-ab-cd-01")
    ).event.envelope
    assert envelope.event_id == UUID(ID)
    assert envelope.occurred_at == harness.START
    assert envelope.correlation_id == UUID("0195546e-0000-7000-8000-00000000cafe")
    assert envelope.traceparent == "00-ab-cd-01"


def test_an_event_that_nothing_led_to_begins_its_own_story() -> None:
    assert heard(ours()).event.envelope.correlation_id == UUID(ID)


def test_an_outsiders_id_is_its_source_and_its_id() -> None:
    def id_of(source: str, name: str) -> UUID:
        headers = {"ce_type": "stock.counted", "ce_source": source, "ce_id": name}
        return heard(a_count_record(COUNT, **headers)).event.envelope.event_id

    assert id_of("/a", "1") == id_of("/a", "1")
    assert len({id_of("/a", "1"), id_of("/a", "2"), id_of("/b", "1")}) == 3


def test_an_outsider_without_id_and_time_is_known_by_its_place() -> None:
    envelope = heard(a_count_record({"type": "stock.counted", **COUNT})).event.envelope
    assert envelope.occurred_at == TAKEN_AT
    again = heard(a_count_record({"type": "stock.counted", **COUNT})).event.envelope
    assert again.event_id == envelope.event_id


def test_an_outsiders_time_without_zone_is_utc() -> None:
    record = a_count_record(COUNT, ce_type="stock.counted", ce_time="2026-03-02T10:00:00")
    assert heard(record).event.envelope.occurred_at == TAKEN_AT + timedelta(hours=1)


def test_a_refusal_names_fields_but_never_their_values() -> None:
    contact = {**example(OrderPlaced)["contact"], "email": "marta at example.invalid", "age": 44}
    body = {"type": "order.placed", **example(OrderPlaced), "contact": contact}
    text = refused(a_record("shop.orders", orjson.dumps(body))).refusal.text
    assert "contact.email: " in text
    assert "contact.age: " in text
    assert "marta" not in text
    assert "44" not in text


def test_many_problems_are_counted_rather_than_listed() -> None:
    lines = [{"sku": "LAMP", "quantity": 0, "unit_price_minor": 1}] * (PROBLEMS_SHOWN + 3)
    body = {"type": "order.placed", **example(OrderPlaced), "lines": lines}
    text = refused(a_record("shop.orders", orjson.dumps(body))).refusal.text
    assert text.endswith("and 3 more")
    assert text.count("quantity") == PROBLEMS_SHOWN


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
moments = st.datetimes().map(datetime.isoformat) | st.sampled_from(
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "-1", "1e400"]
)


@given(
    st.binary(max_size=60),
    st.sampled_from(["warehouse.receipts", "shop.orders", "demand"]),
    st.dictionaries(
        st.sampled_from([*OUR_HEADERS, "content-type", "ce_twin", "traceparent"]),
        st.binary(max_size=20),
    ),
)
def test_no_bytes_whatever_break_the_door(
    value: bytes, topic: str, headers: dict[str, bytes]
) -> None:
    record = Record(f"crossdock.{topic}", 0, 0, None, value, tuple(headers.items()))
    found = DECODER.decode(record)
    assert not isinstance(found, Heard)


@given(st.sampled_from(sorted(COUNT)), json_values | moments)
def test_no_value_of_a_field_breaks_the_door(field: str, value: Any) -> None:
    body = {"type": "stock.counted", **COUNT, field: value}
    try:
        encoded = orjson.dumps(body)
    except TypeError:  # an integer beyond 64 bits: only binary mode could carry it
        return
    found = DECODER.decode(a_record("warehouse.receipts", encoded))
    assert isinstance(found, Heard | RefusedRecord)


@pytest.mark.parametrize("field", ["quantity", "counted_at", "opening", "sku"])
def test_a_number_beyond_all_measure_is_refused_by_its_field(field: str) -> None:
    value = orjson.dumps({**COUNT, field: 0}).replace(
        f'"{field}":0'.encode(), f'"{field}":{10**400}'.encode()
    )
    record = a_record("warehouse.receipts", value, ce_type="stock.counted")
    assert refused(record).refusal.text.startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", True),
        ("x" * 700_000, False),
        ("", False),
    ],
)
def test_only_a_trace_context_is_passed_on(told: str, *, kept: bool) -> None:
    record = Record("t", 0, 1, None, b"{}", ())
    envelope = outsiders_envelope(record, {"traceparent": told})
    assert envelope.traceparent == (told if kept else None)
