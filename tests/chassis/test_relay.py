"""The relay on real Kafka: copies are possible; disorder, gaps and forgetting are not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.local.home import Addresses
from schemas import topics
from schemas.order_intake import ContactErased
from schemas.stock_receipts import StockCountTaken
from services.chassis import relay as relays
from services.chassis.broker import ensure_topics
from services.chassis.decoding import Decoder, Heard, as_record
from services.chassis.outbox import SHARDS, Outbox
from services.chassis.relay import Relay, SendFailed
from services.chassis.shards import Shards
from services.chassis.worker import Worker
from tests import harness
from tests.chassis.conftest import MakeWorker
from tests.chassis.test_worker import until

if TYPE_CHECKING:
    from asyncpg import Connection, Record
    from asyncpg.pool import Pool

SKUS = ("LAMP", "BULB", "SHADE", "CORD", "PLUG", "DIMMER")
SMALL_BYTES = 600
"""A topic that takes no batch larger than this: what the broker refuses is not acknowledged."""
LARGE_BYTES = 1024 * 1024


class Everything(Shards):
    """Ownership as it must never be: every shard, whoever else has it."""

    def mine(self) -> set[int]:
        """Every shard."""
        return set(range(SHARDS))


def a_relay(servers: Addresses, pool: Pool[Record]) -> Relay:
    """A relay of every shard."""

    async def nobody() -> Connection[Record]:
        raise AssertionError("ownership is not asked for here")

    shards = Everything("allocation", nobody, lambda: None)
    return Relay(servers.kafka, pool, shards, "allocation")


@pytest.fixture
async def worker(make_worker: MakeWorker) -> Worker:
    """A worker whose database is migrated; it does not run."""
    return make_worker()


@pytest.fixture
async def namespace(servers: Addresses) -> str:
    """A `stock` topic of this test alone."""
    name = f"t{uuid4().hex[:8]}."
    await ensure_topics(servers.kafka, name, [topics.STOCK])
    return name


@pytest.fixture
async def small_namespace(servers: Addresses) -> str:
    """A `stock` topic that takes small batches only."""
    name = f"t{uuid4().hex[:8]}."
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await admin.start()
    try:
        configs = {"max.message.bytes": str(SMALL_BYTES)}
        partitions = topics.STOCK.partitions
        await admin.create_topics([NewTopic(f"{name}stock", partitions, 1, topic_configs=configs)])
    finally:
        await admin.close()
    return name


async def allow(servers: Addresses, namespace: str, size: int) -> None:
    """Let the topic take batches of at most so many bytes."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.kafka)
    await admin.start()
    try:
        resource = ConfigResource(
            ConfigResourceType.TOPIC, f"{namespace}stock", {"max.message.bytes": str(size)}
        )
        await admin.alter_configs([resource])
    finally:
        await admin.close()


def a_count(sku: str, n: int, count_id: str = "C") -> StockCountTaken:
    """The n-th count of a SKU."""
    return StockCountTaken(
        sku=sku, warehouse="MAIN", count_id=count_id, quantity=n, opening=False,
        counted_at=harness.START,
    )  # fmt: skip


async def say(pool: Pool[Record], namespace: str, *events: StockCountTaken) -> None:
    """Say events in one transaction."""
    async with pool.acquire() as connection, connection.transaction():
        await Outbox("allocation", namespace).write(
            connection, [(event, None) for event in events], harness.START
        )


async def unsent(pool: Pool[Record]) -> list[str]:
    """The keys of the rows that the outbox still holds, in order."""
    return [row["key"] for row in await pool.fetch("SELECT key FROM outbox ORDER BY seq")]


def all_sent(pool: Pool[Record]) -> Callable[[], Awaitable[bool]]:
    """Whether the outbox is empty, to be asked again and again."""

    async def asked() -> bool:
        return not await unsent(pool)

    return asked


