"""Both servers together: `up` starts what does not run and joins what does, `down` stops both."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from deploy.local import jars, kafka, postgres, processes
from deploy.local.home import Addresses, Home, Ports, StackError, free_port, home_at, is_free
from deploy.local.java import class_archive, find_java

ANSWER_SECONDS = 120.0
"""How long a started server may take to answer; a busy machine needs far more than the usual 3."""

JOIN_SECONDS = 20.0
"""How long a server that runs already may be silent before it is taken for broken and restarted."""

POLL_SECONDS = 0.05

PORT_ATTEMPTS = 3
"""How often a start is tried again because somebody took a port between the look and the start."""


class _PortTaken(Exception):
    """A server ended at once, and somebody else listens on a port that was meant for it."""


def _quiet(_: str) -> None:
    """Say nothing."""


def up(home: Path, *, say: Callable[[str], None] = _quiet) -> Addresses:
    """Bring both servers up in this home and return when both answer.

    StackError tells what is in the way; what this call started is then stopped again, also when
    it is interrupted.
    """
    place = home_at(home)
    place.make()
    with place.locked():
        ports = _join(place)
        if ports is None:
            ports = _start_missing(place, say)
        else:
            say("Joined the servers that run already")
        return place.addresses(ports)


def down(home: Path) -> None:
    """Stop both servers and wait until they are gone; nothing happens where none runs."""
    place = home_at(home)
    if place.run.exists():
        with place.locked():
            _stop(_servers(place))


def running(home: Path) -> Addresses | None:
    """The addresses when both servers of this home run and answer, else None."""
    place = home_at(home)
    ports = place.ports()
    if ports is None or not postgres.is_complete(place):
        return None
    for server in _servers(place):
        if not (processes.is_running(server) and _answers(place, server, ports)):
            return None
    return place.addresses(ports)


def _join(place: Home) -> Ports | None:
    """The ports when both servers run and come to answer; None when something must be started."""
    ports = place.ports()
    if ports is None or _missing(place, ports):
        return None
    return ports


def _start_missing(place: Home, say: Callable[[str], None]) -> Ports:
    """Start what does not answer, on other ports when somebody has taken the old ones."""
    runtime = _runtime(say)
    for _ in range(PORT_ATTEMPTS):
        missing = _missing(place, place.ports())
        _stop(missing)  # of a stack that was killed, some processes may linger
        ports = _choose_ports(place.ports(), missing)
        place.keep(ports)
        try:
            say("Starting " + " and ".join(server.name for server in missing))
            _launch(place, ports, missing, runtime)
            _wait_until_answering(place, ports, missing)
            return ports
        except _PortTaken:
            _stop(missing)
        except BaseException:
            _stop(missing)
            raise
    raise StackError(
        f"somebody took the ports of the servers {PORT_ATTEMPTS} times while they started. "
        "Try again."
    )


def _runtime(say: Callable[[str], None]) -> kafka.Runtime:
    java = find_java()
    class_path = jars.class_path(say)
    return kafka.Runtime(java.program, class_archive(java, jars.cache_folder()), class_path)


def _missing(place: Home, ports: Ports | None) -> list[processes.Server]:
    """The servers that must be started: those not running, or running but silent for too long."""
    deadline = time.monotonic() + JOIN_SECONDS
    return [it for it in _servers(place) if ports is None or not _stays(place, it, ports, deadline)]


def _stays(place: Home, server: processes.Server, ports: Ports, deadline: float) -> bool:
    if server == postgres.server(place) and not postgres.is_complete(place):
        return False
    while processes.is_running(server):
        if _answers(place, server, ports):
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return False


def _choose_ports(kept: Ports | None, missing: Sequence[processes.Server]) -> Ports:
    """The ports of last time where they are still free; those of a running server stay."""
    chosen = {} if kept is None else asdict(kept)
    names = {server.name for server in missing}
    wanted = ["kafka", "controller"] if "Kafka" in names else []
    wanted += ["postgres"] if "PostgreSQL" in names else []
    for name in wanted:
        if name not in chosen or not is_free(chosen[name]):
            chosen[name] = free_port(besides=set(chosen.values()))
    return Ports(**chosen)


def _launch(
    place: Home,
    ports: Ports,
    missing: Sequence[processes.Server],
    runtime: kafka.Runtime,
) -> None:
    """Start the missing servers, each with its data laid out first, side by side."""
    formatting = None
    if kafka.server(place) in missing:
        formatting = kafka.begin_format(place, ports, runtime)
    try:
        if postgres.server(place) in missing:
            postgres.prepare(place, ports)
            postgres.start(place, ports)
        kafka.end_format(place, formatting)
    except BaseException:
        if formatting is not None:
            formatting.kill()
        raise
    if kafka.server(place) in missing:
        kafka.start(place, ports, runtime)


def _wait_until_answering(place: Home, ports: Ports, servers: Sequence[processes.Server]) -> None:
    deadline = time.monotonic() + ANSWER_SECONDS
    for server in servers:
        while not _answers(place, server, ports):
            if not processes.is_running(server):
                _explain_early_end(place, server, ports)
            if time.monotonic() > deadline:
                raise StackError(
                    f"{server.name} does not answer after {ANSWER_SECONDS:.0f} seconds. "
                    f"The end of {server.log}:\n{processes.tail(server.log)}"
                )
            time.sleep(POLL_SECONDS)


def _explain_early_end(place: Home, server: processes.Server, ports: Ports) -> None:
    mine = [ports.kafka, ports.controller] if server == kafka.server(place) else [ports.postgres]
    if not all(map(is_free, mine)):
        raise _PortTaken
    raise StackError(
        f"{server.name} ended while it started. "
        f"The end of {server.log}:\n{processes.tail(server.log)}"
    )


def _servers(place: Home) -> tuple[processes.Server, ...]:
    return postgres.server(place), kafka.server(place)


def _answers(place: Home, server: processes.Server, ports: Ports) -> bool:
    return (kafka if server == kafka.server(place) else postgres).answers(ports)


def _stop(servers: Sequence[processes.Server]) -> None:
    for server in servers:
        processes.ask_to_stop(server)
    for server in servers:
        processes.stop(server)
