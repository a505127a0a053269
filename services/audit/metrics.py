"""The pipeline's figures for Prometheus: one closed list, each with its type, labels and meaning.

They are read from the owners' tables and from the broker, so they are there also when no worker is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic

import asyncpg
import structlog
from aiokafka.errors import KafkaError
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from schemas.topics import SERVICES
from services.audit.lag import Lag
from services.audit.owners import Owners
from services.audit.status import BACKLOG, lines_waiting
from services.chassis.clock import Clock
from services.chassis.dead_letters import PARKED, PARKED_ALARM_SECONDS
from services.chassis.settings import Deployment

Labels = tuple[str, ...]
Values = Mapping[Labels, float]


@dataclass(frozen=True)
class Figure:
    """A metric: every figure here is a gauge, read anew at each look."""

    name: str
    labels: Labels
    meaning: str


LAG_MESSAGES = Figure(
    "crossdock_lag_messages",
    ("service", "topic", "partition"),
    "Records that are still to be read.",
)
LAG_SECONDS = Figure(
    "crossdock_lag_seconds", ("service", "topic", "partition"),
    "Age of the oldest record that is still to be read; 0: none is.",
)  # fmt: skip
OUTBOX_ROWS = Figure("crossdock_outbox_rows", ("service",), "Events committed, not yet in Kafka.")
OUTBOX_SECONDS = Figure(
    "crossdock_outbox_age_seconds", ("service",), "Age of the oldest of them; 0: there is none."
)
DEAD_LETTERS = Figure(
    "crossdock_dead_letters", ("service", "code"),
    "Dead letters that wait for a person, by reason; parked ones are not among them.",
)  # fmt: skip
PARKED_EVENTS = Figure(
    "crossdock_parked_events", ("service",), "Events that wait behind a dead letter."
)
PARKED_AGE = Figure(
    "crossdock_parked_age_seconds", ("service",),
    "How long the oldest of them has waited; 0: there is none.",
)  # fmt: skip
EFFECTS = Figure(
    "crossdock_effects", ("service", "kind", "state"),
    "Effects by state: later, due, started, unknown, given_up.",
)  # fmt: skip
WAITING_LINES = Figure("crossdock_waiting_lines", (), "Order lines that wait for goods.")
WAITING_UNITS = Figure("crossdock_waiting_units", (), "Units that wait for goods.")
OLDEST_WAIT = Figure(
    "crossdock_oldest_wait_seconds", (), "Business time since the oldest waiting line was placed."
)
RECEIPT_TO_ALLOCATION = Figure(
    "crossdock_receipt_to_allocation_seconds", ("quantile",),
    "From a scan heard to its units granted, over the last quarter of an hour of grants.",
)  # fmt: skip
LOOKED_SECONDS = Figure("crossdock_look_seconds", (), "How long the last look at all this took.")
LOOK_AGE = Figure("crossdock_look_age_seconds", (), "How old these figures are.")

FIGURES = (
    LAG_MESSAGES, LAG_SECONDS, OUTBOX_ROWS, OUTBOX_SECONDS, DEAD_LETTERS, PARKED_EVENTS, PARKED_AGE,
    EFFECTS, WAITING_LINES, WAITING_UNITS, OLDEST_WAIT, RECEIPT_TO_ALLOCATION, LOOKED_SECONDS,
    LOOK_AGE,
)  # fmt: skip
"""All of them; a dashboard or an alarm may name no other."""

LOOK_SECONDS = 5.0
LOOKED_WITHIN_SECONDS = 30.0
UNREACHABLE = (
    OSError, TimeoutError, KafkaError, asyncpg.PostgresError, asyncpg.InterfaceError,
)  # fmt: skip
"""What a look may fail of while servers are away, or their schemas not made yet."""
GRANTS_OF = timedelta(minutes=15)

LETTERS = "SELECT code, count(*) AS n FROM dead_letters WHERE state = 'dead' GROUP BY code"
EFFECT_STATES = """
    SELECT kind, CASE WHEN state <> 'scheduled' THEN state
                      WHEN due_at <= $1 THEN 'due' ELSE 'later' END AS state, count(*) AS n
    FROM effects GROUP BY 1, 2
"""
GRANTS = """
    SELECT warehouse, scan_id, min(decided_at) AS decided_at FROM decisions
    WHERE kind = 'grant' AND scan_id IS NOT NULL AND decided_at > $1
    GROUP BY warehouse, scan_id LIMIT 10000
