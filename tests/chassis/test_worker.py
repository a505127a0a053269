"""A worker on real Kafka: taken once, said once, wherever it was killed or stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local.home import Addresses
from schemas import topics
from schemas.stock_receipts import StockCountTaken
from schemas.warehouses import StockCounted
from services.chassis.broker import committed_offsets, ensure_topics
from services.chassis.consumer import PositionGap
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


@pytest.fixture
async def namespace(servers: Addresses) -> str:
    """Topics of this test alone."""
    name = f"t{uuid4().hex[:8]}."
    await ensure_topics(servers.kafka, name, [topics.WAREHOUSE_RECEIPTS, topics.STOCK])
    return name


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


async def test_a_worker_refuses_to_start_on_a_database_older_than_the_log(
    make_worker: MakeWorker, servers: Addresses, namespace: str
) -> None:
    worker = make_worker([pass_on], namespace=namespace)
    async with running(worker):
        await publish(servers, namespace, *counts("A", "B"))
        await read_stock(servers, namespace, 2)
    restored = make_worker([pass_on], namespace=namespace)
    pool = await restored.open_pool()
    await pool.execute("UPDATE positions SET next_offset = 1 WHERE next_offset > 1")
    with pytest.raises(PositionGap, match="restore both"):
        await restored.run()


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
