"""What stands on shelves without having come in at the dock: counts and adjustments."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.warehouses import StockAdjusted, StockCounted
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.stock_receipts import telling
from services.stock_receipts.domain.lines import Item
from services.stock_receipts.domain.policy import Policy
from services.stock_receipts.store.items import lock_items, open_items
from services.stock_receipts.store.stock import add_adjustments, add_counts


@hears(StockCounted)
async def take_counts(counts: Sequence[StockCounted], tx: Transaction[Policy]) -> None:
    """Take counts; a balance is opened once per SKU and warehouse."""
    opened = await lock_items(tx, (item_of(one) for one in counts))
    new: dict[Item, str] = {}
    taken: list[StockCounted] = []
    for one in counts:
        first = new.get(item_of(one)) or opened[item_of(one)]
        if one.opening and first:
            tx.refuse(one, telling.opened_before(one, first))
            continue
        taken.append(one)
        if one.opening:
            new[item_of(one)] = one.count_id
    await open_items(tx, new)
    await add_counts(tx, taken)
    tx.say(*map(telling.counted, taken))


@hears(StockAdjusted)
async def take_adjustments(adjustments: Sequence[StockAdjusted], tx: Transaction[Policy]) -> None:
    """Take what others added or took."""
    await lock_items(tx, (item_of(one) for one in adjustments))
    await add_adjustments(tx, adjustments)
    tx.say(*map(telling.adjusted, adjustments))


def item_of(event: StockCounted | StockAdjusted) -> Item:
    """What was counted or adjusted, and where."""
    return Item(event.sku, event.warehouse)
