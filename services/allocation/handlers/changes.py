"""What befalls a line after it was asked for, from whichever side it comes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import structlog

from services.allocation import store
from services.allocation.domain.changes import Change, GiveBack, Resumption
from services.allocation.domain.policy import Policy
from services.allocation.domain.queue import Line
from services.allocation.domain.revising import may_come_up, revise
from services.allocation.steps import conclude, see_queue
from services.chassis.transaction import Transaction

log = structlog.get_logger()

ChangeOfSku = tuple[str, Change]


async def take_changes(changes: Sequence[ChangeOfSku], tx: Transaction[Policy]) -> None:
    """Take changes in order; one that comes before its line is kept until that is requested."""
    if not changes:
        return
    desks = await store.open_desks(tx, {sku for sku, _ in changes})
    lines = await store.read_lines(tx, [one.line_id for _, one in changes])
    timely = [(sku, one) for sku, one in changes if one.line_id in lines]
    await keep_early(tx, [(sku, one) for sku, one in changes if one.line_id not in lines])
    await see_lines(tx, desks, lines, timely)
    waiting_again = {one.line_id for _, one in timely if isinstance(one, GiveBack | Resumption)}
    behind = await store.read_behind(tx, [lines[line_id] for line_id in sorted(waiting_again)])
    for sku, one in timely:
        revise(desks[sku], one, behind.get(one.line_id, ()))
    await conclude(tx, desks)


async def see_lines(
    tx: Transaction[Policy],
    desks: store.Desks,
    lines: Mapping[str, Line],
    changes: Iterable[ChangeOfSku],
) -> None:
    """Show the desks the lines that changes name, and the lines in turn for what comes up.

    A line that is named may leave the queue before it is its turn: units that it waits for are
    covered by further lines.
    """
    for line in lines.values():
        desks[line.sku].book.see([line])
    arrivals = [(sku, up) for sku, one in changes for up in may_come_up(one)]
    named: Counter[str] = Counter()
    for line in lines.values():
        named[line.sku] += line.waiting
    await see_queue(tx, desks, arrivals, named)


async def keep_early(tx: Transaction[Policy], early: Sequence[ChangeOfSku]) -> None:
    """Keep changes of lines that have not been requested."""
    if not early:
        return
    await store.keep_early(tx, early)
    for sku, one in early:
        log.info("fact_kept_for_its_line", kind=type(one).__name__, sku=sku, line_id=one.line_id)
