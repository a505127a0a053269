"""Brings the schema of each service to its version, as the owner, one at a time.

Workers never migrate: they wait until the schema is at least at their own version.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import stamina
import structlog

from services.chassis.inbox import AHEAD_DAYS, KEPT_DAYS

if TYPE_CHECKING:
    from asyncpg import Connection, Record
    from asyncpg.pool import Pool

CHASSIS_MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_TIMEOUT = "3s"
LOCK_ATTEMPTS = 20
LOCK_PAUSE_SECONDS = 0.5
WORKER_RIGHTS = "SELECT, INSERT, UPDATE, DELETE"
AUDITOR = "auditor"

log = structlog.get_logger()


class MigrationError(Exception):
    """A schema cannot be migrated; the text says why and what to do."""


@dataclass(frozen=True)
class Migration:
    """One SQL file, known by its name and held to its content."""

    name: str
    sql: str

    @property
    def works_from(self) -> str | None:
        """The oldest release that still works once it is applied: ``-- works from 1.4.0``.

        Said by a migration that takes away what older releases use (expand and contract).
        """
        found = re.search(r"^-- works from (\d+(?:\.\d+)*)$", self.sql, re.MULTILINE)
        return found[1] if found else None

    @property
    def digest(self) -> str:
        """A digest of the content: an applied file must never change."""
        return sha256(self.sql.encode()).hexdigest()


def release() -> str:
    """The release of this code."""
    return version("crossdock")


def in_order(named: str) -> tuple[int, ...]:
    """A release as it compares with others: 1.10 comes after 1.9, and 1.0 is 1."""
    return tuple(int(part) for part in re.findall(r"\d+", re.sub(r"(\.0+)+$", "", named)))


def migrations_of(folder: Path) -> list[Migration]:
    """The chassis' own migrations, then a service's, each in the order of their numbers."""
    files = [
        (f"{prefix}/{file.name}", file)
        for prefix, place in (("chassis", CHASSIS_MIGRATIONS), ("service", folder))
        for file in sorted(place.glob("*.sql"))
    ]
    wrong = [file for _, file in files if not re.fullmatch(r"\d{4}_[a-z0-9_]+\.sql", file.name)]
    if wrong:
        raise MigrationError(f"{wrong[0]} is not named like 0001_what_it_does.sql: rename it")
    return [Migration(name, file.read_text()) for name, file in files]


async def migrate(
    connection: Connection[Record], folders: Mapping[str, Path]
) -> dict[str, list[str]]:
    """Migrate schemas (by service, with the folder of its files); what was applied to each.

    ``connection`` is the owner's. Safe when several start at once. Raises ``MigrationError``.
    """
    applied: dict[str, list[str]] = {}
    for schema, folder in folders.items():
        applied[schema] = await _with_retries(connection, schema, migrations_of(folder))
    return applied


async def _with_retries(
    connection: Connection[Record], schema: str, migrations: Sequence[Migration]
) -> list[str]:
    """A lock that is not had in time is given up and asked for again, so that nobody piles up."""
    for attempt in range(1, LOCK_ATTEMPTS + 1):
        try:
            async with connection.transaction():
                await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
                return await _migrate_schema(connection, schema, migrations)
        except asyncpg.LockNotAvailableError:
            log.info("migration_waited", schema=schema, attempt=attempt)
            await asyncio.sleep(LOCK_PAUSE_SECONDS)
    raise MigrationError(
        f"schema {schema} stays locked by others: end long transactions there, then migrate again"
    )


async def _migrate_schema(
    connection: Connection[Record], schema: str, migrations: Sequence[Migration]
) -> list[str]:
    await connection.execute("SELECT pg_advisory_xact_lock(hashtext($1))", f"migrate {schema}")
    await connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
    await connection.execute(f'SET LOCAL search_path = "{schema}"')
    await connection.execute(
        """CREATE TABLE IF NOT EXISTS schema_version (
               version    int PRIMARY KEY,
               name       text NOT NULL UNIQUE,
               digest     text NOT NULL,
               applied_at timestamptz NOT NULL DEFAULT now(),
               works_from text)"""
    )
    # Schemas of the first release have no such column.
    await connection.execute("ALTER TABLE schema_version ADD COLUMN IF NOT EXISTS works_from text")
    rows = await connection.fetch("SELECT name, digest FROM schema_version ORDER BY version")
    known = {row["name"]: row["digest"] for row in rows}
    new: list[str] = []
    for migration in migrations:
        if migration.name in known:
            if known[migration.name] != migration.digest:
                raise MigrationError(
                    f"{migration.name} was applied to {schema} with other content: "
                    "restore the file and write a further migration instead"
                )
            continue
        if in_order(migration.works_from or "0") > in_order(release()):
            raise MigrationError(
                f"{migration.name} works from {migration.works_from} and comes with {release()}: "
                "its own workers could not run, so raise the release or correct the line"
            )
        await connection.execute(migration.sql)
        await connection.execute(
            """INSERT INTO schema_version (version, name, digest, works_from)
               SELECT coalesce(max(version), 0) + 1, $1, $2, $3 FROM schema_version""",
            migration.name,
            migration.digest,
            migration.works_from,
        )
        new.append(migration.name)
    today = datetime.now(UTC).date()
    await connection.execute(
        "SELECT make_partitions($1, $2)",
        today - timedelta(days=KEPT_DAYS),
        today + timedelta(days=AHEAD_DAYS),
    )
    await _grant(connection, schema)
    return new


async def _grant(connection: Connection[Record], schema: str) -> None:
    """Give the service its own schema and the auditor sight of it; nobody else anything."""
    missing = await connection.fetch(
        """SELECT r FROM unnest($1::text[]) AS r
           WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r)""",
        [schema, AUDITOR],
    )
    if missing:
        names = ", ".join(row["r"] for row in missing)
        raise MigrationError(f"the roles {names} do not exist: run deploy/postgres/roles.sql first")
    for statement in (
        f'REVOKE ALL ON SCHEMA "{schema}" FROM PUBLIC',
        f'GRANT USAGE ON SCHEMA "{schema}" TO "{schema}", "{AUDITOR}"',
        f'GRANT {WORKER_RIGHTS} ON ALL TABLES IN SCHEMA "{schema}" TO "{schema}"',
        f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA "{schema}" TO "{schema}"',
        f'REVOKE INSERT, UPDATE, DELETE ON schema_version FROM "{schema}"',
        f'GRANT SELECT ON ALL TABLES IN SCHEMA "{schema}" TO "{AUDITOR}"',
        f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT SELECT ON TABLES TO "{AUDITOR}"',
        f'REVOKE ALL ON ALL FUNCTIONS IN SCHEMA "{schema}" FROM PUBLIC',
        f'GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA "{schema}" TO "{schema}"',
    ):
        await connection.execute(statement)


async def is_migrated(pool: Pool[Record], folder: Path) -> bool:
    """Whether this release may work in a service's schema."""
    return not await what_is_awaited(pool, folder)


