"""Hearing what Kafka carries to outsiders, and committing only once it has been answered."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import chain

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError

from schemas.topics import heard_by
from services.chassis.settings import Deployment

BATCH_RECORDS = 500
IDLE_WAIT_SECONDS = 0.2
SESSION_TIMEOUT_MS = 10_000
HEARTBEAT_MS = 500
METADATA_MAX_AGE_MS = 5_000

Records = Sequence["ConsumerRecord[bytes, bytes]"]


class Listener:
    """Takes batches off every topic that a kind of outsider hears."""

    def __init__(self, deployment: Deployment, name: str, reader: str) -> None:
        """``name`` is the group below the namespace, ``reader`` the one named by the topics."""
        self.consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
            *(f"{deployment.namespace}{topic.name}" for topic in heard_by(reader)),
            bootstrap_servers=deployment.kafka,
            client_id=f"crossdock-{name}",
            group_id=f"{deployment.namespace}{name}",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            session_timeout_ms=SESSION_TIMEOUT_MS,
            heartbeat_interval_ms=HEARTBEAT_MS,
            metadata_max_age_ms=METADATA_MAX_AGE_MS,
        )

    async def listen(
        self, answer: Callable[[Records], Awaitable[None]], stop: asyncio.Event
    ) -> None:
        """Have every batch answered, then commit it, until told to stop.

        What ``answer`` raises ends it with nothing committed: the batch is heard again.
        """
        await self.consumer.start()
        try:
            while not stop.is_set():
                found = await self.consumer.getmany(
                    timeout_ms=int(IDLE_WAIT_SECONDS * 1000), max_records=BATCH_RECORDS
                )
                if found:
                    await answer(list(chain.from_iterable(found.values())))
                    await self._commit({place: part[-1] for place, part in found.items()})
        finally:
            await self.consumer.stop()

    async def _commit(self, last: dict[TopicPartition, ConsumerRecord[bytes, bytes]]) -> None:
        """Commit; when it comes too late the batch is heard, and answered the same, again."""
        with suppress(CommitFailedError, IllegalStateError):
            await self.consumer.commit({place: record.offset + 1 for place, record in last.items()})


def type_of(record: ConsumerRecord[bytes, bytes]) -> str:
    """The ``ce_type`` of a record; empty when it has none."""
    return next((raw.decode() for name, raw in record.headers if name == "ce_type"), "")


def stop_on_signal() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
