"""Apache Kafka as one KRaft node, broker and controller in one process, bounded in memory."""

from __future__ import annotations

import base64
import shutil
import signal
import socket
import struct
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local import processes
from deploy.local.home import HOST, Home, Ports, StackError

HEAP = ("-Xms256m", "-Xmx512m")
FORMAT_HEAP = ("-Xmx128m",)

FORMAT_SECONDS = 120.0
PROBE_SECONDS = 2.0

# One small node on a shared machine. The first compiler alone: measured on two cores, a start and
# 400,000 records cost half the processor time that they cost with the second one.
_JAVA = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData")
_LOGGING = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
)

_SETTINGS = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "inter.broker.listener.name": "PLAINTEXT",
    # A topic with a mistyped name shall be an error, not a topic.
    "auto.create.topics.enable": "false",
    # One node: nothing can be kept twice.
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.num.partitions": "4",
    # Workers start together or are restarted alone; neither is served by waiting for more.
    "group.initial.rebalance.delay.ms": "0",
    # Tests want dead members noticed in seconds; workers choose their own time-out.
    "group.min.session.timeout.ms": "1000",
    # A killed node is let in again only when its old session has ended.
    "broker.session.timeout.ms": "4000",
    "broker.heartbeat.interval.ms": "1000",
    "message.max.bytes": str(1024 * 1024),
    "num.network.threads": "3",
    "num.io.threads": "4",
    "log.segment.bytes": str(64 * 1024 * 1024),
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
}


@dataclass(frozen=True)
class Runtime:
    """What it takes to run Kafka's programs."""

    java: Path
    options: Sequence[str]
    class_path: str

    def command(self, heap: Sequence[str], *more: str | Path) -> list[str | Path]:
        """The command line of a Java program among these jars."""
        options = (*heap, *_JAVA, *_LOGGING, *self.options)
        return [self.java, *options, "-cp", self.class_path, *more]


def server(home: Home) -> processes.Server:
    """How Kafka's process in this home is found and stopped."""
    return processes.Server(
        name="Kafka",
        program="java",
        folder=home.kafka,
        pid_file=home.run / "kafka.pid",
        log=home.logs / "kafka.log",
        stop_signals=((signal.SIGTERM, 20.0),),
    )


def properties(home: Home, ports: Ports) -> str:
    """The text of server.properties for a home and its ports."""
    placed = {
        "listeners": f"PLAINTEXT://{HOST}:{ports.kafka},CONTROLLER://{HOST}:{ports.controller}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{ports.kafka}",
        "controller.quorum.voters": f"1@{HOST}:{ports.controller}",
        "log.dirs": str(_data(home)),
    }
    lines = [f"{name}={_escaped(value)}" for name, value in (_SETTINGS | placed).items()]
    return "\n".join(lines) + "\n"


def begin_format(home: Home, ports: Ports, runtime: Runtime) -> subprocess.Popen[bytes] | None:
    """Begin to lay out an empty data folder; None when there already is data.

    meta.properties is the last thing that a format writes, so a format cut off is begun again.
    """
    _write_properties(home, ports)
    if (_data(home) / "meta.properties").exists():
        return None
    shutil.rmtree(_data(home), ignore_errors=True)
    command = runtime.command(
        FORMAT_HEAP,
        "kafka.tools.StorageTool",
        "format",
        "--cluster-id",
        _new_cluster_id(),
        "--config",
        _properties_file(home),
    )
    with server(home).log.open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=home.root,
            env=processes.environment(),
            start_new_session=True,
        )


def end_format(home: Home, formatting: subprocess.Popen[bytes] | None) -> None:
    """Wait for a format that was begun; StackError when it failed."""
    if formatting is None:
        return
    log = server(home).log
    try:
        code = formatting.wait(FORMAT_SECONDS)
    except subprocess.TimeoutExpired:
        code = None
    finally:
        formatting.kill()
        formatting.wait()
    if code != 0:
        raise StackError(
            f"Kafka's storage tool could not lay out {_data(home)} (exit code {code}). "
            f"The end of {log}:\n{processes.tail(log)}"
        )


def start(home: Home, ports: Ports, runtime: Runtime) -> None:
    """Start the node as a detached process; it answers some seconds later."""
    _write_properties(home, ports)
    scratch = home.kafka / "tmp"  # native libraries are unpacked here at each start
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    heap = (*HEAP, f"-Djava.io.tmpdir={scratch}")
    command = runtime.command(heap, "kafka.Kafka", _properties_file(home))
    processes.start(server(home), command, processes.environment())


def answers(ports: Ports) -> bool:
    """Whether a Kafka broker, and not only some open port, answers an ApiVersions request."""
    correlation = 1889
    body = struct.pack(">hhih", 18, 0, correlation, -1)
    try:
        with socket.create_connection((HOST, ports.kafka), PROBE_SECONDS) as connection:
            connection.sendall(struct.pack(">i", len(body)) + body)
            head = connection.recv(8, socket.MSG_WAITALL)
    except OSError:
        return False
    return len(head) == 8 and struct.unpack(">ii", head)[1] == correlation


def _data(home: Home) -> Path:
    return home.kafka / "data"


def _properties_file(home: Home) -> Path:
    return home.kafka / "server.properties"


def _write_properties(home: Home, ports: Ports) -> None:
    _properties_file(home).write_text(properties(home, ports), encoding="ascii")


def _escaped(value: str) -> str:
    r"""A value as Java reads properties: in ISO-8859-1, so everything else as \uXXXX."""
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    codes = (high << 8 | low for high, low in zip(units[::2], units[1::2], strict=True))
    return "".join(chr(code) if 32 <= code < 127 else f"\\u{code:04x}" for code in codes)


def _new_cluster_id() -> str:
    """A random id in Kafka's form; none may begin with a dash, it would look like an option."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii")[:22].replace("-", "_")
