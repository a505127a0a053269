"""What the auditor sees: a sound little deployment, its provider and its mails."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.local.home import Addresses
from services.audit.owners import Owners
from services.audit.report import Evidence
from services.chassis.database import parameters
from services.chassis.settings import Deployment
from tests import stack
from tests.audit import world
from tests.payments.provider import Provider, ProviderThread

Write = Callable[[str], Awaitable[None]]


@pytest.fixture
def database(own_database: str) -> str:
    """A database whose tables a planted violation may change."""
    return own_database


@pytest.fixture
async def write(servers: Addresses, database: str) -> AsyncIterator[Write]:
    """Write behind the services' backs, as the owner."""
    connection = await asyncpg.connect(**parameters(database, stack.OWNER, servers.passfile))

    async def run(sql: str) -> None:
        await connection.execute(sql)

    yield run
    await connection.close()


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    """A provider whose book holds what the sound deployment has captured."""
    provider = ProviderThread(tmp_path).start()
    try:
        for shipment, amount_minor in world.CAPTURED:
            capture(provider, shipment, amount_minor)
        for shipment, amount_minor in world.REFUNDED:
            refund(provider, shipment, amount_minor)
        yield provider
    finally:
        provider.stop()


def ask(provider: Provider, path: str, key: str, body: Mapping[str, object]) -> str:
    """Have the provider do something behind our back; the id of its authorization."""
    answer = httpx.post(f"{provider.url}{path}", json=body, headers={"Idempotency-Key": key})
    return str(answer.raise_for_status().json()["id"])


def authorize(provider: Provider, shipment: str, amount_minor: int) -> str:
    """Reserve money for a parcel; the id of the authorization."""
    body = {**about(shipment, amount_minor), "token": "tok_ok"}
    return ask(provider, "/v1/authorizations", f"authorize:{shipment}", body)


def capture(provider: Provider, shipment: str, amount_minor: int) -> None:
    """Authorize and capture one parcel."""
    name = authorize(provider, shipment, amount_minor)
    path = f"/v1/authorizations/{name}/capture"
    ask(provider, path, f"capture:{shipment}", about(shipment, amount_minor))


def refund(provider: Provider, shipment: str, amount_minor: int) -> None:
    """Give back a part of what was captured."""
    [line] = [one for one in provider.book("capture") if one["shipment_id"] == shipment]
    path = f"/v1/authorizations/{line['authorization']['id']}/refund"
    ask(provider, path, f"refund:{shipment}", about(shipment, amount_minor))


def about(shipment: str, amount_minor: int) -> dict[str, object]:
    """What every request names."""
    return {
        "reference": shipment, "order_id": shipment.partition("/")[0], "shipment_id": shipment,
        "amount_minor": amount_minor, "currency": "GBP",
    }  # fmt: skip


@pytest.fixture
async def owners(servers: Addresses, database: str) -> AsyncIterator[Owners]:
    """Sight of a migrated database in which nothing has happened."""
    deployment = deployment_of(servers, database)
    async with await Owners.open(deployment) as found:
        yield found


def deployment_of(servers: Addresses, database: str, namespace: str = "nobody.") -> Deployment:
    """The deployment of one test."""
    return Deployment(
        kafka=servers.kafka, postgres=database, passfile=servers.passfile, namespace=namespace,
        home=None,
    )  # fmt: skip


@pytest.fixture
async def evidence(
    servers: Addresses, database: str, owners: Owners, provider: Provider, write: Write
) -> Evidence:
    """What the auditor sees of the sound deployment."""
    await write(world.WORLD)
    return Evidence(deployment_of(servers, database), owners, provider.url, world.mails())
