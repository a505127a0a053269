"""Clients that none of us wrote: Kafka's own console producer, and the package ``cloudevents``."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaProducer
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import (
    KafkaMessage,
    from_binary_event,
    to_binary_event,
    to_structured_event,
)
from cloudevents.core.v1.event import CloudEvent

from deploy.local import jars
from deploy.local.java import find_java
from deploy.local.kafka import Runtime

CONSOLE_PRODUCER = "org.apache.kafka.tools.ConsoleProducer"
PRODUCE_SECONDS = 120
SENT_AT = datetime(2026, 3, 9, 7, 41, 3, tzinfo=UTC)
SOURCE = "/an/independent/client"
Fact = dict[str, Any]


def console_producer(kafka: str, topic: str, lines: Iterable[str], *options: str) -> None:
    """Publish lines with the producer that comes with Kafka, each as one record."""
    java = Runtime(find_java().program, (), jars.class_path(lambda _: None))
    done = subprocess.run(
        java.command(
            ("-Xmx64m",), CONSOLE_PRODUCER, "--bootstrap-server", kafka, "--topic", topic, *options
        ),
        input="".join(f"{line}\n" for line in lines),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        timeout=PRODUCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def publish_bare(kafka: str, topic: str, type_name: str, facts: Iterable[Fact]) -> None:
    """Publish facts as bare JSON, the type beside the data and no header at all."""
    lines = [json.dumps({"type": type_name, **fact}, ensure_ascii=False) for fact in facts]
    console_producer(kafka, topic, lines)


def publish_with_headers(kafka: str, topic: str, type_name: str, facts: Iterable[Fact]) -> None:
    """Publish facts in binary mode, the attributes typed by hand as headers."""
    lines = [
        f"ce_specversion:1.0,ce_id:{number},ce_source:{SOURCE},ce_type:{type_name},"
        f"ce_time:{SENT_AT.isoformat()},content-type:application/json\t{json.dumps(fact)}"
        for number, fact in enumerate(facts)
    ]
    console_producer(kafka, topic, lines, "--reader-property", "parse.headers=true")


def as_cloud_event(type_name: str, number: int, fact: Fact) -> CloudEvent:
    """A fact as an event of the package."""
    attributes = {
        "id": f"ce-{number}",
        "source": SOURCE,
        "type": type_name,
        "time": SENT_AT,
        "datacontenttype": "application/json",
    }
    return CloudEvent(attributes, fact)


async def publish_cloud_events(
    kafka: str, topic: str, type_name: str, facts: Iterable[Fact], *, structured: bool
) -> None:
    """Publish facts as the package writes them."""
    write: Callable[[BaseCloudEvent], KafkaMessage] = (
        to_structured_event if structured else to_binary_event
    )
    producer = AIOKafkaProducer(bootstrap_servers=kafka)
    await producer.start()
    try:
        for number, fact in enumerate(facts):
            message = write(as_cloud_event(type_name, number, fact))
            await producer.send_and_wait(
                topic, message.value, headers=list(message.headers.items())
            )
    finally:
        await producer.stop()


def read_cloud_event(headers: Iterable[tuple[str, bytes]], value: bytes) -> BaseCloudEvent:
    """What the package reads in a record of ours."""
    return from_binary_event(KafkaMessage(dict(headers), None, value))
