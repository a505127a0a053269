"""`up`, `down`, `migrate` and `worker`: what runs, what joins, and what is told when it cannot."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.topics import SERVICES
from tests.cli.waiting import until
from tests.journeys.home import REPOSITORY, Home, a_home


@pytest.fixture(scope="module")
def own_home() -> Iterator[Home]:
    """A home of this file's own: it comes up and goes down."""
    with a_home() as one:
        yield one


def workers_of(home: Home) -> dict[str, int]:
    lines = {pid: line for pid, line in home.processes().items() if "run_workers" in line}
    return {line.split()[-1]: pid for pid, line in lines.items()}


def test_a_home_that_was_never_up_says_how_to_start(own_home: Home) -> None:
    for command in (["status"], ["audit"], ["export", "lines"], ["migrate"], ["worker", "payments"],
                    ["send", "product", "-"]):  # fmt: skip
        told = '{"sku": "A", "revision": 1}'
        answer = own_home.crossdock(*command, told=told)
        assert answer.code == 1, command
        assert "crossdock up" in answer.err
        assert "Traceback" not in answer.err
    assert own_home.crossdock("down").code == 0
    assert own_home.processes() == {}


def test_up_only_the_servers_then_migrate_then_everything(own_home: Home) -> None:
    up = own_home.crossdock("up", "--servers")
    assert up.code == 0, up.err
    assert f"CROSSDOCK_HOME={own_home.folder}\n" in up.out
    assert re.search(r"^CROSSDOCK_KAFKA=127\.0\.0\.1:\d+$", up.out, re.MULTILINE)
    assert workers_of(own_home) == {}
    first, second = own_home.crossdock("migrate"), own_home.crossdock("migrate")
    assert [line.split(":")[0] for line in first.out.splitlines()] == list(SERVICES)
    assert second.out.splitlines() == [f"{service}: up to date" for service in SERVICES]

    assert own_home.crossdock("up").code == 0

    assert set(workers_of(own_home)) == set(SERVICES)
    assert own_home.process("provider")
    assert own_home.process("mailbox")


def started_by_us(home: Home) -> set[int]:
    """Processes but PostgreSQL's own children, which come, go and rename themselves."""
    return {pid for pid, line in home.processes().items() if not line.startswith("postgres: ")}


def test_a_second_up_joins_what_runs(own_home: Home) -> None:
    before = started_by_us(own_home)
    up = own_home.crossdock("up")
    assert up.code == 0
    assert "Joined the workers that run already" in up.err
    assert started_by_us(own_home) == before


def test_without_a_home_told_the_last_one_is_used(own_home: Home) -> None:
    environment = own_home.environment
    del environment["CROSSDOCK_HOME"]
    shown = subprocess.run(
        [sys.executable, "-m", "services.cli.main", "status"],
        capture_output=True, text=True, check=False, cwd=REPOSITORY, env=environment,
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert str(own_home.folder) in shown.stdout


def test_a_worker_that_dies_is_started_again(own_home: Home) -> None:
    before = workers_of(own_home)["payments"]
    os.kill(before, signal.SIGKILL)
    after = until(lambda: (pid := workers_of(own_home).get("payments")) != before and pid)
    assert after
    assert own_home.crossdock("audit", "--wait", "30").code == 0


def test_a_worker_by_name_runs_until_it_is_told_to_stop(own_home: Home) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "services.cli.main", "worker", "allocation"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        cwd=REPOSITORY, env=own_home.environment,
    )  # fmt: skip
    try:
        ready = own_home.folder / "run" / f"worker-allocation-{child.pid}.ready"
        assert until(lambda: ready.exists() or child.poll() is not None)
        assert child.poll() is None
        child.terminate()
        assert child.wait(20) == 0
    finally:
        child.kill()
        child.wait(20)


def test_a_worker_of_an_unknown_name_is_told_the_names(own_home: Home) -> None:
    answer = own_home.crossdock("worker", "alocation")
    assert answer.code == 2
    assert "there is no worker 'alocation'; the workers are: order_intake," in answer.err
    assert "Traceback" not in answer.err


def test_down_leaves_no_process_and_the_data(own_home: Home) -> None:
    assert own_home.crossdock("down").code == 0
    assert own_home.processes() == {}
    assert (own_home.folder / "postgres").is_dir()


def test_a_command_that_needs_servers_starts_them_for_its_own_duration(own_home: Home) -> None:
    judged = own_home.crossdock("audit", "--wait", "5")
    assert judged.code == 0, judged.out + judged.err
    assert own_home.processes() == {}


def test_up_again_brings_all_back_with_their_addresses(own_home: Home) -> None:
    left_over = own_home.folder / "run" / "provider.json"
    left_over.write_text('{"url": "http://127.0.0.1:1", "pid": 1}')
    assert own_home.crossdock("up").code == 0
    environment = Path(f"/proc/{workers_of(own_home)['payments']}/environ").read_text()
    url = (own_home.folder / "run" / "provider.json").read_text()
    told = re.search(r"CROSSDOCK_PAYMENTS_PROVIDER_URL=([^\0]+)", environment)
    assert told
    assert told[1] in url
    assert own_home.crossdock("down").code == 0


def test_a_home_that_cannot_be_made_is_told_in_one_sentence(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    answer = Home(in_the_way / "home").crossdock("up")
    assert answer.code == 1
    assert "cannot write to the home" in answer.err
    assert "Set CROSSDOCK_HOME to a folder" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense"])
def test_servers_of_the_environment_that_do_not_answer_are_told(
    own_home: Home, address: str
) -> None:
    told = {"CROSSDOCK_KAFKA": address, "CROSSDOCK_POSTGRES": "postgresql://127.0.0.1:1/crossdock"}
    answer = own_home.crossdock("status", given=told)
    assert answer.code == 1
    assert "does not answer" in answer.err
    assert "see CROSSDOCK_KAFKA, CROSSDOCK_POSTGRES" in answer.err
    assert "Traceback" not in answer.err
