"""A worker of the chassis alone: it remembers what it hears in a table of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.local.home import Addresses
from schemas import topics
from services.chassis.broker import ensure_topics
from services.chassis.database import parameters
from services.chassis.effects import Effect
from services.chassis.handling import Handler
from services.chassis.migrate import migrate
from services.chassis.settings import ServiceSettings
from services.chassis.worker import Worker
from tests import harness, stack

ROLE = "allocation"
"""Any service's role will do: the chassis knows no business."""


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    """A service's migrations: one table that tells who wrote what, in which order."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_notes.sql").write_text(
        """CREATE TABLE notes (
               id   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
               what text NOT NULL,
               key  text NOT NULL,
               n    int NOT NULL DEFAULT 0 CHECK (n < 1000))"""
    )
    return folder


MakeWorker = Callable[..., Worker]


@pytest.fixture
async def empty_database(servers: Addresses) -> AsyncIterator[str]:
    """The address of a database without any schema."""
    name = stack.new_name()
    await stack.administer(servers, f"CREATE DATABASE {name}")
    address = stack.named(servers, name)
    yield address
    await stack.drop(servers, address)


@pytest.fixture
async def make_worker(
    servers: Addresses, empty_database: str, migrations: Path, tmp_path: Path
) -> AsyncIterator[MakeWorker]:
    """Make workers with given handlers and effects on a migrated database."""
    connection = await asyncpg.connect(**parameters(empty_database, stack.OWNER, servers.passfile))
    await migrate(connection, {ROLE: migrations})
    await connection.close()
    made: list[Worker] = []

    def make(
        handlers: Sequence[Handler] = (), effects: Sequence[Effect] = (), **settings: Any
    ) -> Worker:
        found = ServiceSettings(
            kafka=settings.pop("kafka", servers.kafka),
            postgres=empty_database,
            passfile=servers.passfile,
            home=tmp_path,
            **settings,
        )
        worker = Worker(
            name=ROLE, settings=found, policy=None, handlers=handlers, effects=effects,
            migrations=migrations,
        )  # fmt: skip
        made.append(worker)
        return worker

    yield make
    for worker in made:
        if worker.pool is not None:
            worker.pool.terminate()


MakeService = Callable[..., Awaitable[harness.Service]]


@pytest.fixture
def chassis_service(make_worker: MakeWorker, tmp_path: Path) -> MakeService:
    """Make a worker and drive it without Kafka."""

    async def make(
        handlers: Sequence[Handler] = (), effects: Sequence[Effect] = (), **settings: Any
    ) -> harness.Service:
        worker = make_worker(handlers, effects, **settings)
        clock = harness.DrivenClock(tmp_path, worker.clock)
        return harness.Service(worker, await worker.open_pool(), clock)

    return make


@pytest.fixture
async def namespace(servers: Addresses) -> str:
    """Topics of this test alone."""
    name = f"t{uuid4().hex[:8]}."
    await ensure_topics(servers.kafka, name, [topics.WAREHOUSE_RECEIPTS, topics.STOCK])
    return name
