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


EMPTY = """
DO $$
DECLARE
    one record;
    holds boolean;
    filled text[] := '{}';
BEGIN
    FOR one IN SELECT c.oid::regclass AS name FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
               WHERE relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'schema_version'
                 AND left(nspname, 3) <> 'pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.name) INTO holds;
        IF holds THEN
            filled := filled || one.name::text;
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', one.name);
        END IF;
    END LOOP;
    IF filled <> '{}' THEN
        EXECUTE 'TRUNCATE ' || array_to_string(filled, ', ') || ' RESTART IDENTITY CASCADE';
    END IF;
    FOR one IN SELECT unnest(filled) AS name LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', one.name);
    END LOOP;
END $$
"""
"""Empties every table that holds a row; what is append-only is so for services, not for tests."""


class Databases:
    """Databases of this session, each used by one test at a time and emptied between.

    Making one takes a third of a second, emptying one a few hundredths (measured).
    """

    def __init__(self, addresses: Addresses, template: str) -> None:
        self.addresses = addresses
        self.template = template
        self.free: list[str] = []

    async def take(self) -> str:
        """The address of an empty one."""
        if self.free:
            return self.free.pop()
        return await clone(self.addresses, self.template)

    async def give_back(self, address: str) -> None:
        """Empty one for the next test; one that cannot be emptied is dropped."""
        connection = await asyncpg.connect(**parameters(address, OWNER, self.addresses.passfile))
        try:
            await connection.execute(OTHERS_OUT)
            await connection.execute(EMPTY)
            self.free.append(address)
        except asyncpg.PostgresError:
            await drop(self.addresses, address)
        finally:
            await connection.close()


OTHERS_OUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
"""Whoever is still connected would keep a table locked."""


async def drop(addresses: Addresses, address: str) -> None:
    """Drop a test's database, whoever is still connected."""
    name = urlsplit(address).path.strip("/")
    await administer(addresses, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
