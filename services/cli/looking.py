"""Commands that only look: export, audit, mails."""

from __future__ import annotations

import asyncio
import csv
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.table import Table
from rich.text import Text

from services.audit.checks import CHECKS
from services.audit.export import COLUMNS, exported_lines
from services.audit.owners import Owners
from services.audit.quiet import NotQuiet, Quiet
from services.audit.report import Evidence, Finding, audit, exit_code
from services.chassis.clock import Clock
from services.chassis.settings import Deployment
from services.cli import showing
from services.cli.homes import (
    MAILBOX,
    chosen_home,
    deployment_of,
    needed_standins,
    provider_url,
)
from services.cli.meanwhile import answering, running_standins, standing_provider
from services.cli.showing import out
from services.standins.mails import mails as mails_of

T = TypeVar("T")

MARKS = {
    "clean": "[green]✓[/green]",
    "violated": "[red]✗[/red]",
    "not judged": "[yellow]?[/yellow]",
}


def with_owners(look: Callable[[Deployment, Owners], Awaitable[T]]) -> T:
    """Look at the home's servers, started for just as long where they do not run."""
    home = chosen_home()

    async def run() -> T:
        deployment = deployment_of(home)
        async with await Owners.open(deployment) as owners:
            return await look(deployment, owners)

    with answering(home):
        return asyncio.run(run())


export_app = typer.Typer(help="Facts as CSV.", no_args_is_help=True)


@export_app.command("lines")
def export_lines() -> None:
    """Every order line and what became of it, as CSV on standard output."""

    async def look(_: Deployment, owners: Owners) -> None:
        writer = csv.writer(sys.stdout)
        writer.writerow(COLUMNS)
        writer.writerows(await exported_lines(owners))

    with_owners(look)


def show_mails(
    order: Annotated[str | None, typer.Argument(help="an order id: show its mails whole")] = None,
) -> None:
    """Mails that the mailbox received: a list, or one order's with text and the HTML's path."""
    home = chosen_home()
    found = mails_of(home, order)
    if not found:
        out.print(f"No mails{f' of order {order}' if order else ''} in {home / 'mails'}.")
        return
    if order is None:
        table = showing.a_table("Mails", "received", "order", "kind", "subject")
        for mail in found:
            table.add_row(
                mail.received_at[:16].replace("T", " "), mail.order_id, mail.kind, mail.subject
            )
        out.print(table)
        return
    for mail in found:
        out.rule(f"{mail.subject} · {mail.received_at[:16]}", align="left")
        out.print(mail.text, markup=False)
        out.print(f"[dim]HTML: {mail.html}[/dim]\n", soft_wrap=True)


def show_audit(
    wait: Annotated[
        float, typer.Option(min=0, help="seconds to wait for rest before judging what is at rest")
    ] = 0,
) -> None:
    """Check what must always hold, and what must hold at rest. Exit 0 clean, 1 violated, 2 could not judge."""
    findings = run_audit(chosen_home(), wait)
    print_findings(findings)
    raise typer.Exit(exit_code(findings))


def run_audit(home: Path, wait: float) -> list[Finding]:
    """Every check of the audit, after waiting for rest."""

    async def look(deployment: Deployment, owners: Owners) -> list[Finding]:
        in_flight = await still_in_flight(home, deployment, owners, wait)
        ours = MAILBOX in needed_standins()  # what a real mail server has got, nobody can ask
        received = [mail.message_id for mail in mails_of(home, None)] if ours else None
        evidence = Evidence(deployment, owners, provider_url(home), received)
        return await audit(evidence, CHECKS, in_flight)

    with answering(home), standing_provider(home):
        return with_owners(look)


async def still_in_flight(
    home: Path, deployment: Deployment, owners: Owners, wait: float
) -> tuple[str, ...]:
    """What is in flight after waiting for rest; nothing, when it has come."""
    quiet = Quiet(deployment, owners, Clock(home), running_standins(home))
    await quiet.start()
    try:
        await quiet.wait(wait)
    except NotQuiet:
        return (await quiet.look()).in_hand or ("it keeps moving",)
    finally:
        await quiet.stop()
    return ()


def print_findings(findings: list[Finding]) -> None:
    """A line a check, its violations below it."""
    table = Table.grid(padding=(0, 1))
    for finding in findings:
        table.add_row(MARKS[finding.verdict], finding.check, Text(finding.text, style="dim"))
        for violation in finding.violations:
            table.add_row("", "", Text(violation, style="red"))
    out.print(table)
