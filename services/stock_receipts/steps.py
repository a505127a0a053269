"""What handlers and timers do around a change of deliveries: open them, and conclude."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from services.chassis.effects import NewEffect
from services.chassis.transaction import Transaction
from services.stock_receipts import telling
from services.stock_receipts.domain.delivery import Deliveries
from services.stock_receipts.domain.lines import DeliveryKey, End, LineKey
from services.stock_receipts.domain.policy import Policy
from services.stock_receipts.store import deliveries as delivery_store
from services.stock_receipts.store.ends import Told, Whole, end_deliveries
from services.stock_receipts.store.items import lock_items

CLOSE = "close_delivery"
"""The kind of the effect that ends a delivery line by itself; its key is the line's."""
SCAN_AWAITED = "scan_awaited"
"""The kind of the effect that is due when a correction has waited long enough for its scan."""


async def open_deliveries(tx: Transaction[Policy], keys: Iterable[DeliveryKey]) -> Deliveries:
    """Read deliveries, with their items locked."""
    wanted = set(keys)
    await lock_items(tx, (key.item for key in wanted))
    return await delivery_store.read_deliveries(tx, wanted)


async def conclude(tx: Transaction[Policy], deliveries: Deliveries) -> None:
    """Record what has changed, and when lines now end by themselves."""
    await delivery_store.keep_deliveries(tx, deliveries)
    changed = dict(deliveries.changed_ends(tx.policy))
    tx.supersede(CLOSE, [name_of(key) for key in changed])
    tx.schedule(*(closing(key, end) for key, end in changed.items() if end))


async def wait_no_more(
    tx: Transaction[Policy], cause: Told, ended: Mapping[Whole, datetime]
) -> None:
    """Outsiders say that deliveries are at their end: nobody waits for the rest of their lines.

    An end that is dated ahead is of now, or it would end what is announced in the meantime.
    """
    moments = {whole: min(at, tx.now) for whole, at in ended.items()}
    lines = await end_deliveries(tx, cause, moments)
    deliveries = await open_deliveries(tx, (key.whole for key in lines))
    for key in lines:
        at = moments[Whole(key.warehouse, key.supplier, key.delivery)]
        delivery = deliveries[key.whole]
        deliveries[key.whole] = delivery.ended(key.supplier, End(at, cause, at))
    await conclude(tx, deliveries)
    tx.say(*telling.newly_short(deliveries))


def closing(key: LineKey, end: End) -> NewEffect:
    """The effect that ends a line by itself."""
    return NewEffect(CLOSE, name_of(key), subject=key.sku, due_at=end.at)


def name_of(key: LineKey) -> str:
    """A line's key as one string; ids may hold any character, so they are quoted."""
    return json.dumps(key, ensure_ascii=False)


def key_named(name: str) -> LineKey:
    """The line's key in a string."""
    return LineKey(*json.loads(name))
