"""Migrations: once each, safely by several at a time; and who may do what afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from deploy.local.home import Addresses
from services.chassis.database import open_pool, parameters
from services.chassis.migrate import (
    AUDITOR,
    MigrationError,
    is_migrated,
    keep_partitions,
    migrate,
    migrations_of,
    what_is_awaited,
)
from tests import stack
from tests.chassis.test_worker import until

if TYPE_CHECKING:
    from asyncpg import Connection, Record

ALLOCATION, SHIPPING = "allocation", "shipping"
Connect = Callable[[str], "Awaitable[Connection[Record]]"]


@pytest.fixture
async def connect(servers: Addresses, empty_database: str) -> AsyncIterator[Connect]:
    """Connect to this test's database as a role."""
    made: list[Connection[Record]] = []

    async def as_role(role: str) -> Connection[Record]:
        made.append(await asyncpg.connect(**parameters(empty_database, role, servers.passfile)))
        return made[-1]

    yield as_role
    for connection in made:
        await connection.close()


@pytest.fixture
async def migrated(connect: Connect, migrations: Path) -> Connection[Record]:
    """The owner's connection to a database with the schemas of two services."""
    owner = await connect(stack.OWNER)
    await migrate(owner, {ALLOCATION: migrations, SHIPPING: migrations})
    return owner


async def test_several_at_once_apply_each_file_once(connect: Connect, migrations: Path) -> None:
    folders = {ALLOCATION: migrations, SHIPPING: migrations}
    owners = [await connect(stack.OWNER) for _ in range(4)]
    applied = await asyncio.gather(*(migrate(owner, folders) for owner in owners))
    for schema in folders:
        names = sorted(name for one in applied for name in one[schema])
        assert names == [one.name for one in migrations_of(migrations)]


async def test_migrated_again_nothing_is_done(
    migrated: Connection[Record], migrations: Path
) -> None:
    async def rows() -> list[Record]:
        return await migrated.fetch("SELECT * FROM allocation.schema_version ORDER BY version")

    before = await rows()
    assert await migrate(migrated, {ALLOCATION: migrations}) == {ALLOCATION: []}
    assert await rows() == before
    assert [row["name"] for row in before] == [one.name for one in migrations_of(migrations)]


async def test_a_further_file_is_applied_and_what_was_written_stays(
    migrated: Connection[Record], migrations: Path
) -> None:
    await migrated.execute("INSERT INTO allocation.notes (what, key) VALUES ('kept', 'A')")
    (migrations / "0002_color.sql").write_text("ALTER TABLE notes ADD COLUMN color text")
    assert await migrate(migrated, {ALLOCATION: migrations}) == {
        ALLOCATION: ["service/0002_color.sql"]
    }
    assert await migrated.fetchval("SELECT key FROM allocation.notes WHERE color IS NULL") == "A"


async def test_an_applied_file_may_not_change(
    migrated: Connection[Record], migrations: Path
) -> None:
    with (migrations / "0001_notes.sql").open("a") as file:
        file.write("\n-- a late thought\n")
    with pytest.raises(MigrationError, match="write a further migration instead"):
        await migrate(migrated, {ALLOCATION: migrations})


async def test_a_file_that_fails_leaves_nothing(
    migrated: Connection[Record], migrations: Path
) -> None:
    (migrations / "0002_half.sql").write_text("CREATE TABLE half (); SELECT 1 / 0")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(migrated, {ALLOCATION: migrations})
    assert await migrated.fetchval("SELECT to_regclass('allocation.half')") is None
    (migrations / "0002_half.sql").write_text("CREATE TABLE half ()")
    assert await migrate(migrated, {ALLOCATION: migrations}) == {
        ALLOCATION: ["service/0002_half.sql"]
    }


async def test_a_file_without_a_number_is_refused(connect: Connect, migrations: Path) -> None:
    (migrations / "colors.sql").write_text("SELECT 1")
    owner = await connect(stack.OWNER)
    with pytest.raises(MigrationError, match=r"0001_what_it_does\.sql: rename it"):
        await migrate(owner, {ALLOCATION: migrations})


