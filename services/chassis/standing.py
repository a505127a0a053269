"""How a worker stands: whether it lives and takes records, for probes, and its figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic

from services.chassis import metrics
from services.chassis.consumer import Consumer
from services.chassis.decoding import Record

NOT_READY_SECONDS = 30.0
"""Without a poll for so long it is not ready: it hangs, or its batch takes too long."""
NOT_LIVE_SECONDS = 240.0
"""Without a poll for so long it does not live: starting it again is the only help."""

Take = Callable[[Sequence[Record]], Awaitable[None]]


class Standing:
    """What one worker says of itself."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.awaited = ""
        """What it waits for before it takes records, for people; empty: nothing."""
        self.consumer: Consumer | None = None
        metrics.POLL_AGE.labels(service).set_function(lambda: self.poll_age_seconds)
        metrics.READY.labels(service).set_function(lambda: float(not self.not_ready()))

    @property
    def poll_age_seconds(self) -> float:
        """Since it last asked Kafka for records; 0 before it first does."""
        return monotonic() - self.consumer.polled_at if self.consumer else 0.0

    def not_live(self) -> str:
        """Why it does not live; empty: it does."""
        age = self.poll_age_seconds
        return f"no poll for {age:.0f} s" if age > NOT_LIVE_SECONDS else ""

    def not_ready(self) -> str:
        """Why it takes no records; empty: it does."""
        if self.awaited or self.consumer is None:
            return self.awaited or "it is starting"
        if not self.consumer.ready.is_set():
            return "its partitions are being handed out"
        age = self.poll_age_seconds
        return f"no poll for {age:.0f} s" if age > NOT_READY_SECONDS else ""

    def measured(self, take: Take) -> Take:
        """The same, counted and timed."""

        async def counted(records: Sequence[Record]) -> None:
            started = monotonic()
            try:
                await take(records)
            except Exception:
                metrics.REWINDS.labels(self.service).inc()
                raise
            metrics.BATCH_SECONDS.labels(self.service).observe(monotonic() - started)
            metrics.BATCHES.labels(self.service).inc()
            for topic, count in Counter(record.topic for record in records).items():
                metrics.RECORDS.labels(self.service, topic).inc(count)

        return counted
