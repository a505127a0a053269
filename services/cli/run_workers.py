"""Runs workers by name in this process until SIGTERM: ``python -m services.cli.run_workers NAME…``."""

from __future__ import annotations

import asyncio
import importlib
import signal
import sys
from collections.abc import Sequence

import structlog
import uvloop
from pydantic import ValidationError

from schemas.topics import SERVICES
from services.chassis.failing import WorkerStopped
from services.chassis.gaps import PositionGap
from services.chassis.health import PortInUse
from services.chassis.logs import configure_logs
from services.chassis.worker import Worker

EXIT_STOPPED = 3
EXIT_SETTINGS = 2

log = structlog.get_logger()


class UnknownWorker(Exception):
    """Nobody has that name; the text lists the names."""


def build(name: str) -> Worker:
    """The worker of a service. Raises ``UnknownWorker``, or ``ValidationError`` on settings."""
    if name not in SERVICES:
        raise UnknownWorker(f"there is no worker {name!r}; the workers are: {', '.join(SERVICES)}")
    settings = importlib.import_module(f"services.{name}.settings").Settings()
    return importlib.import_module(f"services.{name}.app").build(settings)


async def run_all(names: Sequence[str]) -> None:
    """Run workers side by side until SIGTERM or SIGINT; the first that must stop ends all."""
    workers = [build(name) for name in names]

    def stop() -> None:
        for worker in workers:
            worker.stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    async with asyncio.TaskGroup() as group:
        for worker in workers:
            group.create_task(worker.run(), name=worker.name)


def run(names: Sequence[str]) -> int:
    """Run workers until a signal; the exit code."""
    configure_logs(",".join(names))
    code = 0
    try:
        uvloop.run(run_all(names))
    except* (WorkerStopped, PositionGap) as stopped:
        code = EXIT_STOPPED
        for error in stopped.exceptions:
            log.error("worker_stopped", text=str(error))
    except* (UnknownWorker, ValidationError, PortInUse) as wrong:
        code = EXIT_SETTINGS
        for error in wrong.exceptions:
            print(error, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
