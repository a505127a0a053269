"""Runs on the code of a release: migrates a database and tells each service its golden events.

``python tell_golden.py POSTGRES PASSFILE HOME``, with ``PYTHONPATH`` at that release's sources. What
is said of them stays in the outbox, as when workers are stopped in the middle of their work.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import asyncpg

from schemas.catalog import EVENTS
from schemas.documents import example_path
from schemas.envelope import Event
from schemas.topics import SERVICES
from services.chassis.database import parameters
from services.chassis.migrate import migrate
from tests import harness, stack

NOBODY = "http://127.0.0.1:1"
WITH_TIMERS_ALONE = ("allocation", "shipping")
"""Services whose effects touch nothing outside: these have a day to come about."""
DAY = timedelta(days=1)


def golden(service: harness.Service) -> list[Event]:
    """The golden examples of all that a service hears."""
    heard = [event for events in service.worker.heard.values() for event in events.values()]
    return [
        event.model_validate_json(example_path(event).read_text(encoding="utf-8"))
        for event in EVENTS
        if event in heard
    ]


async def tell(postgres: str, passfile: Path, home: Path) -> None:
    """Migrate, and let every service hear its events."""
    owner = await asyncpg.connect(**parameters(postgres, stack.OWNER, passfile))
    await migrate(owner, stack.migration_folders())
    await owner.close()
    os.environ["CROSSDOCK_PAYMENTS_PROVIDER_URL"] = NOBODY
    for name in SERVICES:
        own = home / name
        own.mkdir()
        service = await harness.service(name, postgres, passfile, own)
        await service.batches.take([service.record_of(event) for event in golden(service)])
        if name in WITH_TIMERS_ALONE:
            service.clock.set(harness.START + DAY)
            while await service.runner.run_due():
                pass
        service.pool.terminate()


if __name__ == "__main__":
    asyncio.run(tell(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
