"""The queue: lines as a decision leaves them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.allocation.domain.decisions import PromiseChange
from services.allocation.domain.policy import Policy
from services.allocation.domain.queue import Line
from services.allocation.store.lines import columns_of
from services.chassis.transaction import Transaction

# A line is requested once: one that is here already is not touched and missed.
REQUEST = """
INSERT INTO lines (
    line_id, order_id, sku, quantity, priority_class, placed_at, warehouses, requested_at,
    granted_total, waiting, refused, state, promise_version, promised_on, promise_code,
    eligible_since_decision, cancelled, suspended_episode, resumed_episode
)
SELECT line_id, order_id, sku, quantity, priority_class, placed_at,
       string_to_array(warehouses, ','), requested_at, granted_total, waiting, refused, state,
       promise_version, promised_on, promise_code, eligible_since_decision, cancelled,
       suspended_episode, resumed_episode
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::int[], $5::smallint[], $6::timestamptz[], $7::text[],
    $8::timestamptz[], $9::int[], $10::int[], $11::int[], $12::text[], $13::int[], $14::date[],
    $15::text[], $16::bigint[], $17::int[], $18::int[], $19::int[]
) AS a (
    line_id, order_id, sku, quantity, priority_class, placed_at, warehouses, requested_at,
    granted_total, waiting, refused, state, promise_version, promised_on, promise_code,
    eligible_since_decision, cancelled, suspended_episode, resumed_episode
)
ON CONFLICT (line_id) DO NOTHING
RETURNING 1
"""

# Only what waits is granted: a line that waits for other units than were read is missed.
SERVE = """
UPDATE lines AS l SET
    granted_total = s.granted_total, waiting = s.waiting, state = s.state
FROM unnest($1::text[], $2::int[], $3::int[], $4::text[]) AS s (
    line_id, granted_total, waiting, state
)
WHERE l.line_id = s.line_id AND l.state = 'waiting'
  AND l.granted_total + l.waiting = s.granted_total + s.waiting
RETURNING 1
"""

# Whatever else befalls a line: one that does not stand as it was read is missed.
REVISE = """
UPDATE lines AS l SET
    granted_total = r.granted_total, waiting = r.waiting, refused = r.refused,
    cancelled = r.cancelled, requeued_total = r.requeued_total, withdrawn = r.withdrawn,
    passed_on = r.passed_on, suspended_episode = r.suspended_episode,
    resumed_episode = r.resumed_episode, state = r.state, promise_version = r.promise_version,
    promised_on = r.promised_on, promise_code = r.promise_code,
    eligible_since_decision = r.eligible_since_decision
FROM unnest(
    $1::text[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[],
    $9::int[], $10::int[], $11::text[], $12::int[], $13::date[], $14::text[], $15::bigint[],
    $16::int[], $17::int[], $18::int[], $19::text[]
) AS r (
    line_id, granted_total, waiting, refused, cancelled, requeued_total, withdrawn, passed_on,
    suspended_episode, resumed_episode, state, promise_version, promised_on, promise_code,
    eligible_since_decision, was_granted, was_waiting, was_requeued, was
)
WHERE l.line_id = r.line_id AND l.granted_total = r.was_granted AND l.waiting = r.was_waiting
  AND l.requeued_total = r.was_requeued AND l.state = r.was
RETURNING 1
"""

PROMISE = """
UPDATE lines AS l SET
    promise_version = p.version, promised_on = p.promised_on, promise_code = p.code
FROM unnest($1::text[], $2::int[], $3::date[], $4::text[]) AS p (
    line_id, version, promised_on, code
)
WHERE l.line_id = p.line_id
"""


async def write_requests(tx: Transaction[Policy], lines: Sequence[Line]) -> int:
    """Write new lines as they were answered, or kept undecided; return how many were new."""
    rows = [
        (
            one.line_id, one.order_id, one.sku, one.quantity, one.priority_class, one.placed_at,
            ",".join(one.warehouses), one.requested_at, one.granted_total, one.waiting,
            one.refused, one.state, one.promise.version, one.promise.promised_on,
            one.promise.code, one.eligible_since_decision, one.cancelled, one.suspended_episode,
            one.resumed_episode,
        )
        for one in lines
    ]  # fmt: skip
    return len(await tx.fetch(REQUEST, *columns_of(rows, 19)))


async def write_served(tx: Transaction[Policy], lines: Sequence[Line]) -> int:
    """Write waiting lines as they were served; return how many still waited as they were read."""
    rows = [(one.line_id, one.granted_total, one.waiting, one.state) for one in lines]
    return len(await tx.fetch(SERVE, *columns_of(rows, 4)))


async def write_revised(tx: Transaction[Policy], changes: Sequence[tuple[Line, Line]]) -> int:
    """Write lines as read and as they stand now; return how many still stood as they were read."""
    rows = [
        (
            one.line_id, one.granted_total, one.waiting, one.refused, one.cancelled,
            one.requeued_total, one.withdrawn, one.passed_on, one.suspended_episode,
            one.resumed_episode, one.state, one.promise.version, one.promise.promised_on,
            one.promise.code, one.eligible_since_decision, before.granted_total, before.waiting,
            before.requeued_total, before.state,
        )
        for before, one in changes
    ]  # fmt: skip
    return len(await tx.fetch(REVISE, *columns_of(rows, 19)))


async def write_promises(tx: Transaction[Policy], changes: Iterable[PromiseChange]) -> None:
    """Write what waiting lines are told now."""
    rows = [
        (one.line.line_id, promise.version, promise.promised_on, promise.code)
        for one in changes
        for promise in (one.line.promise,)
    ]
    await tx.execute(PROMISE, *columns_of(rows, 4))