async def test_a_schema_without_its_role_says_what_to_run(
    connect: Connect, migrations: Path
) -> None:
    owner = await connect(stack.OWNER)
    with pytest.raises(MigrationError, match=r"gift_wrapping do not exist: run .*roles\.sql"):
        await migrate(owner, {"gift_wrapping": migrations})


FORBIDDEN = {
    ALLOCATION: (
        "SELECT * FROM shipping.notes",
        "SELECT * FROM shipping.outbox",
        "INSERT INTO shipping.notes (what, key) VALUES ('x', 'x')",
        "DELETE FROM shipping.inbox",
        "SELECT nextval('shipping.relay_members')",
        "SELECT shipping.drop_inbox_before('2030-01-01')",
        "CREATE TABLE allocation.mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "CREATE SCHEMA mine",
        "DROP TABLE allocation.notes",
        "ALTER TABLE allocation.notes DROP CONSTRAINT notes_n_check",
        "TRUNCATE allocation.notes",
        "DELETE FROM allocation.schema_version",
        "SET ROLE shipping",
    ),
    AUDITOR: (
        "INSERT INTO allocation.notes (what, key) VALUES ('x', 'x')",
        "UPDATE allocation.positions SET next_offset = 0",
        "DELETE FROM shipping.dead_letters",
        "SELECT allocation.drop_inbox_before('2030-01-01')",
        "CREATE TABLE allocation.mine (id int)",
        "SET ROLE allocation",
    ),
}


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize("role", FORBIDDEN)
async def test_a_role_is_kept_out_of_what_is_not_its_own(connect: Connect, role: str) -> None:
    connection = await connect(role)
    allowed: list[str] = []
    for statement in FORBIDDEN[role]:
        with suppress(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
            allowed.append(statement)
    assert allowed == []


@pytest.mark.usefixtures("migrated")
async def test_a_service_works_in_its_own_schema(connect: Connect) -> None:
    connection = await connect(ALLOCATION)
    await connection.execute("SET search_path = allocation")
    await connection.execute("INSERT INTO notes (what, key) VALUES ('count', 'A'), ('count', 'B')")
    await connection.execute("UPDATE notes SET n = 3 WHERE key = 'A'")
    await connection.execute("DELETE FROM notes WHERE key = 'B'")
    assert await connection.fetchval("SELECT n FROM notes") == 3
    assert await connection.fetchval("SELECT count(*) FROM schema_version") >= 2


async def test_the_auditor_sees_every_schema_and_tables_to_come(
    connect: Connect, migrated: Connection[Record], migrations: Path
) -> None:
    (migrations / "0002_colors.sql").write_text("CREATE TABLE colors (name text)")
    await migrate(migrated, {ALLOCATION: migrations})
    auditor = await connect(AUDITOR)
    for table in ("allocation.colors", "allocation.outbox", "shipping.notes", "shipping.inbox"):
        assert await auditor.fetchval(f"SELECT count(*) FROM {table}") == 0


async def test_a_worker_waits_for_every_migration_of_its_release(
    servers: Addresses, empty_database: str, migrations: Path, connect: Connect
) -> None:
    pool = await open_pool(empty_database, ALLOCATION, ALLOCATION, servers.passfile, 3)
    try:
        assert not await is_migrated(pool, migrations)
        owner = await connect(stack.OWNER)
        await migrate(owner, {ALLOCATION: migrations})
        assert await is_migrated(pool, migrations)
        newer = migrations / "0002_later.sql"
        newer.write_text("SELECT 1")
        assert not await is_migrated(pool, migrations)
        await migrate(owner, {ALLOCATION: migrations})
        newer.unlink()
        assert await is_migrated(pool, migrations)
    finally:
        pool.terminate()


async def test_a_schema_names_the_oldest_release_that_it_serves(
    servers: Addresses, empty_database: str, migrations: Path, migrated: Connection[Record]
) -> None:
    pool = await open_pool(empty_database, ALLOCATION, ALLOCATION, servers.passfile, 2)
    try:
        await migrated.execute("ALTER TABLE allocation.schema_version DROP COLUMN works_from")
        assert await what_is_awaited(pool, migrations, "0.0.1") == ""
        (migrations / "0002_contract.sql").write_text("-- works from 0.1.0\nSELECT 1")
        told = await what_is_awaited(pool, migrations, "0.1.0")
        assert told == "the schema lacks service/0002_contract.sql: run `crossdock migrate`"
        await migrate(migrated, {ALLOCATION: migrations})
        (migrations / "0002_contract.sql").unlink()
        for running, waits in (("0.0.10", True), ("0.1.0", False), ("0.1", False), ("1", False)):
            told = await what_is_awaited(pool, migrations, running)
            assert bool(told) is waits
        told = await what_is_awaited(pool, migrations, "0.0.10")
        assert told.startswith("the schema serves releases from 0.1.0 on, this is 0.0.10")
    finally:
        pool.terminate()


async def test_a_migration_may_not_lock_out_its_own_release(
    migrated: Connection[Record], migrations: Path
) -> None:
    (migrations / "0002_contract.sql").write_text("-- works from 99.0\nSELECT 1")
    with pytest.raises(MigrationError, match="raise the release or correct the line"):
        await migrate(migrated, {ALLOCATION: migrations})


@pytest.mark.usefixtures("migrated")
async def test_a_worker_keeps_its_partitions_without_the_right_to_make_tables(
    servers: Addresses, empty_database: str, connect: Connect
) -> None:
    owner = await connect(stack.OWNER)
    await owner.execute("SET search_path = allocation")
    await owner.execute("SELECT make_partitions('2020-01-01', '2020-01-02')")
    pool = await open_pool(empty_database, ALLOCATION, ALLOCATION, servers.passfile, 3)
    try:
        await keep_partitions(pool)
    finally:
        pool.terminate()
    old = "SELECT to_regclass('allocation.inbox_20200101')"
    assert await owner.fetchval(old) is None


@pytest.mark.usefixtures("migrated")
async def test_making_partitions_waits_for_a_batch_but_never_lets_another_wait_long(
    connect: Connect, servers: Addresses, empty_database: str
) -> None:
    owner, batch = await connect(stack.OWNER), await connect(ALLOCATION)
    today = datetime.now(UTC).date()
    await owner.execute(f"DROP TABLE allocation.inbox_{today:%Y%m%d}")
    await batch.execute("BEGIN; INSERT INTO allocation.inbox VALUES (uuidv7('1 day'), '')")
    with pytest.raises(asyncpg.LockNotAvailableError):
        await owner.execute("SELECT allocation.make_partitions($1, $1)", today)
    pool = await open_pool(empty_database, ALLOCATION, ALLOCATION, servers.passfile, 2)
    try:
        keeping = asyncio.create_task(keep_partitions(pool))
        await until(waiting_in(owner))
        await batch.execute("COMMIT")
        await keeping
    finally:
        pool.terminate()
    made = f"SELECT to_regclass('allocation.inbox_{today:%Y%m%d}')"
    assert await owner.fetchval(made) is not None


def waiting_in(watcher: Connection[Record]) -> Callable[[], Awaitable[bool]]:
    """Whether somebody waits for a lock in this database, to be asked again and again."""

    async def asked() -> bool:
        return await watcher.fetchval(
            """SELECT count(*) > 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
               WHERE NOT l.granted AND d.datname = current_database()"""
        )

    return asked


async def test_a_migration_waits_for_a_reader_and_then_goes_on(
    connect: Connect, migrated: Connection[Record], migrations: Path
) -> None:
    (migrations / "0002_color.sql").write_text("ALTER TABLE notes ADD COLUMN color text")
    reader = await connect(ALLOCATION)
    reading = reader.transaction()
    await reading.start()
    await reader.fetch("SELECT * FROM allocation.notes")
    migrating = asyncio.create_task(migrate(migrated, {ALLOCATION: migrations}))
    await until(waiting_in(await connect(stack.OWNER)))
    await reading.commit()
    assert await migrating == {ALLOCATION: ["service/0002_color.sql"]}
