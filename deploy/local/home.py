"""Where a local stack lives: the folders of one CROSSDOCK_HOME, its addresses, ports and lock."""

from __future__ import annotations

import fcntl
import json
import os
import random
import socket
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

HOST = "127.0.0.1"
DATABASE = "crossdock"

LOCK_WAIT_SECONDS = 300.0
"""How long a second `up` or `down` waits for the first, which may have to fetch the jars."""

LOCK_POLL_SECONDS = 0.05

FIRST_PORT, LAST_PORT = 20_000, 29_999
"""Below the range from which systems take ports for outgoing connections, so that a port kept for
the next start is not taken by chance."""

PORT_TRIES = 200


class StackError(Exception):
    """The local stack cannot do what was asked; the text says why and what to do about it."""


@dataclass(frozen=True)
class Addresses:
    """Where the two servers answer; passwords stand in the passfile only."""

    kafka: str
    """`127.0.0.1:PORT`."""
    postgres: str
    """`postgresql://127.0.0.1:PORT/crossdock`, without user and password."""
    passfile: Path
    """A standard pgpass file (mode 0600) with one line for each role."""


@dataclass(frozen=True)
class Ports:
    """The three TCP ports of a stack, all on 127.0.0.1."""

    kafka: int
    controller: int
    postgres: int


@dataclass(frozen=True)
class Home:
    """The folders and files of one local stack."""

    root: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data."""
        return self.root / "postgres"

    @property
    def kafka(self) -> Path:
        """Kafka's data and settings."""
        return self.root / "kafka"

    @property
    def logs(self) -> Path:
        """What each process writes."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Pid files, the lock, and what lives as long as a process."""
        return self.root / "run"

    @property
    def passfile(self) -> Path:
        """The passwords of all roles."""
        return self.root / "pgpass"

    @property
    def ports_file(self) -> Path:
        """Where the servers answer, kept for the next start."""
        return self.root / "addresses.json"

    def make(self) -> None:
        """Create the folders; StackError when this user cannot write here."""
        try:
            for folder in (self.root, self.kafka, self.logs, self.run):
                folder.mkdir(parents=True, exist_ok=True)
            (self.run / "lock").touch()
        except OSError as problem:
            raise StackError(
                f"cannot write to the home {self.root}: {problem.strerror or problem}. "
                "Set CROSSDOCK_HOME to a folder that this user may create and write."
            ) from problem

    @contextmanager
    def locked(self) -> Generator[None]:
        """Hold the home's lock, so that only one process starts or stops its servers."""
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        with locked_file(self.run / "lock", deadline):
            yield

    def ports(self) -> Ports | None:
        """The ports of the last start; None when there was none or the file cannot be read."""
        try:
            kept = json.loads(self.ports_file.read_text(encoding="utf-8"))
            return Ports(**{name: int(kept["ports"][name]) for name in asdict(Ports(0, 0, 0))})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, ports: Ports) -> None:
        """Write addresses.json, whole or not at all."""
        addresses = self.addresses(ports)
        text = json.dumps(
            {"kafka": addresses.kafka, "postgres": addresses.postgres, "ports": asdict(ports)},
            indent=2,
        )
        write_whole(self.ports_file, text + "\n")

    def addresses(self, ports: Ports) -> Addresses:
        """What clients need to know of these ports."""
        return Addresses(
            kafka=f"{HOST}:{ports.kafka}",
            postgres=f"postgresql://{HOST}:{ports.postgres}/{DATABASE}",
            passfile=self.passfile,
        )


def home_at(path: Path) -> Home:
    """The home in this folder, whether or not it is there yet."""
    return Home(path.expanduser().resolve())


def write_whole(path: Path, text: str, mode: int = 0o644) -> None:
    """Replace a file in one step, so that a reader or a crash never sees half of it."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


@contextmanager
def locked_file(path: Path, deadline: float) -> Generator[None]:
    """Hold an exclusive lock on a file, waiting for it until the deadline (time.monotonic)."""
    with path.open("a") as file:
        while not _try_lock(file.fileno()):
            if time.monotonic() > deadline:
                raise StackError(
                    f"another process has held {path} for too long. "
                    f"Find it with `fuser '{path}'`, end it, and try again."
                )
            time.sleep(LOCK_POLL_SECONDS)
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As both servers do: connections that linger after a stop do not make a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port(*, besides: set[int]) -> int:
    """A port of 127.0.0.1 that nobody listens on, outside a set already spoken for."""
    for _ in range(PORT_TRIES):
        port = random.randint(FIRST_PORT, LAST_PORT)  # noqa: S311  # a guess, not a secret
        if port not in besides and is_free(port):
            return port
    raise StackError(
        f"no free port between {FIRST_PORT} and {LAST_PORT} on {HOST} after {PORT_TRIES} tries. "
        "Stop some of the servers that listen there and try again."
    )
