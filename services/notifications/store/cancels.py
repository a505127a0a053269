"""Cancels that are settled. The orders are locked by the caller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import orjson

from services.chassis.transaction import Transaction
from services.notifications.domain.orders import Cancel, CancelledLine, Policy

if TYPE_CHECKING:
    from asyncpg import Record


async def cancels_of(tx: Transaction[Policy], order_ids: Iterable[str]) -> list[Cancel]:
    """All settled cancels of some orders."""
    rows = await tx.fetch(
        "SELECT * FROM cancels WHERE order_id = ANY($1) ORDER BY order_id, cancel_id",
        list(set(order_ids)),
    )
    return [_cancel(row) for row in rows]


def _cancel(row: Record) -> Cancel:
    lines: list[tuple[str, str, int, int, str]] = row["lines"]
    return Cancel(
        row["order_id"], row["cancel_id"], row["cause"], row["whole"],
        tuple(CancelledLine(*line) for line in lines), row["told_in"],
    )  # fmt: skip


async def record_cancels(tx: Transaction[Policy], cancels: Sequence[Cancel]) -> None:
    """Write settled cancels; of one that is known only its message can be new."""
    if not cancels:
        return
    await tx.execute(
        """INSERT INTO cancels (order_id, cancel_id, cause, whole, lines, told_in)
           SELECT o, c, k, w, l::jsonb, t
           FROM unnest($1::text[], $2::text[], $3::text[], $4::bool[], $5::text[], $6::int[])
                AS new (o, c, k, w, l, t)
           ON CONFLICT (order_id, cancel_id) DO UPDATE SET told_in = EXCLUDED.told_in""",
        [cancel.order_id for cancel in cancels],
        [cancel.cancel_id for cancel in cancels],
        [cancel.cause for cancel in cancels],
        [cancel.whole for cancel in cancels],
        [_stored(cancel) for cancel in cancels],
        [cancel.told_in for cancel in cancels],
    )


def _stored(cancel: Cancel) -> str:
    """A cancel's lines as they are stored: id, title, cancelled, refused, reason."""
    return orjson.dumps(
        [
            (line.line_id, line.title, line.cancelled, line.refused, line.reason)
            for line in cancel.lines
        ]
    ).decode()
