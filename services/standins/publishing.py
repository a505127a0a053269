"""Saying things to Kafka as an outsider does: CloudEvents 1.0 in binary mode."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata

from schemas.envelope import VALUE_LIMIT_BYTES, Event
from services.chassis.identifiers import partition_of, uuid7

LINGER_MS = 5
EVENTS_IN_FLIGHT = 1_000
"""So many are sent before their acknowledgements are waited for."""
ACK_TIMEOUT_SECONDS = 60.0
HEADROOM_BYTES = 64 * 1024


@dataclass(frozen=True)
class Place:
    """Where a published event stands."""

    topic: str
    partition: int
    offset: int


class NotPublished(Exception):
    """Kafka did not acknowledge what was said; saying it again is harmless."""


class Publisher:
    """Publishes events under a namespace, in order per key."""

    def __init__(self, kafka: str, namespace: str, client: str = "crossdock-publisher") -> None:
        self.namespace = namespace
        self.producer = AIOKafkaProducer(
            bootstrap_servers=kafka,
            client_id=client,
            enable_idempotence=True,
            acks="all",
            linger_ms=LINGER_MS,
            max_request_size=VALUE_LIMIT_BYTES + HEADROOM_BYTES,
        )

    async def start(self) -> None:
        """Connect to the broker."""
        await self.producer.start()

    async def stop(self) -> None:
        """Send what is left and let go of the broker."""
        await self.producer.stop()

    async def __aenter__(self) -> Publisher:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def publish(self, events: Sequence[Event], source: str, at: datetime) -> list[Place]:
        """Publish events said at one business time; where each stands, once all are acknowledged.

        Raises ``NotPublished`` when the broker does not acknowledge them in time.
        """
        places: list[Place] = []
        left = iter(events)
        while part := list(islice(left, EVENTS_IN_FLIGHT)):
            try:
                async with asyncio.timeout(ACK_TIMEOUT_SECONDS):
                    sent = await asyncio.gather(
                        *[await self._send(one, source, at) for one in part]
                    )
            except Exception as error:
                raise NotPublished(
                    f"{len(part)} events of {source} were not acknowledged "
                    f"({type(error).__name__}): see that Kafka runs, then say them again"
                ) from error
            places += [Place(one.topic, one.partition, one.offset) for one in sent]
        return places

    async def _send(
        self, event: Event, source: str, at: datetime
    ) -> asyncio.Future[RecordMetadata]:
        return await self.producer.send(
            f"{self.namespace}{event.TOPIC.name}",
            value=event.model_dump_json(exclude_unset=True).encode(),
            key=event.key.encode(),
            partition=partition_of(event.key, event.TOPIC.partitions),
            headers=headers_of(event, source, at),
        )


def headers_of(event: Event, source: str, at: datetime) -> list[tuple[str, bytes]]:
    """The attributes of CloudEvents as Kafka's binary mode carries them."""
    attributes = {
        "ce_specversion": "1.0",
        "ce_id": str(uuid7()),
        "ce_source": source,
        "ce_type": event.type_name(),
        "ce_time": at.isoformat(),
        "content-type": "application/json",
    }
    return [(name, value.encode()) for name, value in attributes.items()]
