"""What every handler does around its decision: open the desks it needs, and conclude."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

import structlog

from services.allocation import store
from services.allocation.domain.book import Book
from services.allocation.domain.decisions import Kind
from services.allocation.domain.expected import DeliveryKey
from services.allocation.domain.policy import Policy
from services.allocation.domain.supply import Arrival, Supply
from services.allocation.telling import told
from services.chassis.effects import NewEffect
from services.chassis.transaction import Transaction

log = structlog.get_logger()

LOGGED: Mapping[Kind, str] = {
    "refuse": "line_refused",
    "cancel": "line_cancelled",
    "give_back": "units_given_back",
    "suspend": "line_suspended",
    "resume": "line_resumed",
}
"""Decisions worth a line in the log: not the daily grants and waits."""


async def open_with_queue(
    tx: Transaction[Policy],
    arrivals: Sequence[tuple[str, Arrival]],
    named: Sequence[tuple[str, DeliveryKey]] = (),
) -> store.Desks:
    """Open desks with the lines in turn for the units that come up."""
    desks = await store.open_desks(tx, {sku for sku, _ in arrivals}, named)
    await see_queue(tx, desks, arrivals)
    return desks


async def see_queue(
    tx: Transaction[Policy],
    desks: store.Desks,
    arrivals: Sequence[tuple[str, Arrival]],
    besides: Mapping[str, int] | None = None,
) -> None:
    """Read the lines in turn; ``besides``: units of lines that may leave the queue before."""
    waited_for = [(sku, one) for sku, one in arrivals if desks[sku].somebody_waits]
    for sku, lines in (await store.read_next_in_line(tx, waited_for, besides)).items():
        desks[sku].book.see(lines)


async def conclude(tx: Transaction[Policy], desks: store.Desks) -> None:
    """Record what was decided, say it, and have stale promises looked at again."""
    await store.close_desks(tx, desks)
    for sku, desk in desks.items():
        tx.say(*(event for entry in desk.book.told for event in told(entry)))
        log_decisions(desk.book)
        log_holes(sku, desk.book)
    tx.schedule(
        *(
            NewEffect(
                "promise_again", key=sku, subject=sku, due_at=tx.now,
                request={"news": asdict(why)},
            )
            for sku, desk in desks.items()
            if (why := desk.promises_are_stale)
        )
    )  # fmt: skip


def log_decisions(book: Book) -> None:
    """Log what an operator may be asked about."""
    for one in book.decisions:
        if (name := LOGGED.get(one.kind)) and one.line:
            log.info(
                name,
                line_id=one.line.line_id,
                sku=one.sku,
                quantity=one.quantity,
                decision_no=one.decision_no,
                reason=one.reason.code,
            )


def log_holes(sku: str, book: Book) -> None:
    """Log units that turned out not to be there: somebody should look for them."""
    for warehouse, after in book.supply.items():
        before = book.supply_before.get(warehouse) or Supply(warehouse)
        if after is before:
            continue
        for name in ("shortfall", "missing", "lost"):
            was, units = getattr(before, name), getattr(after, name)
            if units > was:
                log.warning(
                    f"units_{name}", sku=sku, warehouse=warehouse, units=units - was, total=units
                )
            elif units < was:
                log.info(
                    f"units_{name}_made_good", sku=sku, warehouse=warehouse, units=was - units,
                    total=units,
                )  # fmt: skip
