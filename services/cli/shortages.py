"""The `shortages` command: the buyer's list."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from services.audit.owners import Owners
from services.audit.shortages import COLUMNS, Shortage, shortages
from services.chassis.clock import Clock
from services.chassis.settings import Deployment
from services.cli.homes import chosen_home
from services.cli.looking import with_owners
from services.cli.plain_words import a_day
from services.cli.showing import a_table, out, printable

SHOWN = 100


def show_shortages(
    as_csv: Annotated[bool, typer.Option("--csv", help="CSV on standard output, all rows")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="rows of the table")] = SHOWN,
) -> None:
    """List what lines wait for and what should come: the most units that nobody has bought first."""
    home = chosen_home()

    async def look(_: Deployment, owners: Owners) -> None:
        found = await shortages(owners)
        if as_csv:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows([written(value) for value in one.row] for one in found)
        elif not found:
            out.print("Nothing is short: no line waits for goods.")
        else:
            out.print(a_list(found[:limit], Clock(home).now()))
            out.print(total(found, limit))

    with_owners(look)


def written(value: object) -> str:
    """A value of the CSV; times in ISO 8601, nothing where there is none."""
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def a_list(found: Sequence[Shortage], now: datetime) -> Table:
    """A row a SKU."""
    table = a_table(
        "", "SKU", "what", ">waiting", ">expected", ">to buy", "next delivery", "waits since",
    )  # fmt: skip
    for one in found:
        table.add_row(
            Text(printable(one.sku)), Text(printable(one.title)), waiting(one), f"{one.expected:,}",
            Text(f"{one.uncovered:,}", style="bold red" if one.uncovered else "dim"),
            a_day(one.next_expected_on, now) if one.next_expected_on else "–",
            a_day(one.oldest_wait_at, now) if one.oldest_wait_at else "–",
        )  # fmt: skip
    return table


def waiting(one: Shortage) -> Text:
    """Units that wait, and those that are owed or on hold beside them."""
    told = Text(f"{one.waiting:,}")
    if one.shortfall:
        told.append(f" + {one.shortfall:,} owed", style="yellow")
    if one.suspended:
        told.append(f" ({one.suspended:,} on hold)", style="dim")
    return told


def total(found: Sequence[Shortage], limit: int) -> str:
    """All of them in a sentence."""
    more = f" (the first {limit} are shown: --limit, or --csv for all)" if found[limit:] else ""
    waits, to_buy = sum(one.waiting for one in found), sum(one.uncovered for one in found)
    return (
        f"[dim]{len(found):,} SKU{'s' if found[1:] else ''}{more}, {waits:,} "
        f"unit{' waits' if waits == 1 else 's wait'}, {to_buy:,} {'is' if to_buy == 1 else 'are'} "
        "to be bought[/dim]"
    )
