"""Servers for the duration of one command, and what runs beside them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import processes, stack
from services.cli.homes import HomeError, addresses_of
from services.cli.running import servers_up, supervisor_of


@contextmanager
def answering(home: Path) -> Iterator[None]:
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


def running_standins(home: Path) -> list[str]:
    """The stand-ins that hear topics and run now; quiet waits for them too."""
    names = home / "run" / "standins"
    if not names.exists() or not processes.is_running(supervisor_of(home)):
        return []
    return [name for name in names.read_text().split() if name in {"dock", "shop"}]
