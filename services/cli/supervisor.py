"""Keeps the workers and stand-ins of a home running, each a process of its own.

Run as ``python -m services.cli.supervisor NAME…`` with the environment of the home. When one dies,
it leaves its consumer group in its name and ends its leases, so that its work goes on at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic

import asyncpg
import structlog
from aiokafka.errors import KafkaError

from deploy.local.home import Addresses
from schemas.topics import SERVICES
from services.chassis import effect_store, membership
from services.chassis.database import parameters
from services.chassis.logs import configure_logs
from services.cli.homes import STANDINS, Standin, environment

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""A process that lived this long starts with a short pause again."""
STOP_SECONDS = 15.0
ADDRESS_WAIT_SECONDS = 20.0
POLL_SECONDS = 0.05

log = structlog.get_logger()


class Supervisor:
    """One process for each name, started again when it ends by itself."""

    def __init__(self, home: Path, addresses: Addresses) -> None:
        self.home = home
        self.addresses = addresses
        self.stop = asyncio.Event()
        self.running: dict[str, asyncio.subprocess.Process] = {}

    async def run(self, names: Sequence[str]) -> None:
        """Start stand-ins, then workers, and keep them until told to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop.set)
        for old in (self.home / "run").glob("worker-*-*"):
            old.unlink(missing_ok=True)
        standins = [name for name in names if name in STANDINS]
        for standin in (STANDINS[name] for name in standins if STANDINS[name].file):
            (self.home / "run" / standin.file).unlink(missing_ok=True)  # of an earlier run
        tasks = [asyncio.create_task(self._keep(name)) for name in standins]
        await self._await_addresses(standins)
        tasks += [asyncio.create_task(self._keep(name)) for name in names if name in SERVICES]
        await self.stop.wait()
        await self._stop_all()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _await_addresses(self, standins: Sequence[str]) -> None:
        """Workers are told where stand-ins answer, so these must have said so."""
        files = [
            self.home / "run" / STANDINS[name].file for name in standins if STANDINS[name].file
        ]
        end = monotonic() + ADDRESS_WAIT_SECONDS
        while not self.stop.is_set() and not all(file.exists() for file in files):
            if monotonic() > end:
                log.error("standin_address_missing", files=[str(file) for file in files])
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _keep(self, name: str) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not self.stop.is_set():
            started = monotonic()
            try:
                await self._live_and_die(name)
            except Exception as error:  # whatever it was: the process must be kept running
                log.error("process_not_kept", process=name, exc_info=error)
            if self.stop.is_set():
                return
            pause = FIRST_PAUSE_SECONDS if monotonic() - started > STEADY_SECONDS else pause
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def _live_and_die(self, name: str) -> None:
        """Run one process to its end; clean up after it when nobody asked for that end."""
        process = await self._start(name)
        if self.stop.is_set():
            process.terminate()  # it started while all others were being stopped
        code = await process.wait()
        if not self.stop.is_set():
            log.warning("process_ended", process=name, pid=process.pid, code=code)
            await self._clean_up_after(name, process.pid)

    async def _start(self, name: str) -> asyncio.subprocess.Process:
        """Start one process, its log in a file of its own, its input closed."""
        told = environment(self.home, self.addresses)
        if name in STANDINS and STANDINS[name].file:
            told |= self._same_port_again(STANDINS[name])
        with (self.home / "logs" / f"{name}.log").open("ab") as file:
            process = await asyncio.create_subprocess_exec(
                *command_of(name),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=told,
                cwd=self.home / "workers",
            )
        self.running[name] = process
        log.info("process_started", process=name, pid=process.pid)
        return process

    def _same_port_again(self, standin: Standin) -> dict[str, str]:
        """Workers keep the address that they were told, so a stand-in comes back to its port."""
        file = self.home / "run" / standin.file
        try:
            port = json.loads(file.read_text())["port"]
        except (OSError, ValueError, KeyError):
            return {}
        file.unlink()
        return {f"CROSSDOCK_{standin.name.upper()}_PORT": str(port)}

    async def _clean_up_after(self, name: str, pid: int) -> None:
        """Give a dead worker's partitions and leases free."""
        (self.home / "run" / f"worker-{name}-{pid}.http").unlink(missing_ok=True)
        ready = self.home / "run" / f"worker-{name}-{pid}.ready"
        if name not in SERVICES or not ready.exists():
            return
        text = ready.read_text()
        ready.unlink()
        try:
            member = json.loads(text)
            await membership.leave_for(self.addresses.kafka, member["group"], member["member_id"])
        except (KafkaError, OSError, TimeoutError, ValueError) as error:
            log.warning("group_not_left", process=name, error=type(error).__name__)
        try:
            connection = await asyncpg.connect(
                **parameters(self.addresses.postgres, name, self.addresses.passfile),
                server_settings={"search_path": name},
            )
            await effect_store.expire_leases_of(connection, f"{name}:{pid}")
            await connection.close()
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            log.warning("leases_not_ended", process=name, error=type(error).__name__)

    async def _stop_all(self) -> None:
        """Stop all at once, workers finishing what they have in hand, within a bound."""
        alive = [process for process in self.running.values() if process.returncode is None]
        for process in alive:
            with suppress(ProcessLookupError):
                process.terminate()
        waiting = [asyncio.create_task(process.wait()) for process in alive]
        if waiting and (await asyncio.wait(waiting, timeout=STOP_SECONDS))[1]:
            for process in alive:
                with suppress(ProcessLookupError):
                    process.kill()


def command_of(name: str) -> list[str]:
    """The command line of a worker or a stand-in."""
    if name in STANDINS:
        return [sys.executable, "-m", STANDINS[name].module]
    return [sys.executable, "-m", "services.cli.run_workers", name]


def main() -> None:
    """Supervise the names of the command line in the home of the environment."""
    configure_logs("supervisor")
    addresses = Addresses(
        os.environ["CROSSDOCK_KAFKA"],
        os.environ["CROSSDOCK_POSTGRES"],
        Path(os.environ["CROSSDOCK_PASSFILE"]),
    )
    supervisor = Supervisor(Path(os.environ["CROSSDOCK_HOME"]), addresses)
    asyncio.run(supervisor.run(sys.argv[1:]))


if __name__ == "__main__":
    main()