"""
SCANS = "SELECT warehouse, scan_id, taken_at FROM receipts WHERE scan_id = ANY($1)"

log = structlog.get_logger()


@dataclass
class Sample:
    """One look: values of each figure by its labels."""

    values: dict[str, dict[Labels, float]] = field(default_factory=dict[str, dict[Labels, float]])
    looked_at: float = 0.0

    def put(self, figure: Figure, value: float, *labels: object) -> None:
        """One value."""
        self.values.setdefault(figure.name, {})[tuple(map(str, labels))] = value


class Figures(Collector):
    """What Prometheus is told: the last look."""

    def __init__(self) -> None:
        self.sample = Sample()

    def collect(self) -> Iterator[Metric]:
        """Every figure of the list, those without values too."""
        sample = self.sample
        if sample.looked_at:
            sample.put(LOOK_AGE, monotonic() - sample.looked_at)
        for figure in FIGURES:
            family = GaugeMetricFamily(figure.name, figure.meaning, labels=figure.labels)
            for labels, value in sample.values.get(figure.name, {}).items():
                family.add_metric(labels, value)
            yield family


async def keep_looking(figures: Figures, deployment: Deployment, clock: Clock) -> None:
    """Look every few seconds until cancelled; while servers are away the last look grows old."""
    while True:
        try:
            async with await Owners.open(deployment) as owners, Lag(deployment, owners) as lag:
                while True:
                    async with asyncio.timeout(LOOKED_WITHIN_SECONDS):
                        figures.sample = await look(lag, owners, clock)
                    await asyncio.sleep(LOOK_SECONDS)
        except UNREACHABLE as error:
            log.warning(
                "look_failed", error=type(error).__name__, told=str(error).split("\n", 1)[0]
            )
            await asyncio.sleep(LOOK_SECONDS)


async def look(lag: Lag, owners: Owners, clock: Clock) -> Sample:
    """One look at everything."""
    started = monotonic()
    clock.look()
    sample = Sample()
    for one in await lag.look():
        place = one.service, one.topic, one.partition
        sample.put(LAG_MESSAGES, one.messages, *place)
        sample.put(LAG_SECONDS, one.seconds or 0.0, *place)
    await _look_at_services(sample, owners, clock)
    await _look_at_queue(sample, owners, clock)
    sample.put(LOOKED_SECONDS, monotonic() - started)
    sample.looked_at = monotonic()
    return sample


async def _look_at_services(sample: Sample, owners: Owners, clock: Clock) -> None:
    backlog, letters = await owners.of_all(BACKLOG), await owners.of_all(LETTERS)
    parked = await owners.of_all(PARKED, PARKED_ALARM_SECONDS)
    effects = await owners.of_all(EFFECT_STATES, clock.now())
    for service in SERVICES:
        sample.put(OUTBOX_ROWS, backlog[service][0]["outbox"], service)
        sample.put(OUTBOX_SECONDS, backlog[service][0]["outbox_seconds"] or 0.0, service)
        sample.put(PARKED_EVENTS, parked[service][0]["parked"], service)
        sample.put(PARKED_AGE, parked[service][0]["oldest_seconds"] or 0.0, service)
        for row in letters[service]:
            sample.put(DEAD_LETTERS, row["n"], service, row["code"])
        for row in effects[service]:
            sample.put(EFFECTS, row["n"], service, row["kind"], row["state"])


async def _look_at_queue(sample: Sample, owners: Owners, clock: Clock) -> None:
    lines, units, oldest = await lines_waiting(owners)
    sample.put(WAITING_LINES, lines)
    sample.put(WAITING_UNITS, units)
    wait = (clock.now() - oldest).total_seconds() if oldest else 0.0
    sample.put(OLDEST_WAIT, wait)
    granted = await owners.fetch("allocation", GRANTS, clock.now() - GRANTS_OF)
    heard = await owners.fetch("stock_receipts", SCANS, [one["scan_id"] for one in granted])
    heard_at = {(one["warehouse"], one["scan_id"]): one["taken_at"] for one in heard}
    took = sorted(
        (one["decided_at"] - heard_at[place]).total_seconds()
        for one in granted
        if (place := (one["warehouse"], one["scan_id"])) in heard_at
    )
    for name, value in quantiles(took).items():
        sample.put(RECEIPT_TO_ALLOCATION, value, name)


def quantiles(values: Iterable[float]) -> dict[str, float]:
    """Median, 95th of a hundred, and the largest of sorted values; nothing of nothing."""
    found = list(values)
    if not found:
        return {}
    last = len(found) - 1
    return {"0.5": found[last // 2], "0.95": found[last * 95 // 100], "1": found[last]}


def described() -> list[tuple[str, str, str, str]]:
    """Name, type, labels and meaning of every figure, for people and documents."""
    return [(one.name, "gauge", ", ".join(one.labels), one.meaning) for one in FIGURES]
