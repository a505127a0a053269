"""A database of the last release becomes one of this release, and keeps what it held."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from deploy.local.home import Addresses
from schemas.topics import SERVICES, heard_by
from services.chassis.migrate import migrate, migrations_of
from tests import harness, stack
from tests.upgrades import catalog
from tests.upgrades.conftest import connect
from tests.upgrades.earlier import LAST, golden

if TYPE_CHECKING:
    from asyncpg import Connection, Record

AT_ONCE = 4
TakeOver = Callable[[str], Awaitable[harness.Service]]
PLANTED = [
    ("column", "ALTER TABLE shipping.orders ADD COLUMN color text"),
    ("column", "ALTER TABLE allocation.lines ALTER COLUMN line_id SET DEFAULT ''"),
    ("constraint", "ALTER TABLE payments.effects ADD CHECK (attempt < 1000)"),
    ("index", "CREATE INDEX ON order_intake.orders (state)"),
    ("function", "ALTER FUNCTION notifications.make_partitions(date, date) SET lock_timeout = 9"),
    ("relation", "REVOKE SELECT ON stock_receipts.receipts FROM auditor"),
    ("trigger", "ALTER TABLE payments.ledger DISABLE TRIGGER in_balance"),
]
SETTINGS = {"payments": {"provider_url": "http://127.0.0.1:1"}}
"""What a service needs to be built; nobody is called."""


@pytest.fixture
async def owner(servers: Addresses, frozen: str) -> AsyncIterator[Connection[Record]]:
    """The owner of the last release's database."""
    connection = await connect(servers, frozen)
    yield connection
    await connection.close()


async def all_described(connection: Connection[Record]) -> list[str]:
    """Every service's schema."""
    return [
        f"{schema}: {line}"
        for schema in SERVICES
        for line in await catalog.described(connection, schema)
    ]


async def all_rows(
    connection: Connection[Record], columns: dict[str, dict[str, list[str]]]
) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every row of every table, in the columns given."""
    return {
        f"{schema}.{table}": await catalog.rows(connection, schema, table, names)
        for schema, tables in columns.items()
        for table, names in tables.items()
    }


async def test_a_migrated_schema_is_that_of_a_fresh_database(
    servers: Addresses, owner: Connection[Record], database: str
) -> None:
    await migrate(owner, stack.migration_folders())
    fresh = await connect(servers, database)
    wanted, found = await all_described(fresh), await all_described(owner)
    await fresh.close()
    assert len(wanted) > 500
    assert sorted(set(found) - set(wanted)) == []
    assert sorted(set(wanted) - set(found)) == []


@pytest.mark.parametrize(("kind", "statement"), PLANTED)
async def test_a_difference_planted_in_a_schema_is_seen(
    servers: Addresses, own_database: str, kind: str, statement: str
) -> None:
    fresh = await connect(servers, own_database)
    before = await all_described(fresh)
    await fresh.execute(statement)
    after = await all_described(fresh)
    await fresh.close()
    assert any(f": {kind} | " in line for line in set(after) ^ set(before))


async def test_what_the_last_release_wrote_is_still_there(owner: Connection[Record]) -> None:
    columns = {schema: await catalog.columns(owner, schema) for schema in SERVICES}
    before = await all_rows(owner, columns)
    assert sum(map(len, before.values())) > 80
    await migrate(owner, stack.migration_folders())
    after = await all_rows(owner, columns)
    lost = {table: rows - after[table] for table, rows in before.items()}
    assert {table: rows for table, rows in lost.items() if rows} == {}


async def test_several_that_migrate_at_once_apply_each_file_once(
    servers: Addresses, frozen: str
) -> None:
    folders = stack.migration_folders()
    owners = [await connect(servers, frozen) for _ in range(AT_ONCE)]
    applied = await asyncio.gather(*(migrate(owner, folders) for owner in owners))
    kept = await owners[0].fetch("SELECT name FROM allocation.schema_version ORDER BY version")
    for owner in owners:
        await owner.close()
    for schema, folder in folders.items():
        names = Counter(name for one in applied for name in one[schema])
        assert set(names.values()) == {1}
        assert names.keys() < {one.name for one in migrations_of(folder)}
    assert {row["name"] for row in kept} == {
        one.name for one in migrations_of(folders["allocation"])
    }


@pytest.fixture
async def taken_over(
    servers: Addresses, owner: Connection[Record], frozen: str, tmp_path: Path
) -> AsyncIterator[TakeOver]:
    """Today's services on the migrated database of the last release."""
    await migrate(owner, stack.migration_folders())
    made: list[harness.Service] = []

    async def take_over(name: str) -> harness.Service:
        settings = SETTINGS.get(name, {})
        made.append(await harness.service(name, frozen, servers.passfile, tmp_path, **settings))
        return made[-1]

    yield take_over
    for one in made:
        for close in one.worker.closing:
            await close()
        one.pool.terminate()


@pytest.mark.parametrize("name", SERVICES)
async def test_what_the_last_release_had_yet_to_say_can_be_said(
    owner: Connection[Record], taken_over: TakeOver, name: str
) -> None:
    waiting = await owner.fetchval(f"SELECT count(*) FROM {name}.outbox")
    service = await taken_over(name)
    assert len(await service.said()) == waiting


@pytest.mark.parametrize("name", ["order_intake", "stock_receipts", "shipping"])
async def test_what_outsiders_told_the_last_release_is_known_when_they_tell_it_again(
    taken_over: TakeOver, name: str
) -> None:
    service = await taken_over(name)
    await service.said()
    known = await service.rows("SELECT * FROM inbound ORDER BY identity")
    letters = await service.dead_letters()
    heard = [told for topic in heard_by(name) if topic.inbound for told in golden(LAST, topic)]
    assert len(heard) == len(known)
    assert await service.hear(*heard) == []
    assert await service.rows("SELECT * FROM inbound ORDER BY identity") == known
    assert await service.dead_letters() == letters
