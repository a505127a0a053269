"""Lines as the customer knows them, and how far each one is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from services.chassis.transaction import Transaction
from services.order_intake.domain.lines import Line
from services.order_intake.domain.policy import Policy
from services.order_intake.domain.reasons import Reason
from services.order_intake.store.columns import columns_of

# What facts told before the order came stays; a line dropped here has not been told of by anybody.
TAKE = """
INSERT INTO lines (
    line_id, order_id, sku, ordinal, title, ordered, line_total_minor, requested_at, refused,
    refusal, answered
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::int[], $7::bigint[],
    $8::timestamptz[], $9::int[], $10::jsonb[], $11::boolean[]
)
ON CONFLICT (line_id) DO UPDATE SET
    ordinal = excluded.ordinal, title = excluded.title, ordered = excluded.ordered,
    line_total_minor = excluded.line_total_minor, requested_at = excluded.requested_at,
    refused = lines.refused + excluded.refused,
    refusal = coalesce(excluded.refusal, lines.refusal),
    answered = excluded.answered OR excluded.ordered = lines.granted_total - lines.requeued_total
        + lines.waiting + lines.refused + lines.cancelled
"""

READ = "SELECT * FROM lines WHERE line_id = ANY($1::text[])"

READ_OF_ORDERS = """
SELECT * FROM lines WHERE order_id = ANY($1::text[]) AND ordered IS NOT NULL
ORDER BY order_id, ordinal
"""

MOVE_ON = """
INSERT INTO lines (
    line_id, order_id, sku, allocated, granted_total, requeued_total, waiting, refused, cancelled,
    withdrawn, answered, promised_on, promise_version, allocated_at, reason, refusal
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[],
    $9::int[], $10::int[], $11::boolean[], $12::date[], $13::int[], $14::timestamptz[],
    $15::jsonb[], $16::jsonb[]
)
ON CONFLICT (line_id) DO UPDATE SET
    allocated = excluded.allocated, granted_total = excluded.granted_total,
    requeued_total = excluded.requeued_total, waiting = excluded.waiting,
    refused = excluded.refused, cancelled = excluded.cancelled, withdrawn = excluded.withdrawn,
    answered = excluded.answered, promised_on = excluded.promised_on,
    promise_version = excluded.promise_version, allocated_at = excluded.allocated_at,
    reason = excluded.reason, refusal = excluded.refusal
"""

DISPATCH = """
INSERT INTO lines (line_id, order_id, sku, dispatched)
SELECT line_id, min(order_id), min(sku), sum(quantity)
FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS d (line_id, order_id, sku, quantity)
GROUP BY line_id
ON CONFLICT (line_id) DO UPDATE SET dispatched = lines.dispatched + excluded.dispatched
"""

DELETE = "DELETE FROM lines WHERE order_id = ANY($1::text[])"


async def take_lines(
    tx: Transaction[Policy], lines: Iterable[tuple[Line, datetime | None]]
) -> None:
    """Write lines of orders, each with the time it was asked for."""
    rows = [
        (
            one.line_id, one.order_id, one.sku, one.ordinal, one.title or "", one.ordered,
            one.total_minor, requested_at, one.refused, reason_row(one.refusal), one.answered,
        )
        for one, requested_at in lines
    ]  # fmt: skip
    await tx.execute(TAKE, *columns_of(rows))


async def read_lines(tx: Transaction[Policy], line_ids: Iterable[str]) -> dict[str, Line]:
    """Lines by id. Their orders are locked, and so are they."""
    rows = await tx.fetch(READ, list(set(line_ids)))
    return {row["line_id"]: line_of(row) for row in rows}


async def read_lines_of(tx: Transaction[Policy], order_ids: Sequence[str]) -> dict[str, list[Line]]:
    """All lines of locked orders, as the shop gave them."""
    found: dict[str, list[Line]] = {order_id: [] for order_id in order_ids}
    for row in await tx.fetch(READ_OF_ORDERS, order_ids):
        found[row["order_id"]].append(line_of(row))
    return found


async def move_on(tx: Transaction[Policy], lines: Iterable[Line]) -> None:
    """Write how far lines of locked orders are."""
    rows = [
        (
            one.line_id, one.order_id, one.sku, one.allocated, one.granted_total,
            one.requeued_total, one.waiting, one.refused, one.cancelled, one.withdrawn,
            one.answered, one.promised_on, one.promise_version, one.allocated_at,
            reason_row(one.reason), reason_row(one.refusal),
        )
        for one in lines
    ]  # fmt: skip
    await tx.execute(MOVE_ON, *columns_of(rows))


async def dispatch(tx: Transaction[Policy], units: Sequence[tuple[str, str, str, int]]) -> None:
    """Add units that left: line, order (locked), SKU, quantity."""
    await tx.execute(DISPATCH, *columns_of(units))


async def delete_lines_of(tx: Transaction[Policy], order_ids: Sequence[str]) -> None:
    """Delete the lines of orders refused while they waited."""
    await tx.execute(DELETE, order_ids)


def reason_row(reason: Reason | None) -> dict[str, Any] | None:
    """A reason as it is stored."""
    return reason and {
        "code": reason.code, "text": reason.text, "parameters": dict(reason.parameters)
    }  # fmt: skip


def reason_of(row: Any) -> Reason | None:
    """A stored reason, as the rules see it."""
    return Reason(**row) if row else None


def line_of(row: Any) -> Line:
    """A row, as the rules see it; one that the release before wrote has its grants elsewhere."""
    return Line(
        row["line_id"], row["order_id"], row["sku"], row["ordinal"], row["title"], row["ordered"],
        row["line_total_minor"], row["requested_at"],
        max(row["granted_total"], row["allocated"]), row["requeued_total"], row["waiting"],
        row["refused"], row["cancelled"], row["withdrawn"], row["dispatched"], row["answered"],
        row["promised_on"], row["promise_version"], row["allocated_at"], reason_of(row["reason"]),
        reason_of(row["refusal"]),
    ).added_up()  # fmt: skip
