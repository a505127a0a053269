"""One batch, one transaction: what is remembered, refused, put aside and said."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.envelope import VALUE_LIMIT_BYTES
from schemas.order_intake import LineRequested
from schemas.stock_receipts import StockCountTaken
from schemas.warehouses import StockCounted
from services.chassis.decoding import Record
from services.chassis.failing import HANDLER_FAILURES_BEFORE_STOP, WorkerStopped
from services.chassis.handling import Handler, hears
from services.chassis.outbox import ValueTooLarge
from services.chassis.transaction import Refusal, Transaction
from tests import harness

MakeService = Callable[..., Awaitable[harness.Service]]

NOTE = "INSERT INTO notes (what, key, n) SELECT $1, k, n FROM unnest($2::text[], $3::int[]) AS x (k, n)"


@hears(LineRequested)
async def note_requests(requests: Sequence[LineRequested], tx: Transaction[Any]) -> None:
    """Note each request; a quantity of 1000 breaks the table's CHECK."""
    await tx.execute(NOTE, "request", [r.line_id for r in requests], [r.quantity for r in requests])


@hears(StockCounted)
async def note_counts(counts: Sequence[StockCounted], tx: Transaction[Any]) -> None:
    """Note each count, refuse a count of 7, say the others on."""
    for count in counts:
        if count.quantity == 7:
            tx.refuse(count, Refusal("seven", "seven is not counted here: count again"))
    await tx.execute(NOTE, "count", [c.count_id for c in counts], [c.quantity for c in counts])
    tx.say(*(said(count) for count in counts))


HANDLERS: tuple[Handler, ...] = (note_counts, note_requests)


def said(count: StockCounted) -> StockCountTaken:
    """What is said of a count."""
    return StockCountTaken(
        sku=count.sku, warehouse=count.warehouse, count_id=count.count_id,
        quantity=count.quantity, opening=False, counted_at=count.counted_at,
    )  # fmt: skip


def a_request(line: str, quantity: int = 1, sku: str = "LAMP") -> LineRequested:
    """A line's request."""
    return LineRequested(
        line_id=line, order_id="shop:1", sku=sku, quantity=quantity,
        placed_at=harness.START, priority_class=5, warehouses=(),
    )  # fmt: skip


def a_count(count_id: str, quantity: int = 3, **changes: Any) -> StockCounted:
    """A count at the shelf."""
    return StockCounted(
        warehouse="MAIN", count_id=count_id, sku="LAMP", quantity=quantity,
        counted_at=harness.START, **changes,
    )  # fmt: skip


async def notes(service: harness.Service) -> list[tuple[str, str]]:
    """What was noted, in order."""
    return [
        (row["what"], row["key"]) for row in await service.rows("SELECT * FROM notes ORDER BY id")
    ]


async def test_the_same_event_twice_has_one_effect(chassis_service: MakeService) -> None:
    service = await chassis_service(HANDLERS)
    request = a_request("shop:1:1")
    await service.hear(request, request)
    await service.hear(request)
    assert await notes(service) == [("request", "shop:1:1")]


async def test_the_same_id_with_other_bytes_is_a_dead_letter(chassis_service: MakeService) -> None:
    service = await chassis_service(HANDLERS)
    record = service.record_of(a_request("shop:1:1"))
    other = replace(record, value=(record.value or b"").replace(b"LAMP", b"SOFA"), offset=99)
    await service.hear_records(record, other)
    [letter] = await service.dead_letters()
    assert letter["code"] == "id_reused"
    assert await notes(service) == [("request", "shop:1:1")]


async def test_a_fact_told_again_with_another_time_is_dropped(chassis_service: MakeService) -> None:
    service = await chassis_service(HANDLERS)
    await service.hear(a_count("C1"))
    later = a_count("C1", note="told again").model_copy(
        update={"counted_at": datetime(2026, 3, 3, tzinfo=UTC)}
    )
    assert await service.hear(later) == []
    assert await service.dead_letters() == []


