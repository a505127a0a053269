"""How an order stands with its payment: three numbers in its row, which is locked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.chassis.transaction import Transaction
from services.order_intake.domain.policy import Policy
from services.order_intake.domain.troubles import Troubles
from services.order_intake.store.columns import columns_of

READ = """
SELECT order_id, asked_episode, suspended_episode, mended_episode FROM orders
WHERE order_id = ANY($1::text[])
"""

WRITE = """
UPDATE orders SET
    asked_episode = n.asked, suspended_episode = n.suspended, mended_episode = n.mended
FROM unnest($1::text[], $2::int[], $3::int[], $4::int[]) AS n (order_id, asked, suspended, mended)
WHERE orders.order_id = n.order_id
"""


async def read_troubles(tx: Transaction[Policy], order_ids: Iterable[str]) -> dict[str, Troubles]:
    """The troubles of locked orders."""
    return {row[0]: Troubles(*row) for row in await tx.fetch(READ, list(order_ids))}


async def write_troubles(
    tx: Transaction[Policy], before: Mapping[str, Troubles], now: Mapping[str, Troubles]
) -> None:
    """Write the troubles that are not as they were."""
    changed = [
        (one.order_id, one.asked, one.suspended, one.over)
        for order_id, one in now.items()
        if one != before[order_id]
    ]
    if changed:
        await tx.execute(WRITE, *columns_of(changed))
