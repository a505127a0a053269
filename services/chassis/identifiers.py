"""Event ids that carry their machine time, and the partition that a key belongs to."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from aiokafka.partitioner import murmur2

KEYS_CACHED = 65_536
"""murmur2 is pure Python here; keys come back, so their partitions are remembered."""


def uuid7() -> UUID:
    """A UUIDv7 (RFC 9562, 5.7) from machine time, whatever the business clock says."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76 | (random >> 68) << 64
    value |= 0b10 << 62 | (random & ((1 << 62) - 1))
    return UUID(int=value)


def moment_of(event_id: UUID) -> datetime:
    """The machine time inside a UUIDv7. Raises ``ValueError`` for another version."""
    if event_id.version != 7:
        raise ValueError(f"{event_id} is a UUID of version {event_id.version}, not 7")
    return datetime.fromtimestamp((event_id.int >> 80) / 1000, tz=UTC)


@lru_cache(maxsize=KEYS_CACHED)
def partition_of(key: str, partitions: int) -> int:
    """The partition of a key, as Kafka's own default partitioner computes it."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions
