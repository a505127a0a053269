"""The `demo` command: everything up, a story, trade, rest, audit, everything down."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from services.audit.owners import Owners
from services.audit.report import exit_code
from services.chassis.clock import Clock, set_clock
from services.chassis.settings import Deployment
from services.cli import looking, running
from services.cli.homes import (
    DOCK,
    SHOP,
    HomeError,
    deployment_of,
    own_home,
    remember_home,
)
from services.cli.meanwhile import standing
from services.cli.replaying import terminated_like_interrupted
from services.cli.stage import Stage
from services.cli.story import Story
from services.cli.story_facts import MISHAPS, MONDAY
from services.cli.trading import Trading

AUDIT_WAIT_SECONDS = 60.0

console = Console(highlight=False)


def demo(
    seconds: Annotated[
        float | None, typer.Option("--for", min=0, help="seconds of trade; without: until Ctrl-C")
    ] = None,
) -> None:
    """A lamp is sold out and forty people want it: see what shop, dock, customers and ops see."""
    home = own_home("demo")
    if Clock(home).setting is not None:
        raise HomeError(f"there was a demo or a replay in {home}: take another CROSSDOCK_HOME")
    home.mkdir(parents=True, exist_ok=True)
    set_clock(home, MONDAY)
    remember_home(home)
    console.print(f"[bold]Home[/bold] {home}", soft_wrap=True)
    with terminated_like_interrupted():
        try:
            running.up(home, lambda text: console.print(f"[dim]· {text}[/dim]"))
            _story_and_trade(home, deployment_of(home), seconds)
            console.print()
            console.rule("[bold]At rest: the audit[/bold]", align="left")
            findings = looking.run_audit(home, AUDIT_WAIT_SECONDS)
        finally:
            running.down(home)
    looking.print_findings(findings)
    console.print(
        "\nEverything is stopped. `crossdock mails`, `crossdock export lines` and `crossdock audit` "
        f"still answer, from {home}",
        soft_wrap=True,
    )
    raise typer.Exit(exit_code(findings))


def _story_and_trade(home: Path, deployment: Deployment, seconds: float | None) -> None:
    """The story with a dock, then trade with a shop as well, until its end or Ctrl-C."""
    os.environ.update(MISHAPS)
    with standing(home, DOCK):
        asyncio.run(_on_stage(home, deployment, lambda stage: Story(stage, console).tell()))
        with standing(home, SHOP), suppress(KeyboardInterrupt):
            asyncio.run(
                _on_stage(home, deployment, lambda stage: Trading(stage, console).run(seconds))
            )


async def _on_stage(
    home: Path, deployment: Deployment, play: Callable[[Stage], Awaitable[None]]
) -> None:
    async with await Owners.open(deployment) as owners, Stage(home, deployment, owners) as stage:
        await play(stage)
