"""The real servers that the tests run on, and databases cloned from one migrated template.

``CROSSDOCK_TEST_STACK`` chooses them: ``local`` (default) brings up its own for the test session,
``external`` joins the one of ``CROSSDOCK_HOME``.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

from deploy.local import stack as local
from deploy.local.home import Addresses
from services.chassis.database import parameters
from services.chassis.migrate import migrate

OWNER = "crossdock"
SERVICES = Path(__file__).parent.parent / "services"
_numbers = count(1)


@contextmanager
def servers() -> Generator[Addresses]:
    """The servers of this test session."""
    if os.environ.get("CROSSDOCK_TEST_STACK", "local") == "external":
        addresses = local.running(Path(os.environ["CROSSDOCK_HOME"]))
        if addresses is None:
            raise RuntimeError("no stack answers in CROSSDOCK_HOME: start it with `crossdock up`")
        yield addresses
        return
    with tempfile.TemporaryDirectory(prefix="crossdock-tests-") as folder:
        home = Path(folder)
        try:
            yield local.up(home)
        finally:
            local.down(home)


def migration_folders() -> dict[str, Path]:
    """The folder of migrations of each service that has one."""
    return {
        folder.parent.name: folder
        for folder in sorted(SERVICES.glob("*/migrations"))
        if folder.parent.name != "chassis"
    }


async def administer(addresses: Addresses, *statements: str) -> None:
    """Run statements of the owner against the server, outside any test's database."""
    connection = await asyncpg.connect(**parameters(addresses.postgres, OWNER, addresses.passfile))
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def named(addresses: Addresses, database: str) -> str:
    """The address of another database of the same server."""
    return urlsplit(addresses.postgres)._replace(path=f"/{database}").geturl()


async def make_template(addresses: Addresses) -> str:
    """A migrated database to clone from; its name."""
    name = f"template_{uuid4().hex[:12]}"
    await administer(addresses, f"CREATE DATABASE {name}")
    connection = await asyncpg.connect(
        **parameters(named(addresses, name), OWNER, addresses.passfile)
    )
    try:
        await migrate(connection, migration_folders())
    finally:
        await connection.close()
    return name


def new_name() -> str:
    """A name for a test's database."""
    return f"test_{os.getpid()}_{next(_numbers)}"


async def clone(addresses: Addresses, template: str) -> str:
    """A fresh database for one test; its address.

    WAL_LOG, since FILE_COPY makes the server write a checkpoint for each (measured: half as fast).
    """
    name = new_name()
    await administer(addresses, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY WAL_LOG")
    return named(addresses, name)


async def drop(addresses: Addresses, address: str) -> None:
    """Drop a test's database, whoever is still connected."""
    name = urlsplit(address).path.strip("/")
    await administer(addresses, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
