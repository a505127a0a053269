"""Answers that must not be told before their order is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.chassis.transaction import Transaction
from services.order_intake.domain.policy import Policy
from services.order_intake.store.columns import columns_of

HOLD = """
INSERT INTO held_answers (order_id, kind, answer, held_at)
SELECT order_id, kind, answer, $4 FROM unnest($1::text[], $2::text[], $3::jsonb[])
    WITH ORDINALITY AS h (order_id, kind, answer, place)
ORDER BY place
"""

TAKE = "DELETE FROM held_answers WHERE order_id = ANY($1::text[]) RETURNING id, kind, answer"


async def hold_answers(
    tx: Transaction[Policy], answers: Sequence[tuple[str, str, dict[str, Any]]]
) -> None:
    """Keep answers (order, kind, content) of locked orders, in this order."""
    await tx.execute(HOLD, *columns_of(answers), tx.now)


async def take_answers(
    tx: Transaction[Policy], order_ids: Sequence[str]
) -> list[tuple[str, dict[str, Any]]]:
    """Take out what was kept for orders: kind and content, in the order they came."""
    rows = await tx.fetch(TAKE, order_ids)
    return [(row["kind"], row["answer"]) for row in sorted(rows, key=lambda row: row["id"])]
