"""Lines: how they stand, and what of it is news that gathers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from schemas.allocation import LineAllocated, LineBackordered, LinePromiseChanged, LineRefused
from schemas.values import Reason
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.notifications import store
from services.notifications.domain.lines import GatheredNews, Line, LineFact, merged
from services.notifications.domain.orders import Order, Policy
from services.notifications.handlers.due import gather, look_again

NEWS: tuple[GatheredNews, ...] = ("backordered", "date_changed")


@dataclass(frozen=True)
class Taken:
    """Locked orders, and the lines of them that facts were about."""

    orders: Mapping[str, Order]
    lines: Mapping[str, Line]


@hears(LineAllocated)
async def take_grants(granted: Sequence[LineAllocated], tx: Transaction[Policy]) -> None:
    """Keep which units no longer wait; the parcel's messages will tell it."""
    facts = [
        LineFact(
            event.line_id, event.order_id, event.sku, event.decision_no, event.granted_total,
            event.requeued_total, event.unfilled,
        )
        for event in granted
    ]  # fmt: skip
    await look_again(tx, (await take_facts(tx, facts)).orders)


@hears(LineBackordered)
async def gather_backorders(waits: Sequence[LineBackordered], tx: Transaction[Policy]) -> None:
    """Keep which units wait; those that wait again after the confirmation are news."""
    facts = [
        LineFact(
            event.line_id, event.order_id, event.sku, event.decision_no, event.granted_total,
            event.requeued_total, event.quantity, 0, event.promised_on, event.promise_version,
            cause_of(event.reason),
        )
        for event in waits
    ]  # fmt: skip
    await _take_news(tx, facts)


@hears(LineRefused)
async def take_refusals(refused: Sequence[LineRefused], tx: Transaction[Policy]) -> None:
    """Keep which units will not be served; the confirmation tells it."""
    facts = [
        LineFact(event.line_id, event.order_id, event.sku, refused=event.quantity)
        for event in refused
    ]
    await take_facts(tx, facts)


@hears(LinePromiseChanged)
async def gather_dates(changed: Sequence[LinePromiseChanged], tx: Transaction[Policy]) -> None:
    """Keep the newest promise of each line and its cause; after the confirmation it is news."""
    facts = [
        LineFact(
            event.line_id, event.order_id, event.sku, promised_on=event.promised_on,
            promise_version=event.promise_version, promise_cause=cause_of(event.reason),
        )
        for event in changed
    ]  # fmt: skip
    await _take_news(tx, facts)


def cause_of(reason: Reason) -> str:
    """What has changed a promise, where allocation names it; else why the promise is as it is."""
    return str(reason.parameters.get("cause", reason.code))


async def take_facts(
    tx: Transaction[Policy], facts: Sequence[LineFact], order_ids: Iterable[str] = ()
) -> Taken:
    """Take facts of lines into them; also lock orders that no line was told of."""
    orders = await store.lock_orders(tx, {*order_ids, *(fact.order_id for fact in facts)})
    before = await store.lines(tx, [fact.line_id for fact in facts])
    lines = merged(before, facts)
    await store.record_lines(tx, [line for key, line in lines.items() if line != before.get(key)])
    return Taken(orders, lines)


async def _take_news(tx: Transaction[Policy], facts: Sequence[LineFact]) -> None:
    """Take facts of lines that may be news; those that are gather in one message per order."""
    taken = await take_facts(tx, facts)
    await gather_news(tx, await look_again(tx, taken.orders), taken.lines.values())


async def gather_news(
    tx: Transaction[Policy], orders: Mapping[str, Order], lines: Iterable[Line]
) -> None:
    """Gather what is news of some lines."""
    found = [(line.news(), line.order_id) for line in lines]
    for kind in NEWS:
        news = {order_id for one, order_id in found if one == kind}
        if news:
            orders = await gather(tx, orders, kind, news)