async def test_a_fact_told_again_with_other_content_shows_both(
    chassis_service: MakeService,
) -> None:
    service = await chassis_service(HANDLERS)
    await service.hear(a_count("C1", 3))
    await service.hear(a_count("C1", 4))
    [letter] = await service.dead_letters()
    assert letter["code"] == "identity_conflict"
    assert letter["detail"]["first"]["quantity"] == 3
    assert letter["detail"]["now"]["quantity"] == 4
    assert "quantity" in letter["reason"]


@pytest.mark.parametrize(
    ("value", "headers", "code"),
    [
        (b"{not json", (), "undecodable"),
        (b"[1, 2]", (), "undecodable"),
        (b'{"sku": "LAMP"}', (), "undecodable"),
        (b'{"type": "stock.cuonted", "sku": "LAMP"}', (), "unknown_type"),
        (b'{"type": "stock.counted", "sku": "LAMP"}', (), "invalid"),
        (b'{"type": "stock.counted", "quantty": 1}', (), "invalid"),
        (b"x" * 600_000, (), "too_large"),
        (b"{}", (("ce_type", b"crossdock.stock.counted.v1"),), "invalid"),
        (b"\xff\xfe", (("ce_type", b"crossdock.stock.counted.v1"),), "invalid"),
    ],
)
async def test_what_cannot_be_taken_is_a_dead_letter_and_the_rest_goes_on(
    chassis_service: MakeService, value: bytes, headers: tuple[tuple[str, bytes], ...], code: str
) -> None:
    service = await chassis_service(HANDLERS)
    bad = Record("crossdock.warehouse.receipts", 1, 10, b"k", value, headers)
    good = service.record_of(a_count("C1"))
    await service.hear_records(bad, good)
    [letter] = await service.dead_letters()
    assert (letter["code"], letter["value"], letter["at_the_door"]) == (code, value, True)
    assert len(letter["reason"]) > 20
    assert await notes(service) == [("count", "C1")]


async def test_bare_json_and_structured_mode_are_taken(chassis_service: MakeService) -> None:
    service = await chassis_service(HANDLERS)
    data = b'"warehouse":"MAIN","sku":"LAMP","quantity":2,"counted_at":"2026-03-02T09:00:00Z"'
    bare = b'{"type":"stock.counted","id":"1","count_id":"A",' + data + b"}"
    structured = (
        b'{"specversion":"1.0","type":"crossdock.stock.counted.v1","id":"2","source":"/s",'
        b'"data":{"count_id":"B",' + data + b"}}"
    )
    topic = "crossdock.warehouse.receipts"
    await service.hear_records(
        Record(topic, 0, 1, None, bare, ()),
        Record(topic, 0, 2, None, structured, (("content-type", b"application/cloudevents+json"),)),
    )
    assert await service.dead_letters() == []
    assert await notes(service) == [("count", "A"), ("count", "B")]


async def test_a_refused_fact_is_a_dead_letter_that_says_what_to_do(
    chassis_service: MakeService,
) -> None:
    service = await chassis_service(HANDLERS)
    await service.hear(a_count("C1", 7))
    [letter] = await service.dead_letters()
    assert (letter["code"], letter["aggregate"], letter["at_the_door"]) == ("seven", "C1", False)
    assert letter["reason"] == "seven is not counted here: count again"


async def test_only_the_culprit_of_a_batch_is_put_aside(chassis_service: MakeService) -> None:
    service = await chassis_service(HANDLERS)
    requests = [a_request(f"shop:1:{n}", 1000 if n == 37 else 1) for n in range(100)]
    await service.hear(*requests)
    [letter] = await service.dead_letters()
    assert (letter["code"], letter["aggregate"]) == ("unprocessable", "shop:1:37")
    assert len(await notes(service)) == 99