async def what_is_awaited(pool: Pool[Record], folder: Path, running: str | None = None) -> str:
    """Why a worker of this release must wait, and for what; empty when it may run."""
    try:
        rows = await pool.fetch("SELECT * FROM schema_version ORDER BY version")
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        return "there is no schema yet: run `crossdock migrate`"
    applied = {row["name"] for row in rows}
    missing = [one.name for one in migrations_of(folder) if one.name not in applied]
    if missing:
        return f"the schema lacks {', '.join(missing)}: run `crossdock migrate`"
    running = running or release()
    told: list[str] = [row["works_from"] for row in rows if row.get("works_from")]
    oldest = max(told, key=in_order, default=running)
    if in_order(running) < in_order(oldest):
        return f"the schema serves releases from {oldest} on, this is {running}: start a newer one"
    return ""


async def keep_partitions(pool: Pool[Record]) -> None:
    """Make the next days' partitions, and drop those that nobody can need any more."""
    today = datetime.now(UTC).date()
    await _make_partitions(pool, today, today + timedelta(days=AHEAD_DAYS))
    try:
        await pool.execute("SELECT drop_inbox_before($1)", today - timedelta(days=KEPT_DAYS))
    except asyncpg.LockNotAvailableError:
        log.info("inbox_partition_kept_for_now")


@stamina.retry(
    on=asyncpg.LockNotAvailableError, attempts=LOCK_ATTEMPTS, wait_max=LOCK_PAUSE_SECONDS
)
async def _make_partitions(pool: Pool[Record], first: date, last: date) -> None:
    """Make partitions between open batches: the function itself waits for a lock shortly only."""
    await pool.execute("SELECT make_partitions($1, $2)", first, last)
