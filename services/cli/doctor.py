"""The `doctor` command: what is missing or wrong on this machine and in this home, and how to mend it."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import asyncpg
import typer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

import services
from deploy.local import jars, java
from deploy.local.home import Addresses, StackError
from schemas.topics import SERVICES, TOPICS
from services.chassis.clock import Clock
from services.chassis.database import parameters
from services.chassis.migrate import is_migrated
from services.chassis.settings import Deployment
from services.cli.at_home import Workers, workers_at
from services.cli.homes import addresses_of, chosen_home, deployment, uses_own_servers
from services.cli.meanwhile import workers_run
from services.cli.showing import a_table, out

FREE_BYTES_WANTED = 2 * 1024**3
OLDEST_PYTHON = (3, 11)
ANSWER_SECONDS = 10.0

State = Literal["good", "note", "wrong"]
MARKS: dict[State, str] = {"good": "[green]✓[/green]", "note": "[yellow]·[/yellow]",
                           "wrong": "[red]✗[/red]"}  # fmt: skip


@dataclass(frozen=True)
class Sign:
    """One thing looked at: how it stands, and what to do when it is wrong."""

    what: str
    state: State
    told: str


def good(what: str, told: str) -> Sign:
    """As it should be."""
    return Sign(what, "good", told)


def note(what: str, told: str) -> Sign:
    """Worth knowing; nothing to mend."""
    return Sign(what, "note", told)


def wrong(what: str, told: str) -> Sign:
    """To be mended; the text says how."""
    return Sign(what, "wrong", told)


def doctor() -> None:
    """Say what is missing or wrong here, and how to mend it; exit 1 when something is wrong."""
    home = chosen_home()
    signs = [*machine(home)]
    addresses = addresses_of(home)
    if addresses is None:
        signs.append(note("servers", f"none answer in {home}: `crossdock up` starts them"))
    else:
        signs += asyncio.run(running(home, addresses))
    table = a_table("", "", "what", "how it stands")
    for sign in signs:
        table.add_row(MARKS[sign.state], sign.what, sign.told)
    out.print(table)
    if any(sign.state == "wrong" for sign in signs):
        raise typer.Exit(1)


# ---- the machine -------------------------------------------------------------------------------


def machine(home: Path) -> list[Sign]:
    """What needs no server."""
    looks: tuple[Callable[[], Sign], ...] = (
        python, java_here, kafka_jars, lambda: writable(home), lambda: space(home),
        lambda: clock(home), passfile,
    )  # fmt: skip
    return [look() for look in looks]


def python() -> Sign:
    """The interpreter."""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return wrong("Python", f"{version} is too old: use 3.11 or newer")
    return good("Python", version)


def java_here() -> Sign:
    """A Java for Kafka, where Kafka is ours to start."""
    if uses_own_servers():
        return note("Java", "not needed: CROSSDOCK_KAFKA names a broker")
    try:
        found = java.find_java()
    except StackError as error:
        return wrong("Java", str(error))
    return good("Java", found.version)


def kafka_jars() -> Sign:
    """Kafka's jars, in the cache or to be fetched."""
    if uses_own_servers():
        return note("Kafka's jars", "not needed: CROSSDOCK_KAFKA names a broker")
    listed, cache = jars.read_lock(), jars.cache_folder()
    missing = [jar for jar in listed if not jar.path(cache).exists()]
    if missing:
        return note("Kafka's jars", f"{len(missing)} of {len(listed)} are still to be fetched")
    bad = [jar.coordinate for jar in listed if not jar.is_good(cache)]
    if bad:
        return note(
            "Kafka's jars", f"{bad[0]} is not whole: the next `crossdock up` fetches it again"
        )
    return good("Kafka's jars", f"{len(listed)} in {cache}, each as jars.lock says")


def nearest(home: Path) -> Path:
    """The home, or the folder in which it would be made."""
    return next(folder for folder in (home, *home.parents) if folder.exists())


def writable(home: Path) -> Sign:
    """Whether data can be kept."""
    place = nearest(home)
    if os.access(place, os.W_OK | os.X_OK):
        return good("home", str(home))
    return wrong("home", f"{place} cannot be written: set CROSSDOCK_HOME to a folder of your own")


