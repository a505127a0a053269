"""A worker runs only where database and log tell the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.local.home import Addresses
from services.chassis.broker import committed_offsets
from services.chassis.gaps import PositionGap
from services.chassis.worker import Worker
from tests.chassis.conftest import MakeWorker
from tests.chassis.test_worker import counts, pass_on, publish, running, until


@pytest.mark.parametrize(
    ("loss", "position"),
    [
        ("UPDATE positions SET next_offset = 1 WHERE next_offset > 1", 1),
        ("DELETE FROM positions", None),
        ("UPDATE positions SET next_offset = 7 WHERE next_offset > 1", 7),
    ],
    ids=["an older database", "an emptied database", "an older log"],
)
async def test_a_worker_refuses_to_start_where_database_and_log_differ(
    make_worker: MakeWorker,
    servers: Addresses,
    namespace: str,
    tmp_path: Path,
    loss: str,
    position: int | None,
) -> None:
    refused = tmp_path / "run" / "worker-allocation.refused"
    worker = make_worker([pass_on], namespace=namespace)
    await handled(worker, servers, namespace)
    assert not refused.exists()

    restored = make_worker([pass_on], namespace=namespace)
    pool = await restored.open_pool()
    rows = await pool.fetch("SELECT topic, partition, next_offset FROM positions")
    await pool.execute(loss)
    with pytest.raises(PositionGap, match="restore both"):
        await restored.run()
    told = json.loads(refused.read_text())
    assert (told["worker"], told["reason"]) == ("allocation", "position_gap")
    [gap] = told["partitions"]
    assert (gap["position"], gap["committed"], gap["end"]) == (position, 2, 2)

    mended = make_worker([pass_on], namespace=namespace)
    pool = await mended.open_pool()
    await pool.execute("DELETE FROM positions")
    await pool.executemany(
        "INSERT INTO positions VALUES ($1, $2, $3)", [tuple(row) for row in rows]
    )
    async with running(mended):
        await mended.ready.wait()
        assert not refused.exists()


async def handled(worker: Worker, servers: Addresses, namespace: str) -> None:
    """Let a worker handle two facts, commit them, and end."""

    async def committed() -> bool:
        offsets = await committed_offsets(servers.kafka, [worker.group])
        return sum(offsets[worker.group].values()) == 2

    async with running(worker):
        await publish(servers, namespace, *counts("A", "B"))
        await until(committed)


async def test_what_a_release_does_not_hear_any_more_is_no_gap(
    make_worker: MakeWorker, namespace: str
) -> None:
    worker = make_worker([pass_on], namespace=namespace)
    pool = await worker.open_pool()
    await pool.execute("INSERT INTO positions VALUES ($1, 0, 41)", f"{namespace}renamed")
    async with running(worker):
        await worker.ready.wait()
