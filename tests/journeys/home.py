"""A running home: real servers, six workers and the stand-ins, each a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from services.audit.owners import Owners
from services.chassis.clock import Clock, set_clock
from services.chassis.settings import Deployment
from services.cli import running
from services.cli.homes import DOCK, deployment_of

REPOSITORY = Path(__file__).parents[2]
COMMAND_SECONDS = 120
WIDE = "300"
"""Columns of the terminal that commands write for, so that no sentence is folded."""
GRACE_SECONDS = "2"
"""How long an order may wait for its products to be listed: no test needs the five minutes."""
PEAK_MEMORY = "VmHWM:"


@dataclass(frozen=True)
class Answer:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Home:
    """A home in a folder of its own, with a data folder of its own beside it."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a user of this home has set, and nothing else of ours."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("CROSSDOCK_")}
        return {**kept, "CROSSDOCK_HOME": str(self.folder), "COLUMNS": WIDE,
                "XDG_DATA_HOME": str(self.folder.parent / "data")}  # fmt: skip

    @property
    def deployment(self) -> Deployment:
        """The servers of this home, which must be up."""
        return deployment_of(self.folder)

    @property
    def clock(self) -> Clock:
        """Business time."""
        return Clock(self.folder)

    async def owners(self) -> Owners:
        """Sight of every table."""
        return await Owners.open(self.deployment)

    def crossdock(
        self,
        *arguments: str | Path,
        told: str = "",
        seconds: float = COMMAND_SECONDS,
        given: Mapping[str, str] | None = None,
    ) -> Answer:
        """Run the command as a user does, with ``told`` on its standard input and ``given`` set."""
        done = subprocess.run(
            [sys.executable, "-m", "services.cli.main", *map(str, arguments)],
            input=told,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            cwd=REPOSITORY,
            env={**self.environment, **(given or {})},
        )
        return Answer(done.returncode, done.stdout, done.stderr)

    def processes(self) -> dict[int, str]:
        """Whatever runs in or for this home: command lines by process id."""
        found: dict[int, str] = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                told = f"CROSSDOCK_HOME={self.folder}\0" in (process / "environ").read_text()
                if told or (process / "cwd").readlink().is_relative_to(self.folder):
                    line = (process / "cmdline").read_text().replace("\0", " ").strip()
                    found[int(process.name)] = line
            except (OSError, UnicodeDecodeError):
                continue
        return {pid: line for pid, line in found.items() if line and pid != os.getpid()}

    def process(self, name: str) -> int:
        """The process id of a worker or of a stand-in. Raises ``LookupError``."""
        ends = f"services.cli.run_workers {name}", f"services.standins.{name}"
        for pid, line in self.processes().items():
            if line.endswith(ends):
                return pid
        raise LookupError(f"no process of {name} runs in {self.folder}")


@contextmanager
def a_home() -> Generator[Home]:
    """A fresh home; whatever was started in it is stopped at the end."""
    with (
        tempfile.TemporaryDirectory(prefix="crossdock-home-") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        home = Home(Path(folder).resolve() / "home")
        forget_other_homes(patch, home)
        try:
            yield home
        finally:
            running.down(home.folder)


@contextmanager
def a_running_home(starts_at: datetime | None) -> Generator[Home]:
    """A home whose servers, workers and stand-ins run; on the driven clock where a time is given."""
    with a_home() as home, pytest.MonkeyPatch.context() as patch:
        home.folder.mkdir()
        patch.setenv("CROSSDOCK_ORDER_INTAKE_UNKNOWN_SKU_GRACE_SECONDS", GRACE_SECONDS)
        if starts_at is not None:
            set_clock(home.folder, starts_at)
        running.up(home.folder, lambda _: None, [DOCK.name])
        yield home


def forget_other_homes(patch: pytest.MonkeyPatch, home: Home) -> None:
    """Let this process see what the user of a home sees: no other servers, no other last home."""
    for name in list(os.environ):
        if name.startswith("CROSSDOCK_") and not name.startswith("CROSSDOCK_TEST_"):
            patch.delenv(name)
    patch.setenv("XDG_DATA_HOME", home.environment["XDG_DATA_HOME"])


def peak_megabytes(pid: int) -> float:
    """The most memory that a process ever held."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(PEAK_MEMORY):
            return int(line.split()[1]) / 1024
    raise LookupError(f"process {pid} tells no peak")
