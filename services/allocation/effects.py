"""Promising waiting lines again, when what should come or who is ahead has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from schemas.allocation import LinePromiseChanged
from schemas.values import Reason
from services.allocation import store
from services.allocation.domain.decisions import PromiseChange
from services.allocation.domain.policy import Policy
from services.allocation.domain.queue import Line
from services.allocation.domain.walk import HEAD, PAGE_LINES, Bookmark, Walk
from services.chassis.effects import Due, NewEffect, Timer
from services.chassis.transaction import Transaction

SKUS_AT_ONCE = 100
"""SKUs promised again in one transaction: with ``PAGE_LINES`` it bounds memory."""


async def promise_again(due: Sequence[Due], tx: Transaction[Policy]) -> None:
    """Walk along each queue, a page of it at once, and tell the days that changed."""
    bookmarks = bookmarks_of(due)
    desks = await store.open_desks(tx, bookmarks)
    passed = await store.read_passed(tx, list(bookmarks.values()))
    walks = {
        sku: Walk(desk.product, desk.outlook, desk.book.supply.values(), passed[sku])
        for sku, desk in desks.items()
        if desk.product is not None
    }
    wanted = [(bookmarks[sku], walk.beyond_supply) for sku, walk in walks.items()]
    pages = await store.read_pages(tx, wanted)
    changes = [change for sku, page in pages.items() for change in walks[sku].along(page)]
    await store.write_promises(tx, changes)
    tx.say(*(told(change) for change in changes))
    tx.schedule(*next_pages(pages, tx.now))


EFFECTS = (Timer(kind="promise_again", fire=promise_again, batch=SKUS_AT_ONCE),)


def bookmarks_of(due: Iterable[Due]) -> dict[str, Bookmark]:
    """Where to go on in each SKU's queue; a walk from its head makes one further on needless."""
    found: dict[str, Bookmark] = {}
    for one in due:
        bookmark = Bookmark(one.subject, place_in(one.request))
        known = found.get(one.subject, bookmark)
        found[one.subject] = min(known, bookmark, key=lambda mark: mark.after)
    return found


def next_pages(pages: Mapping[str, Sequence[Line]], now: datetime) -> Iterable[NewEffect]:
    """Go on behind each full page."""
    for sku, page in pages.items():
        if len(page) == PAGE_LINES:
            priority_class, placed_at, line_id = page[-1].place
            after = [priority_class, placed_at.isoformat(), line_id]
            key = f"{sku} behind {line_id}"
            yield NewEffect("promise_again", key, subject=sku, due_at=now, request={"after": after})


def place_in(request: Mapping[str, object]) -> tuple[int, datetime, str]:
    """The place that a walk goes on behind."""
    match request.get("after"):
        case [int(priority_class), str(placed_at), str(line_id)]:
            return (priority_class, datetime.fromisoformat(placed_at), line_id)
        case _:
            return HEAD


def told(change: PromiseChange) -> LinePromiseChanged:
    """What the order hears."""
    line, reason = change.line, change.reason
    return LinePromiseChanged(
        order_id=line.order_id,
        line_id=line.line_id,
        sku=line.sku,
        waiting=line.waiting,
        promised_on=line.promise.promised_on,
        promise_version=line.promise.version,
        reason=Reason(code=reason.code, text=reason.text, parameters=reason.parameters),
    )
