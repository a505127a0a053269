"""Fixtures: the session's servers, a fresh database per test, services on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from deploy.local.home import Addresses
from services.chassis.logs import configure_logs
from tests import harness, reliability, stack

# How long an example takes says more about the machine than about the rule.
settings.register_profile("crossdock", deadline=None)
settings.load_profile("crossdock")


LONGEST_FIRST = "tests/replay/test_two_months.py", "tests/machine/", "tests/faults/"
"""What takes longest begins first, so that no process runs alone at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=turn)


def turn(item: pytest.Item) -> int:
    """Which tests begin first; within a turn they stay in their order."""
    starts = (n for n, start in enumerate(LONGEST_FIRST) if item.nodeid.startswith(start))
    return next(starts, len(LONGEST_FIRST))


def pytest_sessionfinish(exitstatus: int) -> None:
    """Write what was broken into the page, where one was asked for."""
    reliability.write_if_asked(exitstatus == pytest.ExitCode.OK)


@pytest.fixture(scope="session", autouse=True)
def logs() -> None:
    """The logs that workers write, not structlog's colorful ones for development."""
    configure_logs("tests")


@pytest.fixture(scope="session")
def servers() -> Iterator[Addresses]:
    """Real Kafka and real Postgres for the whole session."""
    with stack.servers() as addresses:
        yield addresses


@pytest.fixture(scope="session")
def template(servers: Addresses) -> Iterator[str]:
    """The name of a migrated database to clone from."""
    name = asyncio.run(stack.make_template(servers))
    yield name
    asyncio.run(stack.administer(servers, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def databases(servers: Addresses, template: str) -> stack.Databases:
    """Databases that tests share, one at a time."""
    return stack.Databases(servers, template)


@pytest.fixture
async def database(databases: stack.Databases) -> AsyncIterator[str]:
    """The address of an empty migrated database."""
    address = await databases.take()
    yield address
    await databases.give_back(address)


@pytest.fixture
async def own_database(servers: Addresses, template: str) -> AsyncIterator[str]:
    """The address of a database of this test alone, whose tables it may change."""
    address = await stack.clone(servers, template)
    yield address
    await stack.drop(servers, address)


MakeService = Callable[..., Awaitable[harness.Service]]


@pytest.fixture
async def service(servers: Addresses, database: str, tmp_path: Path) -> AsyncIterator[MakeService]:
    """Make services by name, with settings, on this test's database."""
    made: list[harness.Service] = []

    async def make(name: str, **settings: Any) -> harness.Service:
        one = await harness.service(name, database, servers.passfile, tmp_path, **settings)
        made.append(one)
        return one

    yield make
    for one in made:
        for close in one.worker.closing:
            await close()
        one.pool.terminate()