async def read_all(servers: Addresses, namespace: str) -> list[StockCountTaken]:
    """Every event in the topic; those of one partition in their order."""
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(bootstrap_servers=servers.kafka)
    await consumer.start()
    try:
        places = [TopicPartition(f"{namespace}stock", n) for n in range(topics.STOCK.partitions)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        left = {place: end for place, end in (await consumer.end_offsets(places)).items() if end}
        found: list[StockCountTaken] = []
        async with asyncio.timeout(20):
            while left:
                record = await consumer.getone()
                found.append(StockCountTaken.model_validate_json(record.value or b""))
                place = TopicPartition(record.topic, record.partition)
                if record.offset + 1 >= left[place]:
                    del left[place]
        return found
    finally:
        await consumer.stop()


def first_seen(events: Sequence[StockCountTaken], sku: str) -> list[int]:
    """The numbers of a SKU's events in the order in which each first appears."""
    return list(dict.fromkeys(event.quantity for event in events if event.sku == sku))


@pytest.fixture
def pages_of_three(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small pages, so that a few rows take many rounds."""
    monkeypatch.setattr(relays, "ROWS_PER_SHARD", 3)


@pytest.mark.usefixtures("pages_of_three")
async def test_two_relays_without_ownership_make_copies_at_most(
    worker: Worker, servers: Addresses, namespace: str
) -> None:
    pool = await worker.open_pool()
    pair = [a_relay(servers, pool), a_relay(servers, pool)]
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for relay in pair:
            group.create_task(relay.run(stop))
        for n in range(30):
            await say(pool, namespace, *(a_count(sku, n) for sku in SKUS))
            for relay in pair:
                relay.wake.set()
        await until(all_sent(pool))
        stop.set()
    events = await read_all(servers, namespace)
    assert {sku: first_seen(events, sku) for sku in SKUS} == {sku: list(range(30)) for sku in SKUS}


async def test_a_row_stays_until_it_is_acknowledged(
    worker: Worker, servers: Addresses, small_namespace: str
) -> None:
    pool = await worker.open_pool()
    relay = a_relay(servers, pool)
    await say(pool, small_namespace, a_count("LAMP", 1, "L" * 100), a_count("BULB", 1))
    await say(pool, small_namespace, a_count("LAMP", 2), a_count("LAMP", 3))
    with pytest.raises(SendFailed, match="3 of 4 rows not acknowledged"):
        await relay.round()
    assert await unsent(pool) == ["LAMP", "LAMP", "LAMP"]
    assert [event.sku for event in await read_all(servers, small_namespace)] == ["BULB"]

    await allow(servers, small_namespace, LARGE_BYTES)
    stop = asyncio.Event()
    task = asyncio.create_task(relay.run(stop))
    await until(all_sent(pool))
    stop.set()
    relay.wake.set()
    await task
    assert first_seen(await read_all(servers, small_namespace), "LAMP") == [1, 2, 3]


async def test_what_is_left_is_sent_before_the_process_ends(
    worker: Worker, servers: Addresses, namespace: str
) -> None:
    pool = await worker.open_pool()
    relay = a_relay(servers, pool)
    await say(pool, namespace, *(a_count("LAMP", n) for n in range(5)))
    await relay.drain(10)
    assert await unsent(pool) == []
    assert first_seen(await read_all(servers, namespace), "LAMP") == [0, 1, 2, 3, 4]
    await stopped(relay)


async def stopped(relay: Relay) -> None:
    """End a relay that did not run: close its producer."""
    stop = asyncio.Event()
    stop.set()
    await relay.run(stop)


async def test_a_page_is_cut_where_it_would_fill_the_memory_but_never_to_nothing(
    worker: Worker, servers: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = await worker.open_pool()
    relay = a_relay(servers, pool)
    await pool.executemany(
        """INSERT INTO outbox (shard, topic, partition, key, event_id, headers, value)
           VALUES ($1, 'stock', 0, $2, gen_random_uuid(), '[]', convert_to(repeat('x', $3), 'UTF8'))""",
        [(1, "large", 300_000)] * 6 + [(2, "small", 10)] * 4,
    )
    for limit, large, small in ((600_010, 2, 4), (299_999, 1, 4), (1, 1, 1), (9_000_000, 6, 4)):
        monkeypatch.setattr(relays, "BYTES_PER_ROUND", limit * SHARDS)
        page = await relay._page(range(SHARDS))  # pyright: ignore[reportPrivateUsage]  # the cut itself
        assert [row["key"] for row in page] == ["large"] * large + ["small"] * small
        assert [row["seq"] for row in page if row["shard"] == 1] == sorted(
            row["seq"] for row in page if row["shard"] == 1
        )


async def test_a_tombstone_goes_without_value_and_is_taken_by_its_key(
    worker: Worker, servers: Addresses
) -> None:
    pool = await worker.open_pool()
    name = f"t{uuid4().hex[:8]}."
    await ensure_topics(servers.kafka, name, [topics.CONTACTS])
    async with pool.acquire() as connection, connection.transaction():
        erased = ContactErased(order_id="shop:1")
        await Outbox("allocation", name).write(connection, [(erased, None)], harness.START)
    relay = a_relay(servers, pool)
    await relay.drain(10)
    await stopped(relay)
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        f"{name}contacts", bootstrap_servers=servers.kafka, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        async with asyncio.timeout(20):
            record = await consumer.getone()
    finally:
        await consumer.stop()
    assert record.value is None
    decoder = Decoder(name, {"contacts": {ContactErased.type_name(): ContactErased}})
    found = decoder.decode(as_record(record))
    assert isinstance(found, Heard)
    assert found.event.model_dump() == erased.model_dump()
