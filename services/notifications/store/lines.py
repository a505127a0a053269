"""How lines stand, and what was told of them. The orders are locked by the caller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from services.chassis.transaction import Transaction
from services.notifications.domain.lines import Line
from services.notifications.domain.orders import Policy
from services.notifications.domain.told import Told

if TYPE_CHECKING:
    from asyncpg import Record


async def lines(tx: Transaction[Policy], line_ids: Iterable[str]) -> dict[str, Line]:
    """Some lines, by id."""
    rows = await tx.fetch("SELECT * FROM lines WHERE line_id = ANY($1)", list(set(line_ids)))
    return {row["line_id"]: _line(row) for row in rows}


async def lines_of(tx: Transaction[Policy], order_ids: Iterable[str]) -> list[Line]:
    """All confirmed lines of some orders, as they stand in them."""
    rows = await tx.fetch(
        "SELECT * FROM lines WHERE order_id = ANY($1) AND quantity IS NOT NULL "
        "ORDER BY order_id, ordinal",
        list(set(order_ids)),
    )
    return [_line(row) for row in rows]


def _line(row: Record) -> Line:
    told = None
    if row["told_waiting"] is not None:
        told = Told(
            row["told_waiting"], row["told_allocated"], row["told_announced"],
            row["told_shipped"], row["told_promised_on"], row["told_version"],
            row["told_cancelled"],
        )  # fmt: skip
    return Line(
        row["line_id"], row["order_id"], row["sku"], row["ordinal"], row["title"],
        row["quantity"], row["line_total_minor"], row["granted_total"], row["decision_no"],
        row["waiting"], row["refused"], row["promised_on"], row["promise_version"], told,
        row["requeued_total"], row["promise_cause"], row["cancelled"], row["withdrawn"],
        row["settled"], row["left_cause"], row["left_total"], row["passed_on"], row["answered"],
        row["called_off"],
    )  # fmt: skip


RECORD = """
INSERT INTO lines
    (line_id, order_id, sku, ordinal, title, quantity, line_total_minor, granted_total,
     decision_no, waiting, refused, promised_on, promise_version, told_waiting,
     told_allocated, told_announced, told_shipped, told_promised_on, told_version,
     told_cancelled, requeued_total, promise_cause, cancelled, withdrawn, settled,
     left_cause, left_total, passed_on, answered, called_off)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::int[], $7::bigint[],
    $8::int[], $9::bigint[], $10::int[], $11::int[], $12::date[], $13::int[],
    $14::int[], $15::int[], $16::int[], $17::int[], $18::date[], $19::int[],
    $20::int[], $21::int[], $22::text[], $23::int[], $24::int[], $25::int[],
    $26::text[], $27::int[], $28::int[], $29::int[], $30::int[])
ON CONFLICT (line_id) DO UPDATE
SET ordinal = EXCLUDED.ordinal, title = EXCLUDED.title, quantity = EXCLUDED.quantity,
    line_total_minor = EXCLUDED.line_total_minor,
    granted_total = EXCLUDED.granted_total, decision_no = EXCLUDED.decision_no,
    waiting = EXCLUDED.waiting, refused = EXCLUDED.refused,
    promised_on = EXCLUDED.promised_on, promise_version = EXCLUDED.promise_version,
    told_waiting = EXCLUDED.told_waiting, told_allocated = EXCLUDED.told_allocated,
    told_announced = EXCLUDED.told_announced, told_shipped = EXCLUDED.told_shipped,
    told_promised_on = EXCLUDED.told_promised_on,
    told_version = EXCLUDED.told_version, told_cancelled = EXCLUDED.told_cancelled,
    requeued_total = EXCLUDED.requeued_total, promise_cause = EXCLUDED.promise_cause,
    cancelled = EXCLUDED.cancelled, withdrawn = EXCLUDED.withdrawn,
    settled = EXCLUDED.settled, left_cause = EXCLUDED.left_cause,
    left_total = EXCLUDED.left_total, passed_on = EXCLUDED.passed_on,
    answered = EXCLUDED.answered, called_off = EXCLUDED.called_off
"""


async def record_lines(tx: Transaction[Policy], changed: Sequence[Line]) -> None:
    """Write lines as they stand, new ones too."""
    if changed:
        columns = zip(*(_stored(line) for line in changed), strict=True)
        await tx.execute(RECORD, *(list(column) for column in columns))


def _stored(line: Line) -> tuple[object, ...]:
    """A line's columns, in the statement's order."""
    return (
        line.line_id, line.order_id, line.sku, line.ordinal, line.title, line.quantity,
        line.line_total_minor, line.granted_total, line.decision_no, line.waiting, line.refused,
        line.promised_on, line.promise_version, *_stored_told(line.told), line.requeued_total,
        line.promise_cause, line.cancelled, line.withdrawn, line.settled, line.left_cause,
        line.left_total, line.passed_on, line.answered, line.called_off,
    )  # fmt: skip


def _stored_told(told: Told | None) -> tuple[object, ...]:
    """What was told, in the statement's order; nothing until the order is confirmed."""
    if told is None:
        return (None, None, None, None, None, None, 0)
    return (
        told.waiting, told.allocated, told.announced, told.shipped, told.promised_on,
        told.promise_version, told.cancelled,
    )  # fmt: skip
