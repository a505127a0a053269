"""The `replay` command: a retailer's files through the whole pipeline, and what became of them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Literal

import typer
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from services.audit.report import exit_code
from services.cli import looking, running
from services.cli.homes import DOCK, deployment, own_home, remember_home
from services.cli.replay import Course, begin, drive, files_digest
from services.cli.replay_report import print_counts, print_report
from services.cli.retailer import read_plan
from services.cli.retailer_plan import Plan
from services.cli.showing import out

AUDIT_WAIT_SECONDS = 60.0
SKIP, INCLUDE = "skip", "include"


def replay(
    orders: Annotated[list[Path], typer.Option(exists=True, help="invoice lines, CSV or CSV.gz")],
    expected: Annotated[list[Path], typer.Option(exists=True, help="announced deliveries")],
    receipts: Annotated[list[Path], typer.Option(exists=True, help="dock scans")],
    opening: Annotated[
        list[Path], typer.Option(exists=True, help="opening balances: warehouse,sku,quantity")
    ] = [],  # noqa: B006  # typer reads it, nobody changes it
    since: Annotated[
        datetime | None, typer.Option("--from", help="leave out what is before this time (UTC)")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", help="leave out what is at or after this time (UTC)")
    ] = None,
    cancellations: Annotated[
        Literal["skip", "include"],
        typer.Option(help="rows of invoices that begin with C: cancel earlier lines, or leave out"),
    ] = SKIP,
) -> None:
    """Replay a retailer's orders, announcements and scans on the driven clock, then audit.

    An invoice becomes an order, its rows the lines. Not used, and counted by reason: rows of
    cancellations (C…), without positive quantity or price, and fee codes; POST and DOT become the
    order's freight. The servers stay up until `crossdock down`.
    """
    plan = read_plan(
        orders, expected, receipts, opening, in_utc(since), in_utc(until),
        with_cancels=cancellations == INCLUDE,
    )  # fmt: skip
    files = [*orders, *expected, *receipts, *opening]
    digest = files_digest(files, [since, until, cancellations])
    home = own_home("replay")
    home.mkdir(parents=True, exist_ok=True)
    remember_home(home)
    out.print(f"[bold]Home[/bold] {home}", soft_wrap=True)
    print_counts(plan)
    if not plan.hours:
        raise typer.BadParameter("no row of these files is used: see the reasons above")
    with terminated_like_interrupted():
        try:
            course = _through(home, plan, digest)
            findings = looking.run_audit(home, AUDIT_WAIT_SECONDS)
        except BaseException:
            running.down(home)
            raise
        finally:
            if (home / "workers").is_dir():
                running.workers_down(home)
    print_report(home, plan, course)
    looking.print_findings(findings)
    out.print(f"\nThe servers stay up: `crossdock down` stops them. Home {home}", soft_wrap=True)
    raise typer.Exit(exit_code(findings))


def _through(home: Path, plan: Plan, digest: str) -> Course:
    """Bring the home up and drive the plan through it, showing how far it is."""
    again = begin(home, digest, plan.starts_at)
    if again:
        out.print(
            "The same files again: every fact is published once more and must change nothing."
        )
    addresses = running.up(home, lambda text: out.print(f"[dim]· {text}[/dim]"), [DOCK.name])
    progress = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("facts"),
        TimeElapsedColumn(),
        console=out,
        disable=not out.is_terminal,
    )
    with progress:
        task = progress.add_task(f"{plan.starts_at:%Y-%m-%d %H:%M}", total=plan.facts)

        def told(moment: datetime, facts: int, _: int) -> None:
            progress.update(task, description=f"{moment:%Y-%m-%d %H:%M}", completed=facts)
            if not out.is_terminal and moment.hour == 12:
                out.print(f"{moment:%Y-%m-%d}: {facts} of {plan.facts} facts")

        return asyncio.run(drive(home, deployment(home, addresses), plan, told, again=again))


def in_utc(moment: datetime | None) -> datetime | None:
    """A time of the command line, which is UTC."""
    return None if moment is None else moment.replace(tzinfo=UTC)


@contextmanager
def terminated_like_interrupted() -> Generator[None]:
    """Let SIGTERM end a command as Ctrl-C does, so that what it started is stopped."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
