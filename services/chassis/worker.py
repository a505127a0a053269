"""One service in one process: consumer, relay and runner around one pool and one clock."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from schemas.envelope import Event
from services.chassis import database, positions
from services.chassis.batch import Batches, Recorder, Saying
from services.chassis.clock import Clock
from services.chassis.consumer import Consumer
from services.chassis.decoding import Decoder, Record
from services.chassis.effects import Effect
from services.chassis.failing import Failure, WorkerStopped, classed
from services.chassis.files import HomeFiles
from services.chassis.gaps import refuse_gaps
from services.chassis.handling import Handler
from services.chassis.health import Health
from services.chassis.housekeeping import keep_house, keep_house_once
from services.chassis.migrate import what_is_awaited
from services.chassis.outbox import Outbox, OutboxRow
from services.chassis.redriving import Redriving
from services.chassis.relay import Relay
from services.chassis.runner import Runner
from services.chassis.settings import ServiceSettings
from services.chassis.shards import SESSION_TIMEOUT_MS, Shards
from services.chassis.standing import Standing

if TYPE_CHECKING:
    from asyncpg import Record as Row
    from asyncpg.pool import Pool

WAIT_FOR_SCHEMA_SECONDS = 1.0
WATCH_SECONDS = 0.5
STUCK_POLL_SECONDS = 300.0
DRAIN_OUTBOX_SECONDS = 3.0
GC_THRESHOLDS = (50_000, 20, 100)
"""Decoding makes many short-lived objects: collected less often it costs half (measured)."""

log = structlog.get_logger()


class Worker:
    """A service as it runs. ``build`` in each service's ``app.py`` makes one."""

    def __init__(
        self,
        *,
        name: str,
        settings: ServiceSettings,
        policy: Any,
        handlers: Sequence[Handler],
        effects: Sequence[Effect] = (),
        migrations: Path,
        closing: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:
        self.name = name
        self.settings = settings
        self.policy = policy
        self.handlers = handlers
        self.effects = effects
        self.migrations = migrations
        self.closing = closing
        self.clock = Clock(settings.home)
        self.holder = f"{name}:{os.getpid()}"
        self.stop = asyncio.Event()
        self.pool: Pool[Row] | None = None
        self.ready = asyncio.Event()
        self.files = HomeFiles(settings.home, name)
        self.standing = Standing(name)

    @property
    def heard(self) -> dict[str, dict[str, type[Event]]]:
        """The events it hears, by topic and ``ce_type``."""
        found: dict[str, dict[str, type[Event]]] = {}
        for handler in self.handlers:
            found.setdefault(handler.event.TOPIC.name, {})[handler.event.type_name()] = (
                handler.event
            )
        return found

    @property
    def personal_topics(self) -> list[str]:
        """The topics it hears that carry personal data."""
        heard = {handler.event.TOPIC for handler in self.handlers if handler.event.TOPIC.personal}
        return sorted(f"{self.settings.namespace}{topic.name}" for topic in heard)

    @property
    def group(self) -> str:
        """Its consumer group."""
        return f"{self.settings.namespace}{self.name}"

    async def open_pool(self) -> Pool[Row]:
        """Its database connections, made once."""
        if self.pool is None:
            settings = self.settings
            self.pool = await database.open_pool(
                settings.postgres, self.name, self.name, settings.passfile, settings.pool_size
            )
        return self.pool

    def batches(
        self, pool: Pool[Row], recorder: Recorder, committed: Callable[[Saying], None]
    ) -> Batches:
        """What takes its batches."""
        return Batches(
            pool,
            Decoder(self.settings.namespace, self.heard),
            self.handlers,
            recorder,
            self.clock,
            self.policy,
            self.settings.retry_for_seconds,
            committed,
        )

    def runner(
        self, pool: Pool[Row], recorder: Recorder, committed: Callable[[Saying], None]
    ) -> Runner:
        """What runs its effects."""
        return Runner(pool, self.effects, recorder, self.clock, self.policy, self.holder, committed)

    async def run(self) -> None:
        """Run until ``stop`` is set; finish what is in hand; raise what must stop the worker."""
        health = self._health()
        try:
            pool = await self._open_when_migrated()
            if not self.stop.is_set():
                await self._run(pool)
        except WorkerStopped as stopped:
            self.files.refused(stopped.reason, str(stopped))
            raise
        finally:
            if health is not None:
                health.stop()
            for close in self.closing:
                with suppress(Exception):
                    await close()
            if self.pool is not None:
                self.pool.terminate()

    def _health(self) -> Health | None:
        """What answers probes and Prometheus, where a port is set. Raises ``PortInUse``."""
        settings, standing = self.settings, self.standing
        if settings.http_port is None:
            return None
        health = Health(
            settings.http_address, settings.http_port, standing.not_live, standing.not_ready
        )
        health.start()
        self.files.answers(settings.http_address, health.port)
        return health

    async def _open_when_migrated(self) -> Pool[Row]:
        """Wait for the schema: somebody else migrates it."""
        while not self.stop.is_set():
            awaited = self.standing.awaited
            try:
                self.standing.awaited = await what_is_awaited(
                    await self.open_pool(), self.migrations
                )
            except Exception as error:
                if classed(error) is not Failure.RETRYABLE:
                    raise
                self.standing.awaited = f"the database does not answer ({type(error).__name__})"
            if not self.standing.awaited:
                break
            if self.standing.awaited != awaited:
                log.warning("database_awaited", told=self.standing.awaited)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), WAIT_FOR_SCHEMA_SECONDS)
        return await self.open_pool()

    async def _run(self, pool: Pool[Row]) -> None:
        def wake() -> None:
            relay.wake.set()

        shards = Shards(self.name, self._own_connection, wake)
        relay = Relay(self.settings.kafka, pool, shards, self.name)
        recorder = self._recorder(shards)

        def committed(saying: Saying) -> None:
            if saying.rows:
                relay.wake.set()
            if saying.scheduled:
                runner.wake.set()

        runner = self.runner(pool, recorder, committed)
        batches = self.batches(pool, recorder, committed)
        batches.on_mended = self.files.take_back_refusal
        await batches.recall_stop()
        topics = [f"{self.settings.namespace}{topic}" for topic in self.heard]
        await refuse_gaps(self.settings.kafka, self.group, topics, pool, self.files)
        if not batches.has_stopped:
            self.files.take_back_refusal()
        # Whoever slept for days has no partition for today.
        await keep_house_once(pool, self.personal_topics)
        consumer = self._consumer(pool, self.standing.measured(batches.take))
        self.standing.consumer = consumer
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        tasks = [
            asyncio.create_task(shards.run(self.stop), name="shards"),
            asyncio.create_task(relay.run(self.stop), name="relay"),
            asyncio.create_task(runner.run(self.stop), name="runner"),
            asyncio.create_task(Redriving(batches).run(self.stop), name="redriving"),
            asyncio.create_task(
                keep_house(pool, self.personal_topics, self.stop), name="housekeeping"
            ),
        ]
        try:
            await consumer.start()
            await self._watch(consumer, tasks)
        finally:
            await consumer.stop()
            await relay.drain(DRAIN_OUTBOX_SECONDS)
            self.stop.set()
            relay.wake.set()
            runner.wake.set()
            await asyncio.gather(*tasks, return_exceptions=True)
            log.info("worker_stopped")

    def _recorder(self, shards: Shards) -> Recorder:
        def foreign(rows: Sequence[OutboxRow]) -> Sequence[OutboxRow]:
            return [row for row in rows if row.shard not in shards.owned]

        return Recorder(Outbox(self.name, self.settings.namespace), foreign, shards.channel)

    def _consumer(
        self, pool: Pool[Row], take: Callable[[Sequence[Record]], Awaitable[None]]
    ) -> Consumer:
        settings = self.settings
        return Consumer(
            service=self.name,
            kafka=settings.kafka,
            group=self.group,
            topics=[f"{settings.namespace}{topic}" for topic in self.heard],
            take=take,
            positions=lambda: positions.positions(pool),
            batch_records=settings.batch_records,
            idle_wait_seconds=settings.idle_wait_seconds,
            session_timeout_seconds=settings.session_timeout_seconds,
            drain_seconds=settings.drain_seconds,
        )

    async def _own_connection(self) -> Any:
        settings = self.settings
        return await database.connect(
            settings.postgres,
            self.name,
            self.name,
            settings.passfile,
            idle_session_timeout=str(SESSION_TIMEOUT_MS),
            application_name=f"crossdock {self.name} relay",
        )

    async def _watch(self, consumer: Consumer, tasks: Sequence[asyncio.Task[None]]) -> None:
        """Wait for the end: a signal, a task that died, or an error that must stop the worker."""
        while not self.stop.is_set():
            if consumer.ready.is_set() and not self.ready.is_set():
                self.ready.set()
                log.info("worker_ready")
            if (
                self.ready.is_set() and consumer.member_id
            ):  # one that was dropped comes back renamed
                self.files.ready(group=self.group, member_id=consumer.member_id, holder=self.holder)
            if isinstance(consumer.error, WorkerStopped):
                raise consumer.error
            if loop_died := [task for task in tasks if task.done()]:
                raise WorkerStopped(f"the {loop_died[0].get_name()} loop ended by itself")
            if self.standing.poll_age_seconds > STUCK_POLL_SECONDS:
                raise WorkerStopped(f"no poll for {STUCK_POLL_SECONDS} s: start it again")
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), WATCH_SECONDS)
