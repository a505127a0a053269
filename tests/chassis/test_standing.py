"""When a worker says that it takes records, and that it lives."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from time import monotonic
from typing import cast

import pytest
from prometheus_client import REGISTRY

from services.chassis.consumer import Consumer
from services.chassis.decoding import Record
from services.chassis.standing import NOT_LIVE_SECONDS, NOT_READY_SECONDS, Standing


class Polling:
    """As much of a consumer as a standing looks at."""

    def __init__(self) -> None:
        self.polled_at = monotonic()
        self.ready = asyncio.Event()


@pytest.fixture
def standing() -> Standing:
    return Standing("tests")


@pytest.fixture
def polling(standing: Standing) -> Polling:
    found = Polling()
    standing.consumer = cast("Consumer", found)
    return found


def test_whoever_starts_lives_but_takes_nothing_yet(standing: Standing) -> None:
    assert standing.not_live() == ""
    assert standing.not_ready() == "it is starting"


def test_what_it_waits_for_is_told(standing: Standing) -> None:
    standing.awaited = "its schema is older"
    assert standing.not_ready() == "its schema is older"


def test_it_is_ready_with_its_partitions(standing: Standing, polling: Polling) -> None:
    assert standing.not_ready() == "its partitions are being handed out"
    polling.ready.set()
    assert standing.not_ready() == ""


def test_whoever_does_not_poll_is_not_ready_and_at_last_does_not_live(
    standing: Standing, polling: Polling
) -> None:
    polling.ready.set()
    polling.polled_at -= NOT_READY_SECONDS + 1
    assert standing.not_ready() == "no poll for 31 s"
    assert standing.not_live() == ""
    polling.polled_at -= NOT_LIVE_SECONDS
    assert standing.not_live() == "no poll for 271 s"


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"service": "tests", **labels}) or 0.0


async def test_batches_are_counted_by_topic(standing: Standing) -> None:
    async def take(_: Sequence[Record]) -> None:
        await asyncio.sleep(0)

    before = value("crossdock_records_total", topic="a"), value("crossdock_batches_total")
    records = [Record(topic, 0, 0, None, None, ()) for topic in ("a", "a", "b")]
    await standing.measured(take)(records)
    assert value("crossdock_records_total", topic="a") == before[0] + 2
    assert value("crossdock_batches_total") == before[1] + 1


async def test_a_batch_given_back_is_counted_apart(standing: Standing) -> None:
    async def fail(_: Sequence[Record]) -> None:
        raise ConnectionError

    before = value("crossdock_rewinds_total"), value("crossdock_batches_total")
    with pytest.raises(ConnectionError):
        await standing.measured(fail)([])
    assert (value("crossdock_rewinds_total"), value("crossdock_batches_total")) == (
        before[0] + 1, before[1],
    )  # fmt: skip
