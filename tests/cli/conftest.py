"""Where the command is tried: one running home, and the session's servers without any worker."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.local.home import Addresses
from schemas.topics import TOPICS
from services.chassis.broker import ensure_topics
from tests import stack
from tests.cli.deployed import Deployed
from tests.journeys.home import Home, a_running_home


@pytest.fixture(scope="package")
def home() -> Iterator[Home]:
    """Servers, six workers and stand-ins run; on real time, as a user has it."""
    with a_running_home(None) as one:
        yield one


@pytest.fixture
def deployed(servers: Addresses, database: str, tmp_path: Path) -> Deployed:
    """The session's servers with a fresh database, as a user's environment names them."""
    return Deployed.on(servers, database, a_namespace(), tmp_path)


@pytest.fixture(scope="package")
def with_topics(
    servers: Addresses, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployed]:
    """The same with all topics, for everybody who only looks; nothing was ever said."""
    address = asyncio.run(stack.clone(servers, template))
    one = Deployed.on(servers, address, a_namespace(), tmp_path_factory.mktemp("home"))
    asyncio.run(ensure_topics(servers.kafka, one.namespace, TOPICS))
    yield one
    asyncio.run(delete_topics(one))
    asyncio.run(stack.drop(servers, address))


@pytest.fixture
def fresh(deployed: Deployed, with_topics: Deployed) -> Deployed:
    """A fresh database on topics that are there."""
    return replace(deployed, namespace=with_topics.namespace)


def a_namespace() -> str:
    """A prefix of topics that nobody else has."""
    return f"cli-{uuid4().hex[:8]}."


async def delete_topics(deployed: Deployed) -> None:
    """Leave nothing on a broker that others use too."""
    admin = AIOKafkaAdminClient(bootstrap_servers=deployed.kafka)
    await admin.start()
    await admin.delete_topics([f"{deployed.namespace}{topic.name}" for topic in TOPICS])
    await admin.close()
