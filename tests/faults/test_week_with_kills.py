"""Each worker is killed in the middle of a real week: not a unit, a penny or a parcel differs."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from schemas.topics import SERVICES
from services.audit.owners import Owners
from tests.journeys.home import Home, a_home
from tests.reliability import keep
from tests.replay.retail import Replaying, allocated, shipments_by_order
from tests.replay.week import MINUTES, ORDERS, the_week

FIRST_KILL = datetime(2010, 12, 6, 10, tzinfo=UTC)
BETWEEN_KILLS = timedelta(hours=5)
ROUNDS = 2
LOOK_SECONDS = 1.0
POLL_SECONDS = 0.01
AT_WORK_SECONDS = 20.0
"""How long a worker may take to be at work again before it is killed idle."""
READ = "SELECT coalesce(sum(next_offset), 0)::bigint AS records FROM positions"


async def test_a_week_with_every_worker_killed_ends_the_same(tmp_path: Path) -> None:
    week, started = the_week(tmp_path), monotonic()
    with a_home() as home:
        replay = Replaying(home, week.options, tmp_path / "replay.log")
        try:
            killed = await kill_each(home, replay)
        finally:
            code = await asyncio.to_thread(replay.wait, MINUTES * 60)
        assert code == 0, replay.text

        assert killed == list(SERVICES) * ROUNDS
        async with await home.owners() as owners:
            assert await allocated(owners) == week.totals
            shipments = await shipments_by_order(owners)
        assert Counter(shipments.values()) == {1: ORDERS}
        ends = (home.folder / "logs" / "supervisor.log").read_text().count("process_ended")
        assert ends == len(killed), "only those that were killed ended"
        judged = home.crossdock("audit", "--wait", "30")
        assert judged.code == 0, judged.out
    keep("a week, each worker killed at work", times=len(killed), seconds=monotonic() - started)


async def kill_each(home: Home, replay: Replaying) -> list[str]:
    """Kill the workers one after the other, each at work, hours of business time apart."""
    killed: list[str] = []
    for number, worker in enumerate(list(SERVICES) * ROUNDS):
        moment = FIRST_KILL + number * BETWEEN_KILLS
        if not await until_the_clock_shows(moment, home, replay):
            break
        async with await home.owners() as owners:
            await until_at_work(owners, worker)
        os.kill(home.process(worker), signal.SIGKILL)
        killed.append(worker)
    return killed


async def until_the_clock_shows(moment: datetime, home: Home, replay: Replaying) -> bool:
    """Wait for a business time; False when the replay ended before it came."""
    clock = home.clock
    while clock.setting is None or clock.now() < moment:
        if replay.process.poll() is not None:
            return False
        await clock.wait_for_setting(LOOK_SECONDS)
    return True


async def until_at_work(owners: Owners, worker: str) -> None:
    """Wait until a worker has just taken a batch, with more to come."""
    [before] = await owners.fetch(worker, READ)
    end = monotonic() + AT_WORK_SECONDS
    while monotonic() < end:
        [now] = await owners.fetch(worker, READ)
        if now["records"] > before["records"]:
            return
        await asyncio.sleep(POLL_SECONDS)
