"""The one subscriber of a service: FastStream's batch subscriber, with fair turns for every topic.

``NACK_ON_ERROR`` is the only policy that loses nothing of a failed batch. Offsets are committed
explicitly, only after the database has them, and only for partitions that are still ours.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import chain
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING, Any

import structlog
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from services.chassis.acknowledging import Batch, Records, as_it_is
from services.chassis.decoding import Record, as_record

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, ConsumerRecord
    from faststream.kafka.subscriber.usecase import BatchSubscriber as Subscriber

HEARTBEAT_MS = 500
METADATA_MAX_AGE_MS = 5_000
FETCH_MAX_BYTES_PER_PARTITION = 256 * 1024
STOP_MARGIN_SECONDS = 5.0

Places = dict[tuple[str, int], int]

log = structlog.get_logger()


class Consumer(ConsumerRebalanceListener):
    """Takes fair batches off all topics of a service and hands them to ``take``."""

    def __init__(
        self,
        *,
        service: str,
        kafka: str,
        group: str,
        topics: Sequence[str],
        take: Callable[[Sequence[Record]], Awaitable[None]],
        positions: Callable[[], Awaitable[Places]],
        batch_records: int,
        idle_wait_seconds: float,
        session_timeout_seconds: float,
        drain_seconds: float,
    ) -> None:
        self.topics = list(topics)
        self.take = take
        self.positions = positions
        self.batch_records = batch_records
        self.idle_wait_seconds = idle_wait_seconds
        self.drain_seconds = drain_seconds
        self.idle = asyncio.Event()
        self.idle.set()
        self.ready = asyncio.Event()
        self.generation = 0
        self.turn = 0
        self.unplaced: set[TopicPartition] = set()
        self.polled_at = monotonic()
        self.error: BaseException | None = None
        self.broker = KafkaBroker(
            kafka,
            client_id=f"crossdock-{service}",
            graceful_timeout=drain_seconds + STOP_MARGIN_SECONDS,
            logger=logging.getLogger("crossdock.faststream"),
            log_level=logging.DEBUG,
            allow_auto_create_topics=False,
            metadata_max_age_ms=METADATA_MAX_AGE_MS,
        )
        self.subscriber = self._subscriber(group, session_timeout_seconds)

    def _subscriber(self, group: str, session_timeout_seconds: float) -> Subscriber:
        """FastStream's subscriber, taking our fair batches."""
        found = self.broker.subscriber(
            *self.topics,
            batch=True,
            group_id=group,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            auto_offset_reset="earliest",
            partition_assignment_strategy=[RangePartitionAssignor],
            max_records=self.batch_records,
            session_timeout_ms=int(session_timeout_seconds * 1000),
            heartbeat_interval_ms=HEARTBEAT_MS,
            rebalance_timeout_ms=int((self.drain_seconds + STOP_MARGIN_SECONDS) * 1000),
            max_partition_fetch_bytes=FETCH_MAX_BYTES_PER_PARTITION,
            listener=self,
            no_reply=True,
            parser=self._parse,
            decoder=as_it_is,
        )
        found(self._handle)
        # FastStream's own get_msg lets a quiet topic wait behind a backlog, and sleeps twice when
        # there is nothing; a test pins that this replacement is still called.
        found.get_msg = self._fair_batch
        return found

    async def start(self) -> None:
        """Join the group and begin to take batches."""
        await self.broker.start()

    async def stop(self) -> None:
        """Finish the batch in hand and leave the group."""
        await self.broker.stop()

    @property
    def client(self) -> AIOKafkaConsumer[bytes, bytes] | None:
        """The client's consumer, once started."""
        return self.subscriber.consumer

    @property
    def member_id(self) -> str:
        """Our name in the group, for a supervisor that must leave it for us."""
        coordinator: Any = getattr(self.client, "_coordinator", None)
        return str(getattr(coordinator, "member_id", ""))

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Give partitions up only after the batch in hand, within a bound."""
        self.generation += 1
        if revoked:
            self.ready.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.idle.wait(), self.drain_seconds)

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Remember what must be placed; no heartbeat goes out in here, so nothing else."""
        self.generation += 1
        self.unplaced = set(assigned)
        if not assigned:
            self.ready.set()

    async def _place(self, consumer: AIOKafkaConsumer[bytes, bytes]) -> None:
        """Start each partition where the database says that reading goes on."""
        generation = self.generation
        known = await self.positions()
        if generation != self.generation:
            return
        for place in self.unplaced & consumer.assignment():
            offset = known.get((place.topic, place.partition))
            if offset is None:
                # What was fetched meanwhile is thrown away: the client has moved on, so go back.
                offset = await consumer.committed(place)
            if offset is not None:
                consumer.seek(place, offset)
            else:
                await consumer.seek_to_beginning(place)
        self.unplaced = set()
        self.ready.set()

    async def _fair_batch(self, consumer: AIOKafkaConsumer[bytes, bytes]) -> Records:
        """Up to ``batch_records``: a budget for each topic, then what is left for anyone."""
        self.polled_at = monotonic()
        if self.unplaced:
            await self._place(consumer)
        generation = self.generation
        taken: list[ConsumerRecord[bytes, bytes]] = []
        budget = ceil(self.batch_records / len(self.topics))
        self.turn = (self.turn + 1) % len(self.topics)
        owned: dict[str, list[TopicPartition]] = {}
        for place in consumer.assignment():
            owned.setdefault(place.topic, []).append(place)
        for topic in self.topics[self.turn :] + self.topics[: self.turn]:
            if places := owned.get(topic):
                found = await consumer.getmany(*places, timeout_ms=0, max_records=budget)
                taken.extend(chain.from_iterable(found.values()))
        left = self.batch_records - len(taken)
        if not taken or left > budget:
            wait = 0 if taken else self.idle_wait_seconds
            found = await consumer.getmany(timeout_ms=int(wait * 1000), max_records=max(1, left))
            taken.extend(chain.from_iterable(found.values()))
        # Positions were set anew while these were taken: they will be fetched again.
        return tuple(taken) if generation == self.generation and not self.unplaced else ()

    async def _parse(self, records: Records) -> Batch:
        """Wrap a batch without looking into it: each record is decoded by itself, later."""
        first = records[0]
        batch = Batch(
            raw_message=records,
            body=b"",
            correlation_id="-",
            message_id=f"{first.topic}-{first.partition}-{first.offset}+{len(records)}",
            consumer=self.client,
        )
        batch.settled = self.idle.set
        return batch

    async def _handle(self, records: Any) -> None:
        self.idle.clear()  # until the batch is committed, or gone back to
        try:
            await self.take([as_record(record) for record in records])
        except Exception as error:
            self.error = error
            raise
