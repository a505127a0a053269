"""A worker's own figures for Prometheus: one closed list, each with its type, labels and meaning.

What the tables and the broker tell, also of workers that do not run, is told by the audit.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

BATCH_BUCKETS_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)

POLL_AGE = Gauge(
    "crossdock_poll_age_seconds", "Since the worker last asked Kafka for records.", ["service"]
)
READY = Gauge(
    "crossdock_ready", "1: partitions are placed and records are taken; 0: waiting.", ["service"]
)
BATCHES = Counter("crossdock_batches", "Batches recorded and committed.", ["service"])
RECORDS = Counter("crossdock_records", "Records in them.", ["service", "topic"])
BATCH_SECONDS = Histogram(
    "crossdock_batch_seconds", "From a batch taken to its commit.", ["service"],
    buckets=BATCH_BUCKETS_SECONDS,
)  # fmt: skip
REWINDS = Counter("crossdock_rewinds", "Batches given back, to be taken again.", ["service"])

OWN = (POLL_AGE, READY, BATCHES, RECORDS, BATCH_SECONDS, REWINDS)
"""All of them; a dashboard or an alarm may name no other of a worker."""
