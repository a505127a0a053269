"""Promising waiting lines again, when what should come or who is ahead has changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

import structlog

from services.allocation import store
from services.allocation.domain import reasons
from services.allocation.domain.policy import Policy
from services.allocation.domain.queue import Line
from services.allocation.domain.walk import HEAD, PAGE_LINES, Bookmark, Walk
from services.allocation.telling import promise_changed
from services.chassis.effects import Due, NewEffect, Timer
from services.chassis.transaction import Transaction

SKUS_AT_ONCE = 100
"""SKUs promised again in one transaction: with ``PAGE_LINES`` it bounds memory."""


PUT_OFF_SECONDS = 0.1
"""How long a SKU that somebody has in hand is left alone."""

log = structlog.get_logger()


async def promise_again(due: Sequence[Due], tx: Transaction[Policy]) -> None:
    """Walk along each queue, a page of it at once, and tell the days that changed.

    It waits for no SKU's lock: a batch may hold that one, and wait for the row of this timer.
    """
    desks = await store.open_free_desks(tx, {one.subject for one in due})
    put_off(tx, [one for one in due if one.subject not in desks])
    free = [one for one in due if one.subject in desks]
    bookmarks, told_why = bookmarks_of(free), news_of(free)
    passed = await store.read_passed(tx, list(bookmarks.values()))
    walks = {
        sku: Walk(desk.product, desk.outlook, desk.book.supply.values(), passed[sku])
        for sku, desk in desks.items()
        if desk.product is not None
    }
    wanted = [(bookmarks[sku], walk.beyond_supply) for sku, walk in walks.items()]
    pages = await store.read_pages(tx, wanted)
    changes = [
        change for sku, page in pages.items() for change in walks[sku].along(page, told_why[sku])
    ]
    await store.write_promises(tx, changes)
    tx.say(*(promise_changed(change) for change in changes))
    tx.schedule(*next_pages(pages, told_why, tx.now))
    if changes:
        log.info(
            "promises_changed", skus=len({one.line.sku for one in changes}), lines=len(changes)
        )


def put_off(tx: Transaction[Policy], due: Sequence[Due]) -> None:
    """Look again in a moment at SKUs that somebody has in hand."""
    tx.schedule(
        *(
            NewEffect(one.kind, one.key, one.subject, one.due_at, one.request, PUT_OFF_SECONDS)
            for one in due
        )
    )
    if due:
        log.debug("promises_put_off", skus=len(due))


EFFECTS = (Timer(kind="promise_again", fire=promise_again, batch=SKUS_AT_ONCE),)


def bookmarks_of(due: Iterable[Due]) -> dict[str, Bookmark]:
    """Where to go on in each SKU's queue; a walk from its head makes one further on needless."""
    found: dict[str, Bookmark] = {}
    for one in due:
        bookmark = Bookmark(one.subject, place_in(one.request))
        known = found.get(one.subject, bookmark)
        found[one.subject] = min(known, bookmark, key=lambda mark: mark.after)
    return found


def news_of(due: Iterable[Due]) -> dict[str, reasons.Reason | None]:
    """Why each SKU's promises are looked at again: what was heard first."""
    found: dict[str, reasons.Reason | None] = {}
    for one in due:
        told = one.request.get("news")
        found[one.subject] = found.get(one.subject) or (reasons.Reason(**told) if told else None)
    return found


def next_pages(
    pages: Mapping[str, Sequence[Line]],
    told_why: Mapping[str, reasons.Reason | None],
    now: datetime,
) -> Iterable[NewEffect]:
    """Go on behind each full page."""
    for sku, page in pages.items():
        if len(page) == PAGE_LINES:
            priority_class, placed_at, line_id = page[-1].place
            after = [priority_class, placed_at.isoformat(), line_id]
            why = told_why[sku]
            request = {"after": after, "news": asdict(why) if why else None}
            key = f"{sku} behind {line_id}"
            yield NewEffect("promise_again", key, subject=sku, due_at=now, request=request)


def place_in(request: Mapping[str, object]) -> tuple[int, datetime, str]:
    """The place that a walk goes on behind."""
    match request.get("after"):
        case [int(priority_class), str(placed_at), str(line_id)]:
            return (priority_class, datetime.fromisoformat(placed_at), line_id)
        case _:
            return HEAD