async def test_a_run_of_our_own_failures_stops_the_worker(chassis_service: MakeService) -> None:
    service = await chassis_service(HANDLERS)
    requests = [a_request(f"shop:1:{n}", 1000) for n in range(HANDLER_FAILURES_BEFORE_STOP + 5)]
    with pytest.raises(WorkerStopped, match="mend, start again"):
        await service.hear(*requests)


async def test_refusals_at_the_door_never_stop_the_worker(chassis_service: MakeService) -> None:
    service = await chassis_service(HANDLERS)
    topic = "crossdock.warehouse.receipts"
    await service.hear_records(*(Record(topic, 0, n, None, b"?", ()) for n in range(60)))
    assert len(await service.dead_letters()) == 60


async def test_positions_move_with_the_batch_and_never_back(chassis_service: MakeService) -> None:
    service = await chassis_service(HANDLERS)
    topic = "crossdock.warehouse.receipts"
    await service.hear_records(Record(topic, 3, 41, None, b"?", ()))
    await service.hear_records(Record(topic, 3, 12, None, b"?", ()))
    [row] = await service.rows("SELECT next_offset FROM positions WHERE partition = 3")
    assert row["next_offset"] == 42


async def test_an_id_from_outside_the_remembered_days_is_too_old(
    chassis_service: MakeService,
) -> None:
    service = await chassis_service(HANDLERS)
    record = service.record_of(a_request("shop:1:1"))
    old = b"01890000-0000-7000-8000-000000000000"
    headers = tuple((n, old if n == "ce_id" else v) for n, v in record.headers)
    await service.hear_records(replace(record, headers=headers))
    [letter] = await service.dead_letters()
    assert letter["code"] == "too_old"


async def test_what_is_said_knows_its_cause(chassis_service: MakeService) -> None:
    service = await chassis_service(HANDLERS)
    await service.batches.take([service.record_of(a_count("C1"))])
    [row] = await service.rows("SELECT headers FROM outbox")
    [inbound] = await service.rows("SELECT event_id FROM inbound")
    assert f'"ce_causationid","{inbound["event_id"]}"' in bytes(row["headers"]).decode()


async def test_what_we_say_is_measured_with_its_headers(chassis_service: MakeService) -> None:
    service = await chassis_service(HANDLERS)
    outbox = service.batches.recorder.outbox
    bare = said(a_count("A"))
    room = VALUE_LIMIT_BYTES - len(outbox.row(bare, None, harness.START).value)
    full = bare.model_copy(update={"count_id": "x" * room})
    with pytest.raises(ValueTooLarge, match="with its headers"):
        outbox.row(full, None, harness.START)


async def test_an_altered_order_beside_its_refused_original_is_judged_anew(
    chassis_service: MakeService,
) -> None:
    service = await chassis_service([judge_counts])
    await service.hear(a_count("A", 13), a_count("A", 13), a_count("A", 4), a_count("A", 5))
    rows = await service.rows("SELECT n FROM notes ORDER BY id")
    assert [row["n"] for row in rows] == [4]
    [letter] = await service.dead_letters()
    assert letter["code"] == "identity_conflict"
    assert (letter["detail"]["first"]["quantity"], letter["detail"]["now"]["quantity"]) == (4, 5)


async def test_each_that_is_let_go_makes_room_for_the_next(chassis_service: MakeService) -> None:
    service = await chassis_service([judge_counts])
    await service.hear(*(a_count("A", 13, opening=n % 2 == 0) for n in range(4)), a_count("A", 2))
    assert [row["n"] for row in await service.rows("SELECT n FROM notes")] == [2]
    assert await service.dead_letters() == []


@hears(StockCounted)
async def judge_counts(counts: Sequence[StockCounted], tx: Transaction[Any]) -> None:
    """Let go of a count of 13, note the others."""
    for count in counts:
        if count.quantity == 13:
            tx.forget(count)
    noted = [count for count in counts if count.quantity != 13]
    await tx.execute(NOTE, "count", [c.count_id for c in noted], [c.quantity for c in noted])
