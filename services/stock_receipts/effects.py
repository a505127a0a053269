"""What stock receipts does when a time has come."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.effects import Due, Timer
from services.chassis.premises import refuse_awaited
from services.chassis.transaction import Transaction
from services.stock_receipts import telling
from services.stock_receipts.domain.policy import Policy
from services.stock_receipts.steps import (
    CLOSE,
    SCAN_AWAITED,
    closing,
    conclude,
    key_named,
    open_deliveries,
)


async def close_deliveries(due: Sequence[Due], tx: Transaction[Policy]) -> None:
    """Wait no more for the rest of a delivery line that was unloaded, or is overdue.

    A line whose time has not come is looked at again then.
    """
    keys = [key_named(one.key) for one in due]
    deliveries = await open_deliveries(tx, (key.whole for key in keys))
    for key in keys:
        delivery = deliveries[key.whole]
        deliveries[key.whole] = delivery.lapsed(key.supplier, tx.now, tx.policy)
    await conclude(tx, deliveries)
    for key in keys:
        end = deliveries[key.whole].ends_by_themselves(tx.policy).get(key.supplier)
        tx.schedule(*([closing(key, end)] if end else []))
    tx.say(*telling.newly_short(deliveries))


async def refuse_corrections(due: Sequence[Due], tx: Transaction[Policy]) -> None:
    """A correction has waited long enough for its scan."""
    waited = tx.policy.premise_wait
    await refuse_awaited(tx, {one.key: telling.no_such_scan(one.subject, waited) for one in due})


EFFECTS = (
    Timer(kind=CLOSE, fire=close_deliveries),
    Timer(kind=SCAN_AWAITED, fire=refuse_corrections),
)
