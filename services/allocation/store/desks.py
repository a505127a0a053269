"""A desk opened on locked rows, and closed by writing what has changed: one statement a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from services.allocation.domain.book import Item
from services.allocation.domain.desk import Desk
from services.allocation.domain.expected import DeliveryKey
from services.allocation.domain.policy import Policy
from services.allocation.domain.queue import Line
from services.allocation.domain.supply import Supply
from services.allocation.store.answers import write_requests, write_revised, write_served
from services.allocation.store.decisions import keep_decisions
from services.allocation.store.expected import keep_expected, read_expected
from services.allocation.store.items import lock_free_items, lock_items, move_on
from services.allocation.store.supply import add_supply, keep_counts, move_units, read_supply
from services.chassis.transaction import Transaction

Desks = Mapping[str, Desk]


class NotAsRead(Exception):
    """Rows under a SKU's lock are not as they were read: a bug, on which nothing is granted."""


async def open_desks(
    tx: Transaction[Policy],
    skus: Iterable[str],
    named: Iterable[tuple[str, DeliveryKey]] = (),
) -> dict[str, Desk]:
    """Lock SKUs in order and read what is decided on, with the delivery lines that are named."""
    return await _desks_of(tx, await lock_items(tx, skus), named)


async def open_free_desks(tx: Transaction[Policy], skus: Iterable[str]) -> dict[str, Desk]:
    """Open desks as above, of those SKUs alone that nobody has in hand."""
    return await _desks_of(tx, await lock_free_items(tx, skus))


async def _desks_of(
    tx: Transaction[Policy],
    items: Sequence[Item],
    named: Iterable[tuple[str, DeliveryKey]] = (),
) -> dict[str, Desk]:
    locked = [item.sku for item in items]
    supply = await read_supply(tx, locked)
    expected = await read_expected(tx, locked, named)
    return {
        item.sku: Desk(
            item, supply.get(item.sku, ()), expected.get(item.sku, ()),
            policy=tx.policy, today=tx.now.date(),
        )
        for item in items
    }  # fmt: skip


async def close_desks(tx: Transaction[Policy], desks: Desks) -> None:
    """Write lines, units, counters and decisions. Raises ``NotAsRead`` rather than overgrant."""
    await write_lines(tx, desks)
    await write_supply(tx, desks)
    books = {sku: desk.book for sku, desk in desks.items()}
    items = [(one.item_before, one.item) for one in books.values() if one.item != one.item_before]
    if items:
        must_fit("items", await move_on(tx, items), len(items))
    if decisions := [decision for book in books.values() for decision in book.decisions]:
        await keep_decisions(tx, decisions)
    if counts := [(sku, taken) for sku, desk in desks.items() for taken in desk.counts]:
        await keep_counts(tx, counts)
    await write_expected(tx, desks)


async def write_lines(tx: Transaction[Policy], desks: Desks) -> None:
    """Lines that came in, lines of the queue that were served, and whatever else befell lines."""
    new: list[Line] = []
    served: list[Line] = []
    revised: list[tuple[Line, Line]] = []
    for book in (desk.book for desk in desks.values()):
        for line in book.lines.values():
            before = book.lines_before.get(line.line_id)
            if before is None:
                new.append(line)
            elif line is before:
                continue
            elif before.state == "waiting" and line.only_granted_since(before):
                served.append(line)
            elif line != before:
                revised.append((before, line))
    if new:
        must_fit("lines requested", await write_requests(tx, new), len(new))
    if served:
        must_fit("lines served", await write_served(tx, served), len(served))
    if revised:
        must_fit("lines revised", await write_revised(tx, revised), len(revised))


async def write_supply(tx: Transaction[Policy], desks: Desks) -> None:
    """Units moved, per SKU and warehouse."""
    books = {sku: desk.book for sku, desk in desks.items()}
    new = [
        (sku, one)
        for sku, book in books.items()
        for one in book.supply
        if one not in book.supply_before
    ]
    if new:
        await add_supply(tx, new)
    changes = [
        (sku, before, after)
        for sku, book in books.items()
        for warehouse, after in book.supply.items()
        if after != (before := book.supply_before.get(warehouse, Supply(warehouse)))
    ]
    if changes:
        must_fit("supply", await move_units(tx, changes), len(changes))


async def write_expected(tx: Transaction[Policy], desks: Desks) -> None:
    """Delivery lines that notices or scans moved."""
    moved = [
        (sku, delivery)
        for sku, desk in desks.items()
        for delivery in desk.deliveries.touched.values()
    ]
    if moved:
        await keep_expected(tx, moved)


def must_fit(what: str, fitted: int, wanted: int) -> None:
    """Every change must have met the row that it was decided on."""
    if fitted != wanted:
        raise NotAsRead(
            f"{what}: {wanted} changes decided, {fitted} fitted the rows as they are; nothing was "
            "written. Look for a line requested twice, or a write that did not take the SKU's lock"
        )
