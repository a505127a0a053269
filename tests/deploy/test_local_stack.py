"""The local stack on real servers: it starts, joins, survives what happens, and leaves nothing."""

# Neither aiokafka nor asyncpg ships types that hold: what they give is Any here.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local import jars, kafka, postgres, processes
from deploy.local.home import Addresses, Home, Ports, StackError, home_at
from deploy.local.stack import down, running, up

REPOSITORY = Path(__file__).parents[2]
KAFKA_ANSWER_SECONDS = 20
COMMAND_SECONDS = 120


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose name has all that names may have."""
    folder = tmp_path_factory.mktemp("stack") / "Käthe's home"
    yield folder
    down(folder)


@pytest.fixture
def addresses(home: Path) -> Addresses:
    return up(home)


def pids(home: Path) -> dict[str, int]:
    return {file.stem: json.loads(file.read_text())["pid"] for file in (home / "run").glob("*.pid")}


def processes_working_in(home: Path) -> list[str]:
    """The command lines of whatever runs in a home's folders."""
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(home.resolve()):
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found


async def ask(
    addresses: Addresses, role: str, statement: str, *values: str, password: str | None = None
) -> Any:
    connection: Any = await asyncpg.connect(
        addresses.postgres, user=role, password=password, passfile=str(addresses.passfile)
    )
    try:
        return await connection.fetchval(statement, *values)
    finally:
        await connection.close()


async def write(addresses: Addresses, word: str) -> None:
    """Leave a word in a table and in a topic."""
    await ask(addresses, "crossdock", "CREATE TABLE IF NOT EXISTS words (word text)")
    await ask(addresses, "crossdock", "INSERT INTO words VALUES ($1)", word)
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=addresses.kafka)
    await admin.start()
    if "words" not in await admin.list_topics():
        await admin.create_topics([NewTopic("words", 1, 1)])
    await admin.close()
    producer: Any = AIOKafkaProducer(bootstrap_servers=addresses.kafka, acks="all")
    await producer.start()
    await producer.send_and_wait("words", word.encode(), partition=0)
    await producer.stop()


async def read(addresses: Addresses) -> tuple[list[str], list[str]]:
    """The words of the table and of the topic."""
    table = await ask(addresses, "crossdock", "SELECT array_agg(word ORDER BY ctid) FROM words")
    partition = TopicPartition("words", 0)
    consumer: Any = AIOKafkaConsumer(
        bootstrap_servers=addresses.kafka, auto_offset_reset="earliest"
    )
    await consumer.start()
    consumer.assign([partition])
    end = (await consumer.end_offsets([partition]))[partition]
    topic: list[str] = []
    async with asyncio.timeout(KAFKA_ANSWER_SECONDS):
        while len(topic) < end:
            topic.append((await consumer.getone()).value.decode())
    await consumer.stop()
    return table, topic


def test_each_role_enters_with_its_own_password_and_only_with_it(addresses: Addresses) -> None:
    assert addresses.passfile.stat().st_mode & 0o777 == 0o600
    for role in (postgres.SUPERUSER, *postgres.ROLES):
        assert asyncio.run(ask(addresses, role, "SELECT current_user::text")) == role
    with pytest.raises(asyncpg.InvalidPasswordError):
        asyncio.run(ask(addresses, "auditor", "SELECT 1", password="guessed"))


def test_a_second_start_joins_the_running_servers(home: Path, addresses: Addresses) -> None:
    before = pids(home)
    assert up(home) == addresses == running(home)
    assert pids(home) == before


def test_a_restart_keeps_data_and_ports(home: Path, addresses: Addresses) -> None:
    asyncio.run(write(addresses, "lamp"))
    before = asyncio.run(read(addresses))

    down(home)
    assert processes_working_in(home) == []
    assert running(home) is None
    down(home)  # nothing more to do, and no complaint

    assert up(home) == addresses
    assert asyncio.run(read(addresses)) == before


def test_killed_servers_come_back_with_their_data(home: Path, addresses: Addresses) -> None:
    asyncio.run(write(addresses, "clock"))
    before = asyncio.run(read(addresses))
    for pid in pids(home).values():
        os.kill(pid, signal.SIGKILL)

    again = up(home)

    assert asyncio.run(read(again)) == before


