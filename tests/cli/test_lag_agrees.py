"""`lag` tells what Kafka's own kafka-consumer-groups tells of the same broker."""

from __future__ import annotations

import asyncio
import subprocess
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from deploy.local import jars, java
from services.chassis.broker import committed_offsets
from services.standins.publishing import Publisher
from services.stock_receipts.app import build
from services.stock_receipts.settings import Settings
from tests.chassis.test_worker import running, until
from tests.cli.deployed import Deployed
from tests.journeys.facts import a_scan

NOW = datetime.now(UTC)
READ, UNREAD = 40, 15
GROUPS = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand"
TOOL_SECONDS = 60

Rows = dict[tuple[str, int], tuple[int, int, int]]
"""Position, end and lag by topic and partition."""


@pytest.fixture(scope="module")
def behind(with_topics: Deployed) -> Deployed:
    """A worker of stock_receipts has read some scans and stopped; more came since."""
    asyncio.run(read_and_stop(with_topics))
    asyncio.run(publish_scans(with_topics, UNREAD))
    return with_topics


async def read_and_stop(deployed: Deployed) -> None:
    """Let a worker read all there is, commit it, and stop."""
    await publish_scans(deployed, READ)
    found = deployed.deployment
    settings: dict[str, Any] = {
        "kafka": found.kafka, "postgres": found.postgres, "passfile": found.passfile,
        "namespace": found.namespace, "home": found.home,
    }  # fmt: skip
    worker = build(Settings(**settings))

    async def all_committed() -> bool:
        committed = await committed_offsets(found.kafka, [worker.group])
        return sum(committed[worker.group].values()) == READ

    async with running(worker):
        await until(all_committed)


async def publish_scans(deployed: Deployed, number: int) -> None:
    """Scan units in at the dock, each of a SKU of its own."""
    async with Publisher(deployed.kafka, deployed.namespace) as publisher:
        scans = [a_scan(uuid4().hex, f"SKU-{n}", NOW, good=1) for n in range(number)]
        await publisher.publish(scans, "/tests", NOW)


def as_kafka_tells(deployed: Deployed, service: str) -> Rows:
    """What kafka-consumer-groups says of a service's group, where it has committed anything."""
    done = subprocess.run(
        [java.find_java().program, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
         "-cp", jars.class_path(print), GROUPS, "--bootstrap-server", deployed.kafka,
         "--describe", "--group", f"{deployed.namespace}{service}"],
        capture_output=True, text=True, timeout=TOOL_SECONDS, check=True,
    )  # fmt: skip
    found: Rows = {}
    for line in done.stdout.splitlines():
        group, *cells = line.split() or [""]
        if group == f"{deployed.namespace}{service}" and cells[2] != "-":
            topic = cells[0].removeprefix(deployed.namespace)
            found[topic, int(cells[1])] = (int(cells[2]), int(cells[3]), int(cells[4]))
    return found


def as_we_tell(deployed: Deployed, service: str) -> Rows:
    """What `lag --partitions` says of a service."""
    told = deployed.crossdock("lag", "--partitions", "--all")
    assert told.code == 0, told.err
    rows = [line.split() for line in told.out.splitlines()]
    return {
        (row[1], int(row[2])): (int(row[3]), int(row[4]), int(row[5]))
        for row in rows
        if row and row[0] == service
    }


def test_partitions_agree_with_kafka_consumer_groups(behind: Deployed) -> None:
    theirs, ours = as_kafka_tells(behind, "stock_receipts"), as_we_tell(behind, "stock_receipts")
    assert sum(position for position, _, _ in theirs.values()) == READ
    assert {place: ours[place] for place in theirs} == theirs
    for place in ours.keys() - theirs.keys():  # it never read there, so Kafka holds no commit
        position, end, messages = ours[place]
        assert (position, messages) == (0, end)
    assert sum(messages for _, _, messages in ours.values()) == UNREAD


def test_topics_agree_too_also_of_a_service_that_never_ran(behind: Deployed) -> None:
    told = behind.crossdock("lag")
    assert told.code == 0, told.err
    rows = {tuple(row[:2]): row[2:] for row in map(str.split, told.out.splitlines()) if row[2:]}
    assert rows["stock_receipts", "warehouse.receipts"][0] == str(UNREAD)
    assert rows["allocation", "stock"][0] == str(READ), "each scan is said on, nobody has read it"
    assert as_kafka_tells(behind, "allocation") == {}, "Kafka knows nothing of that group"
    assert told.out.count("never, like this") == 2
