"""The ground that contenders run on: servers of their own, a fresh database and topics for each."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from deploy.local import stack
from deploy.local.home import Addresses
from schemas.topics import TOPICS
from services.chassis.broker import ensure_topics
from services.chassis.database import parameters
from services.cli.running import OWNER, migrate_all

ROOT = Path(__file__).parent.parent
POLL_SECONDS = 0.05
STOP_SECONDS = 30.0


@dataclass(frozen=True)
class Ground:
    """A contender's own database and namespace on the common servers."""

    addresses: Addresses
    namespace: str
    home: Path

    async def connect(self, role: str = OWNER) -> asyncpg.Connection[asyncpg.Record]:
        """A connection to the contender's database."""
        return await asyncpg.connect(
            **parameters(self.addresses.postgres, role, self.addresses.passfile)
        )

    def environment(self) -> dict[str, str]:
        """What the contender's processes are told."""
        return {
            **os.environ,
            "CROSSDOCK_KAFKA": self.addresses.kafka,
            "CROSSDOCK_POSTGRES": self.addresses.postgres,
            "CROSSDOCK_PASSFILE": str(self.addresses.passfile),
            "CROSSDOCK_NAMESPACE": self.namespace,
            "CROSSDOCK_HOME": str(self.home),
            "PYTHONPATH": str(ROOT),
        }

    @contextmanager
    def running(self, *module: str) -> Generator[subprocess.Popen[bytes]]:
        """A process of the contender, for as long as this lasts."""
        with (self.home / f"{module[0]}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *module], env=self.environment(), cwd=ROOT,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


@contextmanager
def servers() -> Generator[Addresses]:
    """Servers for one run of a benchmark."""
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder:
        home = Path(folder)
        try:
            yield stack.up(home)
        finally:
            stack.down(home)


def ground(addresses: Addresses, name: str) -> Ground:
    """A migrated database and topics of a contender's own."""
    home = addresses.passfile.parent / name
    home.mkdir()
    postgres = urlsplit(addresses.postgres)._replace(path=f"/{name}").geturl()
    asyncio.run(_make_database(addresses, name))
    found = Ground(
        Addresses(addresses.kafka, postgres, addresses.passfile), f"{name.replace('_', '-')}.", home
    )
    asyncio.run(_prepare(found))
    return found


async def _make_database(addresses: Addresses, name: str) -> None:
    connection = await asyncpg.connect(**parameters(addresses.postgres, OWNER, addresses.passfile))
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()


async def _prepare(found: Ground) -> None:
    await migrate_all(found.addresses)
    await ensure_topics(found.addresses.kafka, found.namespace, TOPICS)


async def until(
    connection: asyncpg.Connection[asyncpg.Record], sql: str, wanted: int, limit_seconds: float,
    processes: Sequence[subprocess.Popen[bytes]] = (),
) -> float:  # fmt: skip
    """Machine time at which a count has reached what is wanted. Raises ``TimeoutError``."""
    end = time.monotonic() + limit_seconds
    while int(await connection.fetchval(sql) or 0) < wanted:
        if time.monotonic() > end or any(one.poll() is not None for one in processes):
            raise TimeoutError(f"{sql.strip()} did not reach {wanted}")
        await asyncio.sleep(POLL_SECONDS)
    return time.monotonic()
