"""What others publish with clients of their own is taken, and they can read what we say."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.local.home import Addresses
from schemas import topics
from schemas.envelope import InboundEvent
from schemas.shops import OrderPlaced
from schemas.stock_receipts import StockReceived
from schemas.warehouses import ReceiptScanned
from services.chassis.broker import ensure_topics
from services.chassis.worker import Worker
from tests.schemas import independent_clients as clients
from tests.schemas.examples import example, read

DEADLINE_SECONDS = 60.0
WAYS = ("bare", "headers", "binary", "structured")


@dataclass(frozen=True)
class Scene:
    """Where the test's topics and database are."""

    servers: Addresses
    database: str
    namespace: str
    home: Path


@pytest.fixture
def scene(servers: Addresses, database: str, tmp_path: Path) -> Scene:
    return Scene(servers, database, f"t{uuid4().hex[:8]}.", tmp_path)


async def make_topics(scene: Scene, service: str) -> None:
    """Make the topics that a service hears and says."""
    touched = [one for one in topics.TOPICS if service in {one.publisher, *one.readers}]
    await ensure_topics(scene.servers.kafka, scene.namespace, touched)


@asynccontextmanager
async def a_worker(name: str, scene: Scene) -> AsyncGenerator[Worker]:
    """A service's real worker, beside the test."""
    settings = importlib.import_module(f"services.{name}.settings").Settings(
        kafka=scene.servers.kafka,
        postgres=scene.database,
        passfile=scene.servers.passfile,
        namespace=scene.namespace,
        home=scene.home,
    )
    worker: Worker = importlib.import_module(f"services.{name}.app").build(settings)
    async with asyncio.TaskGroup() as group:
        group.create_task(worker.run())
        yield worker
        worker.stop.set()


async def publish(scene: Scene, event: type[InboundEvent], facts: dict[str, list[Any]]) -> None:
    """Publish facts, each list in its way."""
    kafka, topic = scene.servers.kafka, f"{scene.namespace}{event.TOPIC.name}"
    short, whole = event.TYPE, event.type_name()
    await asyncio.to_thread(clients.publish_bare, kafka, topic, short, facts["bare"])
    await asyncio.to_thread(clients.publish_with_headers, kafka, topic, whole, facts["headers"])
    for way in ("binary", "structured"):
        await clients.publish_cloud_events(
            kafka, topic, whole, facts[way], structured=way == "structured"
        )


async def until_read(worker: Worker, count: int) -> None:
    """Wait until the worker has taken so many records."""
    pool, end = await worker.open_pool(), monotonic() + DEADLINE_SECONDS
    while await pool.fetchval("SELECT coalesce(sum(next_offset), 0) FROM positions") < count:
        assert monotonic() < end, "the worker did not take in time what was published"
        await asyncio.sleep(0.05)


async def rows(worker: Worker, sql: str) -> list[tuple[Any, ...]]:
    """What stands in the worker's tables."""
    pool = await worker.open_pool()
    return [tuple(row) for row in await pool.fetch(sql)]


def a_scan(scan_id: str) -> dict[str, Any]:
    """A scan at the dock."""
    return example(ReceiptScanned, scan_id=scan_id)


def an_order(number: str) -> dict[str, Any]:
    """An order with letters that are not in ASCII."""
    return example(OrderPlaced, order_id=f"lampshop:{number}")


def identity(event: type[InboundEvent], fact: dict[str, Any]) -> str:
    """Which fact it is."""
    told = read(event, fact)
    assert isinstance(told, InboundEvent)
    return told.identity()


@pytest.mark.parametrize(
    ("service", "event", "a_fact"),
    [("stock_receipts", ReceiptScanned, a_scan), ("order_intake", OrderPlaced, an_order)],
)
async def test_a_fact_is_taken_once_in_whichever_way_it_is_told(
    scene: Scene,
    service: str,
    event: type[InboundEvent],
    a_fact: Callable[[str], dict[str, Any]],
) -> None:
    facts = {way: [a_fact("told-by-all"), a_fact(f"told-{way}")] for way in WAYS}
    known = {identity(event, fact) for told in facts.values() for fact in told}
    await make_topics(scene, service)
    async with a_worker(service, scene) as worker:
        await publish(scene, event, facts)
        await until_read(worker, 2 * len(WAYS))
        assert await rows(worker, "SELECT code, reason FROM dead_letters") == []
        taken = await rows(worker, "SELECT identity FROM inbound ORDER BY identity")
    assert [row[0] for row in taken] == sorted(known)
    assert len(taken) == 1 + len(WAYS)


@pytest.fixture
async def said(scene: Scene) -> AsyncIterator[AIOKafkaConsumer[bytes, bytes]]:
    """A reader of what is said on `stock`."""
    await make_topics(scene, topics.STOCK.publisher)
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        f"{scene.namespace}{topics.STOCK.name}",
        bootstrap_servers=scene.servers.kafka,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    yield consumer
    await consumer.stop()


async def test_what_we_say_is_a_cloud_event_to_others(
    scene: Scene, said: AIOKafkaConsumer[bytes, bytes]
) -> None:
    topic = f"{scene.namespace}{ReceiptScanned.TOPIC.name}"
    async with a_worker("stock_receipts", scene), asyncio.timeout(DEADLINE_SECONDS):
        await clients.publish_cloud_events(
            scene.servers.kafka,
            topic,
            ReceiptScanned.type_name(),
            [a_scan("SC-1")],
            structured=True,
        )
        record = await said.getone()
    found = clients.read_cloud_event(record.headers, record.value or b"")
    assert found.get_type() == StockReceived.type_name()
    assert found.get_specversion() == "1.0"
    assert found.get_time() is not None
    assert StockReceived.model_validate(found.get_data()).scan_id == "SC-1"
