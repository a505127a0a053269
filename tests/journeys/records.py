"""Kafka records as they are: said by somebody who follows no contract, and read whole."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from schemas.envelope import Topic
from services.chassis.identifiers import partition_of
from services.chassis.settings import Deployment

REQUEST_LIMIT_BYTES = 1024 * 1024
POLL_MS = 200


@dataclass(frozen=True)
class Raw:
    """A record that nobody has checked."""

    topic: Topic
    key: str
    value: bytes
    type_name: str


async def say(deployment: Deployment, records: Sequence[Raw]) -> None:
    """Write records to Kafka, in their order."""
    producer = AIOKafkaProducer(
        bootstrap_servers=deployment.kafka, max_request_size=REQUEST_LIMIT_BYTES
    )
    await producer.start()
    try:
        for record in records:
            await producer.send_and_wait(
                f"{deployment.namespace}{record.topic.name}",
                value=record.value,
                key=record.key.encode(),
                partition=partition_of(record.key, record.topic.partitions),
                headers=[("ce_type", record.type_name.encode())] if record.type_name else [],
            )
    finally:
        await producer.stop()


async def every_record(
    deployment: Deployment, topic: Topic
) -> AsyncIterator[ConsumerRecord[bytes, bytes]]:
    """A topic from its beginning to the end that it has now."""
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        bootstrap_servers=deployment.kafka, enable_auto_commit=False
    )
    name = f"{deployment.namespace}{topic.name}"
    places = [TopicPartition(name, number) for number in range(topic.partitions)]
    await consumer.start()
    try:
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < ends[place] for place in places]):
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    yield record
    finally:
        await consumer.stop()


def whole(record: ConsumerRecord[bytes, bytes]) -> bytes:
    """All that a record carries."""
    headers: Mapping[str, bytes] = dict(record.headers)
    return b"\n".join([record.key or b"", record.value or b"", *headers.values()])
