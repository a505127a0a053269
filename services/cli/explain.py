"""The `explain` command: one order's whole story, for whoever answers its customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.audit.explain import Story, explain, orders_named
from services.audit.messages import mail_name, name_of_mail
from services.audit.owners import Owners
from services.audit.story import Step, Words
from services.chassis.clock import Clock
from services.chassis.settings import Deployment
from services.cli.homes import HomeError, chosen_home
from services.cli.letters_shown import letters_table
from services.cli.looking import with_owners
from services.cli.plain_words import (
    a_day,
    a_moment,
    coming_in_words,
    details,
    headline,
    is_mail,
    line_now,
    mail_in_words,
    parcel_money,
    parcel_now,
)
from services.cli.showing import a_table, out, printable
from services.standins.mails import Mail, mails

AREAS = {
    "order_intake": "order",
    "allocation": "goods",
    "shipping": "parcel",
    "payments": "money",
    "notifications": "customer",
}


def show_story(
    order: Annotated[str, typer.Argument(help="an order id, with or without its shop")],
    whole_mails: Annotated[bool, typer.Option("--mails", help="its mails whole, too")] = False,
) -> None:
    """Tell an order's whole story: how it stands, what happened and why, what was mailed, what comes."""
    home = chosen_home()

    async def look(_: Deployment, owners: Owners) -> None:
        found = await orders_named(owners, order)
        if len(found) > 1:
            raise HomeError(f"several shops have an order {order}: name one of {', '.join(found)}")
        name = found[0] if found else order
        out.print(await story_of(owners, home, name))
        for mail in mails(home, name) if whole_mails else ():
            out.rule(f"{mail.subject} · {mail.received_at[:16]}", align="left")
            out.print(mail.text, markup=False)

    with_owners(look)


async def story_of(owners: Owners, home: Path, order_id: str) -> RenderableType:
    """The story of an order as it is shown. Raises ``HomeError`` where nothing is known of it."""
    story = await explain(owners, order_id)
    if story.state == "not known" and not (story.letters or story.steps or story.coming):
        raise HomeError(
            f"nothing is known of an order {order_id}: is it spelled as in its shop? What could not "
            "be taken is in `crossdock dead-letters list`"
        )
    return shown(story, mails(home, order_id), Clock(home).now())


def shown(story: Story, received: Sequence[Mail], now: datetime) -> RenderableType:
    """How it stands, then what there is, what happened and was mailed, and what comes."""
    words = Words({line.line_id: line.title or line.sku for line in story.lines}, story.currency)
    subjects = {mail_name(mail.message_id): mail.subject for mail in received}
    mailed = {
        one.message_id: mail_in_words(one, subjects.get(name_of_mail(one.message_id), ""))
        for one in story.messages
    }
    coming = _to_come(story, mailed)
    parts: list[RenderableType] = [*_head(story, now)]
    for has_rows, table in (
        (story.lines, _lines(story, now)),
        (story.parcels, _parcels(story, words)),
        (story.steps, _steps(story, mailed, now)),
        (coming, _coming(coming, now)),
        (story.letters, letters_table(story.letters, "Could not be taken")),
    ):
        if has_rows:
            parts += ["", table]
    return Group(*parts)


def _head(story: Story, now: datetime) -> list[RenderableType]:
    ships = {"complete": "in one parcel", "as_available": "as goods come in"}
    about = [
        f"customer {printable(story.customer_ref)}" if story.customer_ref else "",
        f"ships {ships[story.ship_preference]}" if story.ship_preference in ships else "",
    ]
    return [
        Text.assemble(
            (f"Order {printable(story.order_id)}", "bold"), f" as of {a_moment(now, now)} UTC"
        ),
        Text(" · ".join(filter(None, about)), style="dim"),
        Text(headline(story), style="bold"),
        *(
            Text(printable(one.text), style="red" if one.is_urgent else "")
            for one in details(story, now)
        ),
    ]


def _lines(story: Story, now: datetime) -> Table:
    table = a_table("Ordered", "line", ">units", "what", "where they are")
    for line in story.lines:
        told = Text(line_now(line, story.parcels, now))
        if line.why:
            told.append(f"\n{printable(line.why)}", style="dim")
        table.add_row(
            _short(line.line_id, story).removeprefix("line "), str(line.ordered),
            Text(printable(line.title or line.sku)), told,
        )  # fmt: skip
    return table


def _parcels(story: Story, words: Words) -> Table:
    table = a_table("Parcels", "parcel", "in it", "how it stands", "money")
    for parcel in story.parcels:
        inside = ", ".join(words.units(count, line) for line, count in parcel.units.items())
        table.add_row(
            _short(parcel.shipment_id, story).removeprefix("parcel "), Text(printable(inside) or "nothing"),
            Text(printable(parcel_now(parcel))), parcel_money(parcel, words),
        )  # fmt: skip
    return table


def _steps(story: Story, mailed: Mapping[str, str], now: datetime) -> Table:
    """Everything that happened, a day's name where it begins."""
    table = a_table("What happened", "", "", "", "")
    table.show_header = False
    before = ""
    for step in story.steps:
        if step.about in mailed and step.at > now:
            continue
        day = a_day(step.at, now)
        told = Text(printable(mailed.get(step.about, step.what)))
        if step.why and step.about not in mailed:
            told.append(f" — {printable(step.why)}", style="dim")
        table.add_row(
            Text("" if day == before else day, style="bold"), Text(f"{step.at:%H:%M}", style="dim"),
            Text(_about(step, story), style="cyan"), told,
        )  # fmt: skip
        before = day
    return table


def _about(step: Step, story: Story) -> str:
    """Which parcel, line, cancel or method it befell; else what it is part of."""
    is_whole = step.about == story.order_id or step.service == "notifications"
    return AREAS.get(step.service, step.service) if is_whole else _short(step.about, story)


def _short(about: str, story: Story) -> str:
    """A line, parcel, cancel or method without the order's id."""
    about = about.replace(f"{story.order_id}/", "parcel ")
    return printable(about.replace(f"{story.order_id}:", "line "))


Next = tuple[datetime, str, bool]
"""When, what, and whether a person must look."""


def _to_come(story: Story, mailed: Mapping[str, str]) -> list[Next]:
    """What is still to happen by itself, its mails among it, and what must be looked at."""
    found = [
        (one.due_at, coming_in_words(one), one.state == "given_up")
        for one in story.coming
        if one.state != "scheduled" or not is_mail(one)
    ]
    found += [
        (one.at, mailed[one.message_id], False) for one in story.messages if one.state == "due"
    ]
    return sorted(found)


def _coming(coming: Sequence[Next], now: datetime) -> Table:
    table = a_table("What comes next", "", "")
    table.show_header = False
    for at, what, must_look in coming:
        table.add_row(a_moment(at, now), Text(printable(what), style="red" if must_look else ""))
    return table
