"""How things look on a terminal: tables for people, plain lines where nobody watches."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from services.audit.status import Letter, Status

out = Console(highlight=False, soft_wrap=False)


def seconds(value: float | None) -> str:
    """A duration as people say it."""
    if value is None:
        return "–"
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < 120:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min"


def a_table(title: str, *columns: str) -> Table:
    """A table in the house style; a column that begins with ``>`` is right-aligned."""
    table = Table(
        title=title, title_justify="left", title_style="bold", header_style="dim", box=None
    )
    for column in columns:
        right = column.startswith(">")
        table.add_column(column.lstrip(">"), justify="right" if right else "left", no_wrap=right)
    return table


def lag_table(status: Status) -> Table:
    """Lag per service and topic; what is read to its end is folded into one word."""
    table = a_table("Lag", "service", "topic", ">messages", ">oldest")
    for lag in status.lags:
        state = (
            ("[green]0[/green]", "")
            if not lag.messages
            else (str(lag.messages), seconds(lag.seconds))
        )
        table.add_row(lag.service, lag.topic, *state)
    return table


def services_table(status: Status) -> Table:
    """What each service has to say, has given up on, and could not take."""
    table = a_table("Services", "service", ">outbox", ">oldest", ">dead letters")
    for one in status.services:
        letters = f"[red]{one.dead_letters}[/red]" if one.dead_letters else "0"
        table.add_row(one.service, str(one.outbox), seconds(one.outbox_seconds), letters)
    return table


def effects_table(status: Status) -> Table:
    """Effects by service and kind."""
    table = a_table(
        "Effects",
        "service",
        "kind",
        ">due",
        ">started",
        ">unknown",
        ">given up",
        ">later",
        "next due",
    )
    for one in status.services:
        for row in one.effects:
            table.add_row(
                one.service,
                str(row["kind"]),
                *(str(row[name]) for name in ("due", "started", "unknown", "given_up", "later")),
                f"{row['next_due_at']:%Y-%m-%d %H:%M}" if row["next_due_at"] else "",
            )
    return table


def letters_table(letters: Sequence[Letter]) -> Table:
    """Dead letters, newest first."""
    table = a_table("Dead letters", "id", "arrived", "type", "about", "code", "reason")
    for letter in letters:
        row = letter.row
        table.add_row(
            letter.id,
            f"{row['arrived_at']:%Y-%m-%d %H:%M:%S}",
            str(row["type_name"] or "?").removeprefix("crossdock."),
            str(row["aggregate"] or "–"),
            str(row["code"]),
            str(row["reason"]),
        )
    return table
