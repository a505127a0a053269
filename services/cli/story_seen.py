"""What each party of the demo's story sees: shop, dock, provider, customers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from schemas.allocation import UnitsRouted
from schemas.envelope import Event
from schemas.shipping import PackRequested, ParcelReleased
from schemas.shop_answers import (
    AnswerAccepted,
    AnswerAllocated,
    AnswerBackordered,
    AnswerCancelSettled,
    AnswerConfirmed,
    AnswerPaymentNeeded,
    AnswerPromiseChanged,
    AnswerShipped,
)
from services.cli.showing import a_table
from services.cli.stage import of
from services.cli.story_facts import FREIGHT_MINOR, LAMP_PRICE_MINOR, SAMPLES, order_id
from services.standins.mails import Mail, mails

MAIL_LINES = 24
MOVES = {
    "cross_dock": "cross-dock", "pick": "pick", "relabel": "relabel", "put_away": "put away",
    "back_to_shelf": "back to shelf",
}  # fmt: skip


def dates(seen: Sequence[Event]) -> RenderableType:
    """Some orders, and the day each was promised."""
    confirmed = {one.order_id: one for one in of(seen, AnswerConfirmed)}
    table = a_table("", "order", "its lamp", "promised")
    for number in SAMPLES:
        if found := confirmed.get(order_id(number)):
            [line] = found.lines
            when = f"{line.promised_on:%A, %d %B}" if line.promised_on else "no date yet"
            table.add_row(order_id(number), "waits" if line.waiting else "is there", when)
    taken = Text(f"{len(of(seen, AnswerAccepted))} accepted, {len(confirmed)} confirmed")
    return Group(taken, table)


def moves(seen: Sequence[Event]) -> RenderableType:
    """Where the units went, and what became of parcels."""
    routed = of(seen, UnitsRouted)
    table = a_table("", "move", ">units", "to")
    for kind, name in MOVES.items():
        of_kind = [one for one in routed if one.move == kind]
        few = [*of_kind[:3], *of_kind[-1:]] if len(of_kind) > 4 else of_kind
        for one in few:
            table.add_row(
                name, str(one.quantity), f"lane, {one.order_id}" if one.order_id else "shelf"
            )
    units = sum(one.quantity for one in routed if one.order_id)
    line = (
        f"{units} lamps to the lane · {len(of(seen, PackRequested))} parcels asked for · "
        f"{len(of(seen, ParcelReleased))} may leave"
    )
    return Group(Text(line), table)


def answers(seen: Sequence[Event]) -> RenderableType:
    """Units that found their orders, parcels that left, cards that are needed."""
    shipped, allocated = of(seen, AnswerShipped), of(seen, AnswerAllocated)
    lines = [f"{len(allocated)} lamps found their order, {len(shipped)} orders shipped"]
    lines += [f"first {one.order_id}, by {one.carrier}, {one.tracking}" for one in shipped[:1]]
    lines += [
        f"{one.order_id} needs another card until {one.deadline:%A, %d %B}"
        for one in of(seen, AnswerPaymentNeeded)
    ]
    lines += [
        f"{one.order_id} waits again: {one.reason.text}" for one in of(seen, AnswerBackordered)
    ]
    return "\n".join(lines)


def money(home: Path) -> RenderableType:
    """What was captured."""
    shipped = sum(1 for mail in mails(home, None) if mail.kind == "shipped")
    total = shipped * (LAMP_PRICE_MINOR + FREIGHT_MINOR) / 100
    return (
        f"{shipped} captures, £{total:,.2f}: each after its parcel was packed and before it "
        "left, once"
    )


def mail_of(home: Path, number: int, kind: str) -> RenderableType:
    """A customer's latest mail of a kind."""
    found = [one for one in mails(home, order_id(number)) if one.kind == kind]
    return shown(found[-1]) if found else "(no such mail)"


def promises(seen: Sequence[Event]) -> str:
    """How many lines have which new date."""
    dates = Counter(str(one.promised_on) for one in of(seen, AnswerPromiseChanged))
    told = [f"{count} lines: now {when}" for when, count in sorted(dates.items())]
    return "\n".join(told) or "no date changed"


def cancels(seen: Sequence[Event]) -> str:
    """What cancels have come to."""
    return "\n".join(
        f"{one.order_id}: {sum(line.cancelled for line in one.lines)} cancelled, "
        f"{sum(line.refused for line in one.lines)} refused"
        for one in of(seen, AnswerCancelSettled)
    )


def shown(mail: Mail) -> RenderableType:
    """A mail as text, its first lines."""
    lines = mail.text.strip().splitlines()
    more = ["…"] if len(lines) > MAIL_LINES else []
    return Group(Text(mail.subject, style="bold"), Text("\n".join(lines[:MAIL_LINES] + more)))
