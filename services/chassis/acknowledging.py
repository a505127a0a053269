"""A batch as FastStream acknowledges it: offsets committed, or gone back to, by partition."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError
from faststream.kafka.message import KafkaAckableMessage
from faststream.message.message import AckStatus

from services.chassis.positions import next_offsets

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer, ConsumerRecord

Records = tuple["ConsumerRecord[bytes, bytes]", ...]


class Batch(KafkaAckableMessage):
    """A batch whose acknowledgement commits explicit offsets of partitions that are still ours."""

    settled: Callable[[], None]
    """Told when nothing more is done about it, the commit included."""

    @property
    def client(self) -> AIOKafkaConsumer[bytes, bytes]:
        """The consumer it came from; FastStream declares only the part that itself uses."""
        return cast("AIOKafkaConsumer[bytes, bytes]", self.consumer)

    @property
    def records(self) -> Records:
        """The records: a batch subscriber brings nothing else."""
        return cast("Records", self.raw_message)

    async def ack(self) -> None:
        """Commit; a commit that comes too late only means that the inbox drops what comes again."""
        if not self.committed:
            self.committed = AckStatus.ACKED
            try:
                await self._commit()
            finally:
                self.settled()

    async def _commit(self) -> None:
        with suppress(CommitFailedError, IllegalStateError):
            owned = self.client.assignment()
            offsets = {
                TopicPartition(topic, partition): offset
                for (topic, partition), offset in next_offsets(self.records).items()
                if TopicPartition(topic, partition) in owned
            }
            if offsets:
                await self.client.commit(offsets)

    async def nack(self) -> None:
        """Go back to the first record of each partition that is still ours."""
        if not self.committed:
            self.committed = AckStatus.NACKED
            self.settled()
            owned = self.client.assignment()
            first: dict[TopicPartition, int] = {}
            for record in self.records:
                first.setdefault(TopicPartition(record.topic, record.partition), record.offset)
            for place, offset in first.items():
                if place in owned:
                    self.client.seek(place, offset)


async def as_it_is(message: Any) -> Any:
    """The decoder: the records as they were taken."""
    return message.raw_message
