"""Cancels, and how far each of their lines is answered. Their orders are locked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from services.chassis.transaction import Transaction
from services.order_intake.domain.cancels import Answer, Ask, Cancel
from services.order_intake.domain.policy import Policy
from services.order_intake.store.columns import columns_of
from services.order_intake.store.lines import reason_of, reason_row

TAKE = """
INSERT INTO cancels (order_id, cancel_id, cause, state, units, taken_at)
SELECT order_id, cancel_id, cause, $5, units, $6
FROM unnest($1::text[], $2::text[], $3::text[], $4::jsonb[]) AS c (order_id, cancel_id, cause, units)
ON CONFLICT (order_id, cancel_id) DO UPDATE SET state = excluded.state
"""

READ_KEPT = """
SELECT * FROM cancels WHERE order_id = ANY($1::text[]) AND state = 'kept'
ORDER BY taken_at, cancel_id
"""

DELETE_KEPT = """
DELETE FROM cancels WHERE order_id = ANY($1::text[]) AND state = 'kept' RETURNING *
"""

# Answers may have come before, where a history is heard again.
ASK = """
INSERT INTO cancelled_lines (order_id, cancel_id, line_id, sku, requested, refused, reason)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::jsonb[]
)
ON CONFLICT (order_id, cancel_id, line_id) DO UPDATE SET
    requested = excluded.requested, refused = cancelled_lines.refused + excluded.refused,
    reason = coalesce(excluded.reason, cancelled_lines.reason)
"""

ANSWER = """
INSERT INTO cancelled_lines (
    order_id, cancel_id, line_id, sku, cancelled, withdrawn, refused, reason
)
SELECT order_id, cancel_id, line_id, min(sku), sum(cancelled), sum(withdrawn), sum(refused),
       (array_agg(reason) FILTER (WHERE reason IS NOT NULL))[1]
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::int[], $8::jsonb[]
) AS a (order_id, cancel_id, line_id, sku, cancelled, withdrawn, refused, reason)
GROUP BY order_id, cancel_id, line_id
ON CONFLICT (order_id, cancel_id, line_id) DO UPDATE SET
    cancelled = cancelled_lines.cancelled + excluded.cancelled,
    withdrawn = cancelled_lines.withdrawn + excluded.withdrawn,
    refused = cancelled_lines.refused + excluded.refused,
    reason = coalesce(excluded.reason, cancelled_lines.reason)
"""

READ_PENDING = """
SELECT line_id, sum(requested - cancelled - withdrawn - refused)::int AS units
FROM cancelled_lines WHERE order_id = ANY($1::text[]) AND requested IS NOT NULL GROUP BY line_id
"""

# Nothing of an order is told before its confirmation, or its refusal.
SETTLE = """
UPDATE cancels AS c SET state = 'settled', settled_at = $2
FROM orders AS o
WHERE c.order_id = ANY($1::text[]) AND c.state = 'asked'
  AND o.order_id = c.order_id AND o.state IN ('confirmed', 'refused')
  AND NOT EXISTS (
      SELECT FROM cancelled_lines AS l
      WHERE l.order_id = c.order_id AND l.cancel_id = c.cancel_id
        AND cancelled + withdrawn + refused IS DISTINCT FROM requested
  )
RETURNING c.*
"""

READ_ASKS = """
SELECT a.* FROM cancelled_lines AS a JOIN lines USING (line_id)
WHERE (a.order_id, a.cancel_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
ORDER BY ordinal
"""


async def take_cancels(tx: Transaction[Policy], cancels: Sequence[Cancel], state: str) -> None:
    """Write cancels as kept, or as asked."""
    rows = [(one.order_id, one.cancel_id, one.cause, dict(one.units)) for one in cancels]
    await tx.execute(TAKE, *columns_of(rows), state, tx.now)


async def read_kept(tx: Transaction[Policy], order_ids: Sequence[str]) -> list[Cancel]:
    """Cancels that waited for their order to be taken, in the order they came."""
    return [cancel_of(row) for row in await tx.fetch(READ_KEPT, order_ids)]


async def delete_kept(tx: Transaction[Policy], order_ids: Sequence[str]) -> list[Cancel]:
    """Delete the cancels of orders that were not taken; those."""
    return [cancel_of(row) for row in await tx.fetch(DELETE_KEPT, order_ids)]


async def ask(tx: Transaction[Policy], asks: Sequence[Ask]) -> None:
    """Write what cancels ask of lines."""
    rows = [
        (
            one.order_id, one.cancel_id, one.line_id, one.sku, one.requested, one.refused,
            reason_row(one.reason),
        )
        for one in asks
    ]  # fmt: skip
    await tx.execute(ASK, *columns_of(rows))


async def answer(tx: Transaction[Policy], answers: Sequence[Answer]) -> None:
    """Add what was answered."""
    rows = [
        (
            one.order_id, one.cancel_id, one.line_id, one.sku, one.cancelled, one.withdrawn,
            one.refused, reason_row(one.reason),
        )
        for one in answers
    ]  # fmt: skip
    await tx.execute(ANSWER, *columns_of(rows))


async def read_pending(tx: Transaction[Policy], order_ids: Iterable[str]) -> dict[str, int]:
    """Units by line that cancels of these orders still ask for."""
    rows = await tx.fetch(READ_PENDING, list(order_ids))
    return {row["line_id"]: row["units"] for row in rows}


async def settle(tx: Transaction[Policy], order_ids: Iterable[str]) -> list[Cancel]:
    """Close the cancels of these orders that are answered for every unit; those, oldest first."""
    rows = await tx.fetch(SETTLE, list(order_ids), tx.now)
    return [cancel_of(row) for row in sorted(rows, key=lambda r: (r["taken_at"], r["cancel_id"]))]


async def read_asks(
    tx: Transaction[Policy], cancels: Sequence[Cancel]
) -> dict[tuple[str, str], list[Ask]]:
    """What was asked and answered, by order and cancel, in the order of the lines."""
    found: dict[tuple[str, str], list[Ask]] = {(c.order_id, c.cancel_id): [] for c in cancels}
    for row in await tx.fetch(READ_ASKS, *columns_of(list(found))):
        found[row["order_id"], row["cancel_id"]].append(ask_of(row))
    return found


def cancel_of(row: Any) -> Cancel:
    """A row, as the rules see it."""
    return Cancel(row["order_id"], row["cancel_id"], row["cause"], row["units"])


def ask_of(row: Any) -> Ask:
    """A row, as the rules see it."""
    return Ask(
        row["order_id"], row["cancel_id"], row["line_id"], row["sku"], row["requested"],
        row["cancelled"], row["withdrawn"], row["refused"], reason_of(row["reason"]),
    )  # fmt: skip
