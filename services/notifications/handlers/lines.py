"""Lines: how they stand, and what of it is news that gathers."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.allocation import LineAllocated, LineBackordered, LinePromiseChanged, LineRefused
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.notifications import store
from services.notifications.domain.lines import LineFact, merged
from services.notifications.domain.orders import GatheredKind, Policy, gathered
from services.notifications.handlers.due import record_due


@hears(LineAllocated)
async def take_grants(granted: Sequence[LineAllocated], tx: Transaction[Policy]) -> None:
    """Keep which units no longer wait; the parcel's messages will tell it."""
    facts = [
        LineFact(
            event.line_id, event.order_id, event.sku, event.decision_no, event.granted_total,
            event.unfilled,
        )
        for event in granted
    ]  # fmt: skip
    await _take(tx, facts)


@hears(LineBackordered)
async def gather_backorders(waits: Sequence[LineBackordered], tx: Transaction[Policy]) -> None:
    """Keep which units wait; those that wait again after the confirmation are news."""
    facts = [
        LineFact(
            event.line_id, event.order_id, event.sku, event.decision_no, event.granted_total,
            event.quantity, 0, event.promised_on, event.promise_version,
        )
        for event in waits
    ]  # fmt: skip
    await _take(tx, facts, news="backordered")


@hears(LineRefused)
async def take_refusals(refused: Sequence[LineRefused], tx: Transaction[Policy]) -> None:
    """Keep which units will not be served; the confirmation tells it."""
    facts = [
        LineFact(event.line_id, event.order_id, event.sku, refused=event.quantity)
        for event in refused
    ]
    await _take(tx, facts)


@hears(LinePromiseChanged)
async def gather_dates(changed: Sequence[LinePromiseChanged], tx: Transaction[Policy]) -> None:
    """Keep the newest promise of each line; after the confirmation it is news."""
    facts = [
        LineFact(
            event.line_id, event.order_id, event.sku,
            promised_on=event.promised_on, promise_version=event.promise_version,
        )
        for event in changed
    ]  # fmt: skip
    await _take(tx, facts, news="date_changed")


async def _take(
    tx: Transaction[Policy], facts: Sequence[LineFact], news: GatheredKind | None = None
) -> None:
    """Take facts of lines; those that are news gather in one message per order."""
    orders = await store.lock_orders(tx, {fact.order_id for fact in facts})
    before = await store.lines(tx, [fact.line_id for fact in facts])
    lines = merged(before, facts)
    await store.record_lines(tx, [line for key, line in lines.items() if line != before.get(key)])
    if news is None:
        return
    touched = sorted({line.order_id for line in lines.values() if line.is_news()})
    hearing = [orders[order_id] for order_id in touched if orders[order_id].hears_news]
    if hearing:
        ids = [order.order_id for order in hearing]
        due = gathered(hearing, news, await store.gathering(tx, ids, news), tx.now, tx.policy)
        await record_due(tx, due, orders)
