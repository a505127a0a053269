"""A worker on real Kafka: taken once, said once, wherever it was killed or stopped."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local.home import Addresses
from schemas.stock_receipts import StockCountTaken
from schemas.warehouses import StockCounted
from services.chassis.broker import committed_offsets
from services.chassis.files import HomeFiles
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.chassis.worker import Worker
from tests import harness

DEADLINE_SECONDS = 20.0
MakeWorker = Callable[..., Worker]


@hears(StockCounted)
async def pass_on(counts: Sequence[StockCounted], tx: Transaction[Any]) -> None:
    """Note each count and say it on."""
    await tx.execute(
        "INSERT INTO notes (what, key, n) SELECT 'count', * FROM unnest($1::text[], $2::int[])",
        [count.count_id for count in counts],
        [count.quantity for count in counts],
    )
    tx.say(*(taken(count) for count in counts))


def taken(count: StockCounted) -> StockCountTaken:
    """What is said of a count."""
    return StockCountTaken(
        sku=count.sku,
        warehouse=count.warehouse,
        count_id=count.count_id,
        quantity=count.quantity,
        opening=False,
        counted_at=count.counted_at,
    )


async def publish(servers: Addresses, namespace: str, *events: StockCounted) -> None:
    """Publish counts as an outsider does."""
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka)
    await producer.start()
    try:
        for event in events:
            record = harness.as_record(event, harness.START)
            await producer.send_and_wait(
                f"{namespace}{record.topic}", record.value, record.key, headers=list(record.headers)
            )
    finally:
        await producer.stop()


async def read_stock(servers: Addresses, namespace: str, count: int) -> list[tuple[str, int]]:
    """Read what was said on `stock`, until so many records came: (count id, partition)."""
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        f"{namespace}stock", bootstrap_servers=servers.kafka, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        found: list[tuple[str, int]] = []
        async with asyncio.timeout(DEADLINE_SECONDS):
            while len(found) < count:
                record = await consumer.getone()
                event = StockCountTaken.model_validate_json(record.value or b"")
                found.append((event.count_id, record.partition))
        return found
    finally:
        await consumer.stop()


async def until(condition: Callable[[], Any]) -> None:
    """Wait until a condition (a coroutine function) holds."""
    end = monotonic() + DEADLINE_SECONDS
    while not await condition():
        assert monotonic() < end, "the condition did not come true in time"
        await asyncio.sleep(0.02)


def counts(*ids: str, sku: str = "LAMP") -> list[StockCounted]:
    """Counts at the shelf."""
    return [
        StockCounted(warehouse="MAIN", count_id=one, sku=sku, quantity=3, counted_at=harness.START)
        for one in ids
    ]


@asynccontextmanager
async def running(worker: Worker) -> AsyncGenerator[None]:
    """Run a worker beside the test; it ends as by SIGTERM, and its failure is the test's."""
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        yield
        worker.stop.set()


async def test_what_is_published_is_handled_and_said_on(
    make_worker: MakeWorker, servers: Addresses, namespace: str
) -> None:
    worker = make_worker([pass_on], namespace=namespace)
    async with running(worker):
        await publish(servers, namespace, *counts("A", "B", "A"))
        assert [one for one, _ in await read_stock(servers, namespace, 2)] == ["A", "B"]


async def test_a_killed_worker_goes_on_where_the_database_says(
    make_worker: MakeWorker, servers: Addresses, namespace: str
) -> None:
    task = asyncio.create_task(make_worker([pass_on], namespace=namespace).run())
    await publish(servers, namespace, *counts("A"))
    await read_stock(servers, namespace, 1)
    task.cancel()  # nothing is finished, nobody says goodbye
    with suppress(asyncio.CancelledError):
        await task
    await publish(servers, namespace, *counts("B"))
    async with running(make_worker([pass_on], namespace=namespace)):
        said = [one for one, _ in await read_stock(servers, namespace, 2)]
    assert said == ["A", "B"]


async def test_offsets_are_committed_after_the_database(
    make_worker: MakeWorker, servers: Addresses, namespace: str
) -> None:
    worker = make_worker([pass_on], namespace=namespace)

    async def committed() -> bool:
        offsets = await committed_offsets(servers.kafka, [worker.group])
        return sum(offsets[worker.group].values()) == 1

    async with running(worker):
        await publish(servers, namespace, *counts("A"))
        await until(committed)
        pool = await worker.open_pool()
        assert await pool.fetchval("SELECT sum(next_offset) FROM positions") == 1


async def test_a_ready_worker_tells_how_to_clean_up_after_it(
    make_worker: MakeWorker, namespace: str, tmp_path: Path
) -> None:
    worker = make_worker([pass_on], namespace=namespace)
    file = tmp_path / "run" / f"worker-allocation-{os.getpid()}.ready"

    async def exists() -> bool:
        return file.exists()

    async with running(worker):
        await until(exists)
        told = json.loads(file.read_text())
        assert told["group"] == worker.group
        assert told["holder"] == worker.holder
        assert told["member_id"].startswith("crossdock-allocation-")


def test_a_member_that_is_renamed_is_told_again(tmp_path: Path) -> None:
    files = HomeFiles(tmp_path, "allocation")
    file = tmp_path / "run" / f"worker-allocation-{os.getpid()}.ready"
    files.ready(member_id="a")
    file.unlink()
    files.ready(member_id="a")
    assert not file.exists(), "told once"
    files.ready(member_id="b")
    assert json.loads(file.read_text()) == {"member_id": "b"}


async def test_a_batch_is_in_hand_until_it_is_committed(
    make_worker: MakeWorker, servers: Addresses, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = make_worker([pass_on], namespace=namespace)
    pool = await worker.open_pool()
    taken_all, committing, go = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def take(_: object) -> None:
        taken_all.set()

    consumer = worker._consumer(pool, take)  # pyright: ignore[reportPrivateUsage]  # the drain of a rebalance
    await consumer.start()
    assert consumer.client is not None
    commit = consumer.client.commit

    async def slowly(offsets: Any) -> None:
        committing.set()
        await go.wait()
        await commit(offsets)

    monkeypatch.setattr(consumer.client, "commit", slowly)
    await publish(servers, namespace, *counts("A"))
    await committing.wait()
    assert taken_all.is_set()
    assert not consumer.idle.is_set()
    go.set()
    await asyncio.wait_for(consumer.idle.wait(), DEADLINE_SECONDS)
    offsets = await committed_offsets(servers.kafka, [worker.group])
    assert sum(offsets[worker.group].values()) == 1
    await consumer.stop()


async def test_the_fair_get_msg_is_the_one_that_faststream_calls(
    make_worker: MakeWorker, servers: Addresses, namespace: str
) -> None:
    worker = make_worker([pass_on], namespace=namespace)
    pool = await worker.open_pool()
    consumer = worker._consumer(pool, lambda _: asyncio.sleep(0))  # pyright: ignore[reportPrivateUsage]  # pins a private hook
    before = consumer.polled_at
    await consumer.start()

    async def polled() -> bool:
        return consumer.polled_at > before and consumer.ready.is_set()

    await until(polled)
    await consumer.stop()
