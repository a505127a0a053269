"""Servers and stand-ins for the duration of one command, and what runs beside them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import processes, stack
from services.cli.homes import (
    PROVIDER,
    HomeError,
    Standin,
    addresses_of,
    environment,
    needed_standins,
)
from services.cli.running import servers_up, supervisor_of

STANDIN_READY_SECONDS = 20.0
STANDIN_STOP_SECONDS = 15.0
POLL_SECONDS = 0.05
LISTENING_STANDINS = frozenset({"dock", "shop"})
"""Stand-ins that hear topics: quiet waits for them too."""


@contextmanager
def answering(home: Path) -> Generator[None]:
    """Join the servers of a home, or start them for just as long. Raises ``HomeError``."""
    if addresses_of(home) is not None:
        yield
        return
    if not (home / "postgres").is_dir():
        raise HomeError(f"there is nothing in {home} yet: start with `crossdock up`")
    servers_up(home, lambda _: None)
    try:
        yield
    finally:
        stack.down(home)


@contextmanager
def standing(home: Path, standin: Standin) -> Generator[None]:
    """A stand-in of a home whose servers answer, for just as long."""
    addresses = addresses_of(home)
    if addresses is None:
        raise HomeError(f"no servers answer in {home}: start them with `crossdock up`")
    address = home / "run" / standin.file if standin.file else None
    if address is not None:
        address.unlink(missing_ok=True)
    with (home / "logs" / f"{standin.name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", standin.module],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment(home, addresses),
            start_new_session=True,
        )
    try:
        end = time.monotonic() + STANDIN_READY_SECONDS
        while address is not None and not address.exists():
            if process.poll() is not None or time.monotonic() > end:
                raise HomeError(f"the {standin.name} did not start: see {home / 'logs'}")
            time.sleep(POLL_SECONDS)
        yield
    finally:
        process.terminate()
        try:
            process.wait(STANDIN_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
        if address is not None:
            address.unlink(missing_ok=True)


@contextmanager
def standing_provider(home: Path) -> Generator[None]:
    """The provider's stand-in with its book, where the home uses it and it does not run now."""
    book = home / "provider" / "book.jsonl"
    if PROVIDER not in needed_standins() or not book.exists() or workers_run(home):
        yield
        return
    with standing(home, PROVIDER):
        yield


def workers_run(home: Path) -> bool:
    """Whether the supervised processes of a home run now."""
    return processes.is_running(supervisor_of(home))


def running_standins(home: Path) -> list[str]:
    """The stand-ins that hear topics and run under the supervisor now."""
    names = home / "run" / "standins"
    if not names.exists() or not workers_run(home):
        return []
    return [name for name in names.read_text().split() if name in LISTENING_STANDINS]
