"""Servers as detached processes: started to outlive us, found again, and stopped within bounds."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.home import StackError, write_whole

POLL_SECONDS = 0.02

LOG_KEEP_BYTES = 8 * 1024 * 1024
"""A log larger than this is set aside as `.1` at the next start."""

LOG_TAIL_LINES = 8

_PROC = Path("/proc")

_children: dict[int, subprocess.Popen[bytes]] = {}
"""Servers started by this very process, kept so that the dead among them are reaped."""


@atexit.register
def _reap() -> None:
    """Reap servers that somebody else has stopped meanwhile."""
    for child in _children.values():
        child.poll()


@dataclass(frozen=True)
class Server:
    """How a server's processes are recognized, and how it is asked to stop."""

    name: str
    program: str
    """The name of its executable, as the kernel knows it."""
    folder: Path
    """The folder it works in; no other program of that name works there."""
    pid_file: Path
    log: Path
    stop_signals: tuple[tuple[signal.Signals, float], ...]
    """What is sent to its leading process and how many seconds it then has, until SIGKILL."""


KILL_SECONDS = 10.0
"""How long the kernel may take to clear away what was sent SIGKILL."""


@dataclass(frozen=True)
class _Process:
    pid: int
    program: str
    parent: int
    started: str


def start(
    server: Server,
    command: Sequence[str | Path],
    env: Mapping[str, str],
    user: str | None = None,
) -> None:
    """Start a server in a session of its own and remember it in its pid file.

    It reads nothing and writes to its log, so it holds neither our terminal nor our pipes.
    """
    if server.log.exists() and server.log.stat().st_size > LOG_KEEP_BYTES:
        server.log.replace(server.log.with_name(server.log.name + ".1"))
    try:
        with server.log.open("ab") as log:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=server.folder,
                env=env,
                start_new_session=True,
                user=user,
                group=None if user is None else _group_of(user),
                extra_groups=None if user is None else [],
            )
    except OSError as problem:
        raise StackError(f"cannot start {server.name} ({command[0]}): {problem}.") from problem
    _children[child.pid] = child
    process = _look_at(child.pid)
    started = process.started if process else ""
    write_whole(server.pid_file, json.dumps({"pid": child.pid, "started": started}) + "\n")


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def is_running(server: Server) -> bool:
    """Whether the server that its pid file names is still that process, and alive."""
    return _remembered(server) is not None


def stop(server: Server) -> None:
    """Stop every process of a server, gently first, and wait until all are gone; idempotent."""
    for sent, seconds in (*server.stop_signals, (signal.SIGKILL, KILL_SECONDS)):
        members = _members(server)
        _send(sent, members if sent is signal.SIGKILL else _leaders(members))
        if _wait_until_gone(server, seconds):
            server.pid_file.unlink(missing_ok=True)
            return
    raise StackError(
        f"{server.name} does not end, not even by SIGKILL; see the processes that work in "
        f"{server.folder} and the log {server.log}."
    )


def ask_to_stop(server: Server) -> None:
    """Send a server its first stop signal without waiting; `stop` does the rest."""
    _send(server.stop_signals[0][0], _leaders(_members(server)))


def tail(log: Path) -> str:
    """The last lines of a log, for an error message."""
    if not log.exists():
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(lines[-LOG_TAIL_LINES:])


def environment() -> dict[str, str]:
    """Our environment for a child, in a locale that every system has and any path survives."""
    dropped = ("LC_", "LANG", "PG", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return kept | {"LC_ALL": "C.UTF-8"}


def _send(sent: signal.Signals, processes: Sequence[_Process]) -> None:
    for process in processes:
        try:
            os.kill(process.pid, sent)
        except ProcessLookupError:
            continue
        except PermissionError as problem:
            raise StackError(
                f"process {process.pid} ({process.program}) belongs to another user: "
                "stop the stack as the user who started it."
            ) from problem


def _wait_until_gone(server: Server, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while _members(server):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _members(server: Server) -> list[_Process]:
    """Every live process of a server, also those its pid file has lost."""
    remembered = _remembered(server)
    found = {process.pid: process for process in _working_in(server)}
    if remembered is not None:
        found[remembered.pid] = remembered
    return list(found.values())


def _leaders(members: Sequence[_Process]) -> list[_Process]:
    pids = {process.pid for process in members}
    return [process for process in members if process.parent not in pids]


def _remembered(server: Server) -> _Process | None:
    try:
        kept = json.loads(server.pid_file.read_text(encoding="utf-8"))
        process = _look_at(int(kept["pid"]))
        return process if process and process.started == kept["started"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _working_in(server: Server) -> list[_Process]:
    found: list[_Process] = []
    for folder in _PROC.glob("[0-9]*"):
        try:
            if (folder / "cwd").readlink() != server.folder:
                continue
        except OSError:
            continue  # ended meanwhile, or another user's
        process = _look_at(int(folder.name))
        if process is not None and process.program == server.program:
            found.append(process)
    return found


def _look_at(pid: int) -> _Process | None:
    """What runs under this pid; None for nothing, and for a dead process not yet reaped."""
    child = _children.get(pid)
    if child is not None and child.poll() is not None:
        del _children[pid]
    if not _PROC.exists():
        return _look_with_ps(pid)
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The program's name stands in parentheses and may itself hold some: cut at the last one.
    name, _, rest = text.partition("(")[2].rpartition(")")
    fields = rest.split()
    state, parent, started = fields[0], int(fields[1]), fields[19]
    return None if state in "ZX" else _Process(pid, name, parent, started)


def _look_with_ps(pid: int) -> _Process | None:
    """The same where there is no /proc (macOS)."""
    answer = subprocess.run(
        ["ps", "-o", "state=,ppid=,lstart=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    fields = answer.stdout.split(maxsplit=2)
    if len(fields) < 3 or fields[0].startswith("Z"):
        return None
    return _Process(pid, "", int(fields[1]), fields[2].strip())
