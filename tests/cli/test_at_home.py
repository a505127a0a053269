"""What the workers of a home tell, and what is made of files that were left behind."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.chassis.files import HomeFiles
from services.chassis.health import Health
from services.cli.at_home import workers_at

GONE_PID = 2**22 + 1
"""Greater than any process id."""


class Probed:
    """A worker's HTTP, told what to answer."""

    def __init__(self, home: Path, name: str) -> None:
        self.awaited = ""
        self.health = Health("127.0.0.1", 0, live=lambda: "", ready=lambda: self.awaited)
        HomeFiles(home, name).answers("127.0.0.1", self.health.port)


@pytest.fixture
def payments(tmp_path: Path) -> Iterator[Probed]:
    """This process answers as the worker of payments."""
    one = Probed(tmp_path, "payments")
    one.health.start()
    yield one
    one.health.stop()


async def test_a_worker_is_asked_what_it_waits_for(tmp_path: Path, payments: Probed) -> None:
    assert (await workers_at(tmp_path))["payments"].ready == 1
    payments.awaited = "the schema is at 0004, this release needs 0005"
    its = (await workers_at(tmp_path))["payments"]
    assert its.ready == 0
    assert its.standing == {os.getpid(): "the schema is at 0004, this release needs 0005"}


async def test_what_dead_processes_left_behind_is_not_believed(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    (run / f"worker-shipping-{GONE_PID}.ready").write_text("{}")
    told = {"url": "http://127.0.0.1:1", "pid": os.getpid()}
    (run / f"worker-allocation-{os.getpid()}.http").write_text(json.dumps(told))
    found = await workers_at(tmp_path)
    assert found["shipping"].standing == {}
    assert found["allocation"].standing == {}, "nobody listens there: the number was given again"


async def test_a_refusal_tells_what_to_do_also_where_it_cannot_be_read(tmp_path: Path) -> None:
    HomeFiles(tmp_path, "shipping").refused("position_gap", "restore both to the last commit")
    (tmp_path / "run" / "worker-payments.refused").write_text("half a wri")
    found = await workers_at(tmp_path)
    assert found["shipping"].refusal == "restore both to the last commit"
    assert "does not say why it may not run" in found["payments"].refusal
    assert found["allocation"].refusal == ""