def space(home: Path) -> Sign:
    """Room for Kafka's log and PostgreSQL's data."""
    place = nearest(home)
    free = shutil.disk_usage(place).free
    told = f"{free / 1024**3:.1f} GiB free at {place}"
    if free < FREE_BYTES_WANTED:
        return wrong("disk", f"{told}: at least {FREE_BYTES_WANTED // 1024**3} GiB are wanted")
    return good("disk", told)


def clock(home: Path) -> Sign:
    """Which time it is here."""
    found = Clock(home)
    if found.setting is None:
        return good("clock", "real time")
    return note("clock", f"set by {home}/clock.json: {found.now():%Y-%m-%d %H:%M} UTC")


def passfile() -> Sign:
    """A password file that others can read is not used by PostgreSQL's clients."""
    told = os.environ.get("CROSSDOCK_PASSFILE")
    if not told:
        return note("passwords", "of the home, or of ~/.pgpass")
    place = Path(told)
    if not place.exists():
        return wrong(
            "passwords", f"{place} is not there: CROSSDOCK_PASSFILE must name a pgpass file"
        )
    if place.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return wrong("passwords", f"others can read {place}, so it is not used: chmod 600 {place}")
    return good("passwords", str(place))


# ---- what answers ------------------------------------------------------------------------------


async def running(home: Path, addresses: Addresses) -> list[Sign]:
    """What needs the servers."""
    found = deployment(home, addresses)
    return [
        await bounded("Kafka", topics(found)),
        await bounded("PostgreSQL", schemas(addresses)),
        await workers(home),
    ]


async def bounded(what: str, look: Awaitable[Sign]) -> Sign:
    """A look that ends, also where nobody answers."""
    try:
        return await asyncio.wait_for(look, ANSWER_SECONDS)
    except (OSError, TimeoutError, KafkaError, asyncpg.PostgresError) as error:
        told = str(error) or type(error).__name__
        return wrong(what, f"{told}: is its address right, and does it run?")


async def topics(found: Deployment) -> Sign:
    """Whether every topic is there, with the partitions that the workers compute by."""
    admin = AIOKafkaAdminClient(bootstrap_servers=found.kafka)
    await admin.start()
    try:
        wanted = {f"{found.namespace}{topic.name}": topic.partitions for topic in TOPICS}
        there = set(await admin.list_topics())
        if missing := sorted(wanted.keys() - there):
            return wrong(
                "Kafka", f"{len(missing)} topics are missing ({missing[0]}…): `crossdock migrate`"
            )
        told = await admin.describe_topics(sorted(wanted))
    finally:
        await admin.close()
    other = [one["topic"] for one in told if len(one["partitions"]) != wanted[one["topic"]]]
    if other:
        return wrong(
            "Kafka", f"{other[0]} has not {wanted[other[0]]} partitions: keys would change theirs"
        )
    return good("Kafka", f"{found.kafka}, all {len(wanted)} topics")


async def schemas(addresses: Addresses) -> Sign:
    """Whether every role gets in, and finds its schema as this release needs it."""
    root = Path(services.__file__).parent
    behind: list[str] = []
    for name in SERVICES:
        async with asyncpg.create_pool(
            **parameters(addresses.postgres, name, addresses.passfile), min_size=1, max_size=1,
            server_settings={"search_path": name},
        ) as pool:  # fmt: skip
            if not await is_migrated(pool, root / name / "migrations"):
                behind.append(name)
    if behind:
        return wrong(
            "PostgreSQL", f"the schema of {', '.join(behind)} is older: `crossdock migrate`"
        )
    return good("PostgreSQL", f"{addresses.postgres}, every role, every schema up to date")


async def workers(home: Path) -> Sign:
    """Who runs, who is ready, who may not run."""
    found = await workers_at(home)
    if refused := {name: one.refusal for name, one in found.items() if one.refusal}:
        told = "; ".join(f"{name} may not run: {why}" for name, why in refused.items())
        return wrong("workers", told)
    if not workers_run(home):
        return note("workers", "none run under a supervisor here: `crossdock up` starts them")
    if waiting := [_waits(name, one) for name, one in found.items() if not one.ready]:
        return wrong("workers", f"{'; '.join(waiting)}. Their logs are in {home / 'logs'}")
    return good("workers", "all six are ready")


def _waits(name: str, its: Workers) -> str:
    told = "; ".join(its.standing.values())
    return f"{name} is not ready{f' ({told})' if told else ''}"
