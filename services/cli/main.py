"""The `crossdock` command."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.console import Console

from deploy.local.home import StackError
from services.chassis.broker import TopicsNotMade
from services.chassis.clock import ClockError
from services.chassis.migrate import MigrationError
from services.cli import running
from services.cli.homes import HomeError, addresses_of, chosen_home, deployment_of
from services.cli.run_workers import run as run_workers

app = typer.Typer(
    help="Keeps a shop's promise when the shelf is empty.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
console = Console(stderr=True, highlight=False)


def say(text: str) -> None:
    """Tell what is being done, beside the output proper."""
    console.print(f"[dim]· {text}[/dim]")


@app.command()
def up(
    servers: Annotated[bool, typer.Option("--servers", help="only the servers")] = False,
) -> None:
    """Bring everything up: servers, schemas, topics, six workers. Returns when ready."""
    home = chosen_home()
    addresses = running.servers_up(home, say) if servers else running.up(home, say)
    console.print(f"[bold]Ready.[/bold] Home {home}")
    print(f"CROSSDOCK_HOME={home}")
    print(f"CROSSDOCK_KAFKA={addresses.kafka}")
    print(f"CROSSDOCK_POSTGRES={addresses.postgres}")
    print(f"CROSSDOCK_PASSFILE={addresses.passfile}")


@app.command()
def down() -> None:
    """Stop everything of the home; its data stay."""
    home = chosen_home()
    running.down(home)
    console.print(f"Stopped. The data stay in {home}")


@app.command()
def migrate() -> None:
    """Bring every schema and topic up to date; safe to repeat."""
    import asyncio

    home = chosen_home()
    addresses = addresses_of(home)
    if addresses is None:
        raise HomeError(f"no servers answer in {home}: start them with `crossdock up --servers`")
    for service, applied in asyncio.run(running.prepare(home, addresses)).items():
        print(f"{service}: {', '.join(applied) or 'up to date'}")


@app.command()
def worker(
    names: Annotated[list[str], typer.Argument(help="services, such as allocation")],
) -> None:
    """Run workers in this process until Ctrl-C, on the servers of the home."""
    import os

    from services.cli.homes import environment

    home = chosen_home()
    found = deployment_of(home)
    addresses = addresses_of(home)
    assert addresses is not None
    assert found
    os.environ.update(environment(home, addresses))
    raise typer.Exit(run_workers(names))


def main() -> None:
    """Run the command; what a person can mend is told in one sentence, without a traceback."""
    try:
        app()
    except (StackError, HomeError, MigrationError, TopicsNotMade, ClockError) as error:
        console.print(f"[bold red]crossdock:[/bold red] {error}", markup=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
