"""What a worker says of itself over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from socket import socket

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from services.chassis import metrics
from services.chassis.health import Health, PortInUse


class Told:
    """What the worker would say."""

    def __init__(self) -> None:
        self.live = ""
        self.ready = "waits for its schema"


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def url(told: Told) -> Iterator[str]:
    health = Health("127.0.0.1", 0, lambda: told.live, lambda: told.ready)
    health.start()
    yield f"http://127.0.0.1:{health.port}"
    health.stop()


def test_whoever_waits_lives_but_is_not_ready(url: str) -> None:
    assert httpx.get(f"{url}/live").status_code == 200
    ready = httpx.get(f"{url}/ready")
    assert (ready.status_code, ready.text) == (503, "waits for its schema\n")


def test_ready_is_said_as_it_is_now(url: str, told: Told) -> None:
    told.ready = ""
    assert httpx.get(f"{url}/ready").status_code == 200


def test_every_figure_of_the_list_is_told(url: str) -> None:
    for one in (metrics.POLL_AGE, metrics.READY):
        one.labels("allocation").set(1)
    text = httpx.get(f"{url}/metrics").text
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {family.name for metric in metrics.OWN for family in metric.describe()} <= names


def test_another_path_names_those_that_there_are(url: str) -> None:
    assert "/ready" in httpx.get(f"{url}/health").text


def test_a_port_in_use_says_what_to_set() -> None:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortInUse, match="CROSSDOCK_HTTP_PORT"):
            Health("127.0.0.1", taken.getsockname()[1], str, str)
