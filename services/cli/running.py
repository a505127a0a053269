"""Brings a home up and down: servers, schemas and topics, then its supervised processes."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import asyncpg

import services
from deploy.local import processes, stack
from deploy.local.home import Addresses
from schemas.topics import SERVICES, TOPICS
from services.chassis.broker import ensure_topics
from services.chassis.database import parameters
from services.chassis.migrate import migrate
from services.cli.homes import (
    STANDINS,
    HomeError,
    addresses_of,
    deployment,
    environment,
    needed_standins,
    remember_home,
    uses_own_servers,
)

OWNER = "crossdock"
READY_SECONDS = 120.0
POLL_SECONDS = 0.05
SUPERVISOR_STOP_SECONDS = 20.0

Say = Callable[[str], None]


def supervisor_of(home: Path) -> processes.Server:
    """The supervisor of a home, as the local stack recognizes and stops its processes."""
    return processes.Server(
        name="the workers",
        program=Path(sys.executable).name[:15],
        folder=home / "workers",
        pid_file=home / "run" / "supervisor.pid",
        log=home / "logs" / "supervisor.log",
        stop_signals=((signal.SIGTERM, SUPERVISOR_STOP_SECONDS),),
    )


def servers_up(home: Path, say: Say) -> Addresses:
    """Servers that answer: those of the environment, else local ones."""
    addresses = addresses_of(home) if uses_own_servers() else None
    if addresses is None:
        addresses = stack.up(home, say=say)
    for folder in ("workers", "logs", "run"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    remember_home(home)
    return addresses


def up(home: Path, say: Say, names: Sequence[str] | None = None) -> Addresses:
    """Everything of a home up and ready; ``names`` adds to workers and needed stand-ins."""
    addresses = servers_up(home, say)
    say("Bringing schemas and topics up to date")
    asyncio.run(prepare(home, addresses))
    supervisor = supervisor_of(home)
    wanted = [*(standin.name for standin in needed_standins()), *(names or ()), *SERVICES]
    if processes.is_running(supervisor):
        say("Joined the workers that run already")
        return addresses
    say("Starting six workers" + (f" with {', '.join(w for w in wanted if w in STANDINS)}"))
    processes.stop(supervisor)  # of a supervisor that was killed, some workers may linger
    for old in (home / "run").glob("worker-*-*"):
        old.unlink(missing_ok=True)  # else the last run's workers pass for ready ones
    for standin in STANDINS.values():  # else workers are told where the last run's answered
        if standin.file:
            (home / "run" / standin.file).unlink(missing_ok=True)
    processes.start(
        supervisor,
        [sys.executable, "-m", "services.cli.supervisor", *wanted],
        environment(home, addresses),
    )
    (home / "run" / "standins").write_text(" ".join(w for w in wanted if w in STANDINS))
    _wait_until_ready(home, supervisor)
    return addresses


def down(home: Path) -> None:
    """Stop workers and stand-ins, then the servers."""
    if (home / "workers").is_dir():
        processes.stop(supervisor_of(home))
    if home.is_dir() and not uses_own_servers():
        stack.down(home)


def workers_down(home: Path) -> None:
    """Stop workers and stand-ins; the servers stay."""
    processes.stop(supervisor_of(home))


def _wait_until_ready(home: Path, supervisor: processes.Server) -> None:
    end = time.monotonic() + READY_SECONDS
    missing = set(SERVICES)
    while missing:
        missing = {
            name for name in SERVICES if not any((home / "run").glob(f"worker-{name}-*.ready"))
        }
        if not processes.is_running(supervisor) or time.monotonic() > end:
            processes.stop(supervisor)
            raise HomeError(
                f"these workers did not become ready: {', '.join(sorted(missing))}. "
                f"Their logs are in {home / 'logs'}:\n{processes.tail(supervisor.log)}"
            )
        time.sleep(POLL_SECONDS)


async def prepare(home: Path, addresses: Addresses) -> dict[str, list[str]]:
    """Migrate every schema and make every topic; what was applied, by service."""
    found = deployment(home, addresses)
    applied, _ = await asyncio.gather(
        migrate_all(addresses), ensure_topics(addresses.kafka, found.namespace, TOPICS)
    )
    return applied


async def migrate_all(addresses: Addresses) -> dict[str, list[str]]:
    """Migrate the schema of each service as the owner."""
    root = Path(services.__file__).parent
    connection = await asyncpg.connect(**parameters(addresses.postgres, OWNER, addresses.passfile))
    try:
        return await migrate(connection, {name: root / name / "migrations" for name in SERVICES})
    finally:
        await connection.close()