def test_only_the_dead_server_is_started_again(home: Path, addresses: Addresses) -> None:
    before = pids(home)
    os.kill(before["postgres"], signal.SIGKILL)

    assert up(home) == addresses

    after = pids(home)
    assert after["kafka"] == before["kafka"]
    assert after["postgres"] != before["postgres"]


def test_a_lost_pid_file_does_not_hide_a_running_server(home: Path, addresses: Addresses) -> None:
    for file in (home / "run").glob("*.pid"):
        file.unlink()
    down(home)
    assert processes_working_in(home) == []


def test_strangers_who_took_our_pid_and_port_meanwhile_are_left_alone(
    home: Path, addresses: Addresses
) -> None:
    down(home)
    stale = json.dumps({"pid": os.getpid(), "started": "1"})
    (home / "run" / "postgres.pid").write_text(stale)
    (home / "run" / "kafka.pid").write_text(stale)
    (home / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    host, port = addresses.kafka.split(":")
    with socket.create_server((host, int(port))):
        again = up(home)
        assert again.kafka != addresses.kafka
        assert again.postgres == addresses.postgres
    assert asyncio.run(ask(again, "auditor", "SELECT 1")) == 1


def test_a_lost_passfile_is_made_anew(home: Path, addresses: Addresses) -> None:
    old = addresses.passfile.read_text()
    addresses.passfile.unlink()

    again = up(home)

    assert asyncio.run(ask(again, "auditor", "SELECT 1")) == 1
    assert addresses.passfile.read_text() != old


def test_two_starts_at_once_make_one_stack(home: Path, addresses: Addresses) -> None:
    down(home)
    command = [sys.executable, "-m", "deploy.local", "up", str(home)]
    both = [
        subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    told = [starting.communicate(timeout=COMMAND_SECONDS)[0] for starting in both]

    assert [starting.returncode for starting in both] == [0, 0]
    assert sorted(text.splitlines()[0] for text in told) == [
        "Joined the servers that run already",
        "Starting PostgreSQL and Kafka",
    ]
    # One postmaster with its children, and one Java.
    assert sum("kafka.Kafka" in line for line in processes_working_in(home)) == 1
    assert running(home) == addresses


def test_an_interrupted_start_leaves_nothing_running(home: Path) -> None:
    down(home)
    command = [sys.executable, "-m", "deploy.local", "up", str(home)]
    starting = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + COMMAND_SECONDS
    while not (home / "run" / "kafka.pid").exists() and starting.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(processes.POLL_SECONDS)
    starting.send_signal(signal.SIGINT)
    assert starting.wait(COMMAND_SECONDS) != 0
    assert processes_working_in(home) == []


def test_a_home_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StackError, match="Set CROSSDOCK_HOME"):
        up(tmp_path / "file" / "home")


def test_a_jar_cut_off_while_it_was_fetched_is_not_taken(tmp_path: Path) -> None:
    jar = jars.read_lock()[0]
    path = jar.path(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PK\x03\x04 and no more")
    assert not jar.is_good(tmp_path)


def test_the_lock_list_names_what_it_was_made_from() -> None:
    coordinates = {jar.coordinate for jar in jars.read_lock()}
    assert {jars.KAFKA, *jars.ALONE} <= coordinates
    assert all(re.fullmatch("[0-9a-f]{64}", jar.sha256) for jar in jars.read_lock())


def test_kafka_reads_a_folder_beyond_ascii_as_it_is_written() -> None:
    text = kafka.properties(Home(Path("/Käthe/店")), Ports(1, 2, 3))
    assert r"log.dirs=/K\u00e4the/\u5e97/kafka/data" in text
    assert text.isascii()


def test_the_operators_roles_are_those_of_the_local_stack() -> None:
    script = (REPOSITORY / "deploy" / "postgres" / "roles.sql").read_text()
    statements = re.sub(r"--.*", "", script)
    arrays = re.findall(r"ARRAY\[(.*?)\]", statements, re.DOTALL)
    assert len(arrays) == 3
    for names in arrays:
        assert tuple(re.findall(r"'(\w+)'", names)) == postgres.ROLES


def test_a_process_is_known_by_its_start_time_too(tmp_path: Path) -> None:
    server = kafka.server(home_at(tmp_path))
    server.pid_file.parent.mkdir()
    server.pid_file.write_text(json.dumps({"pid": os.getpid(), "started": "1"}))
    assert not processes.is_running(server)
