"""`metrics`: every figure of the list, over HTTP, also while servers are away."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.home import Addresses
from services.audit import metrics
from services.audit.lag import all_places
from services.audit.metrics import FIGURES, Figures, keep_looking, quantiles
from services.chassis.clock import Clock
from tests import stack
from tests.chassis.test_worker import until
from tests.cli.buried import BEHIND, FAILED, a_cancel, a_request, bury, of_event
from tests.cli.deployed import Deployed
from tests.cli.waiting import until as until_seen

STOP_SECONDS = 15
PAUSE_SECONDS = 2.0
"""Between looks: the database is made in between, not during one."""
Samples = Mapping[str, Mapping[tuple[str, ...], float]]
"""Values by figure and by its labels."""


@contextmanager
def serving(deployed: Deployed) -> Generator[str]:
    """The command serves in a process of its own, on a free port; where it does."""
    with subprocess.Popen(
        [sys.executable, "-m", "services.cli.main", "metrics", "--port", "0"],
        stdout=subprocess.PIPE, text=True, env={**os.environ, **deployed.given}, bufsize=1,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()
            assert process.wait(STOP_SECONDS) == 0


def scraped(url: str) -> Samples:
    """Values by figure and labels, as Prometheus reads them."""
    text = httpx.get(url, trust_env=False).raise_for_status().text
    labels = {figure.name: figure.labels for figure in FIGURES}
    return {
        family.name: {
            tuple(one.labels[name] for name in labels[family.name]): one.value
            for one in family.samples
        }
        for family in text_string_to_metric_families(text)
    }


def looked_at(found: Samples) -> Samples | None:
    """What was scraped, once there was a look."""
    return found if found["crossdock_look_seconds"] else None


async def test_every_figure_is_served_with_its_value(fresh: Deployed, servers: Addresses) -> None:
    of = fresh.namespace
    await bury(
        servers, fresh.postgres, "allocation",
        [of_event(of, a_request(), FAILED), of_event(of, a_cancel(), BEHIND, "parked"),
         of_event(of, a_request("shop:9:1"), FAILED, "done")],
    )  # fmt: skip
    await fresh.write("""
        UPDATE allocation.dead_letters SET arrived_at = arrived_at - interval '20 min'
        WHERE state = 'parked';
        INSERT INTO payments.effects (kind, key, subject, due_at, request, state)
        VALUES ('capture', 'a', 'shop:1/1', '2026-03-01', '{}', 'given_up')
    """)
    with serving(fresh) as url:
        found = await asyncio.to_thread(until_seen, lambda: looked_at(scraped(url)))
    assert found is not None
    assert set(found) == {figure.name for figure in FIGURES}
    assert found["crossdock_dead_letters"] == {("allocation", "unprocessable"): 1}
    assert found["crossdock_parked_events"]["allocation",] == 1
    assert found["crossdock_parked_events"]["shipping",] == 0
    assert 1200 <= found["crossdock_parked_age_seconds"]["allocation",] < 1300
    assert found["crossdock_effects"]["payments", "capture", "given_up"] == 1
    assert len(found["crossdock_lag_messages"]) == len(all_places())
    assert found["crossdock_look_age_seconds"][()] < 60


def holding(condition: Callable[[], bool]) -> Callable[[], Awaitable[bool]]:
    """A condition, as something to wait for."""

    async def holds() -> bool:
        return condition()

    return holds


async def test_figures_grow_old_while_the_database_is_away_and_are_new_again_after(
    with_topics: Deployed, servers: Addresses, template: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr(metrics, "LOOK_SECONDS", PAUSE_SECONDS)
    name, figures = stack.new_name(), Figures()
    away = replace(with_topics, postgres=stack.named(servers, name)).deployment
    task = asyncio.create_task(keep_looking(figures, away, Clock(tmp_path)))
    try:
        await until(holding(lambda: "look_failed" in caplog.text))
        assert not figures.sample.values
        await stack.administer(servers, f"CREATE DATABASE {name} TEMPLATE {template}")

        await until(holding(lambda: figures.sample.looked_at > 0))
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await stack.drop(servers, away.postgres)


def test_the_list_tells_each_with_its_meaning(deployed: Deployed) -> None:
    told = deployed.crossdock("metrics", "--list")
    assert told.code == 0
    for figure in FIGURES:
        assert f"{figure.name} gauge" in told.out


def test_a_port_that_is_taken_is_told(deployed: Deployed) -> None:
    port = deployed.kafka.rpartition(":")[2]
    told = deployed.crossdock("metrics", "--port", port)
    assert told.code == 1
    assert "give --port" in told.err


def test_quantiles_are_of_what_there_is() -> None:
    assert quantiles([]) == {}
    assert quantiles([3.0]) == {"0.5": 3.0, "0.95": 3.0, "1": 3.0}
    assert quantiles(float(n) for n in range(101)) == {"0.5": 50.0, "0.95": 95.0, "1": 100.0}
