"""The `crossdock` command."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
from aiokafka.errors import KafkaConnectionError
from rich.console import Console

from deploy.local.home import StackError
from services.audit.owners import Owners
from services.audit.quiet import NotQuiet
from services.chassis.broker import TopicsNotMade
from services.chassis.clock import Clock, ClockError
from services.chassis.migrate import MigrationError
from services.cli import looking, running, sending
from services.cli.dead_letters import letters_app
from services.cli.deciding import NoSuchLetter
from services.cli.demo import demo
from services.cli.dock import dock
from services.cli.doctor import doctor
from services.cli.explain import show_story
from services.cli.homes import HomeError, addresses_of, chosen_home, deployment_of, environment
from services.cli.lag import lag
from services.cli.metrics import metrics
from services.cli.replaying import replay
from services.cli.retailer_files import UnreadableRow
from services.cli.shortages import show_shortages
from services.cli.status import show_status
from services.cli.testing import run_tests
from services.standins.publishing import NotPublished

app = typer.Typer(
    help="Keeps a shop's promise when the shelf is empty.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
SERVER_SETTINGS = "CROSSDOCK_KAFKA", "CROSSDOCK_POSTGRES", "CROSSDOCK_PASSFILE"
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
    ran_before = addresses_of(home) is not None
    try:
        addresses = running.servers_up(home, say) if servers else running.up(home, say)
    except BaseException:
        if not ran_before:
            running.down(home)  # half a start, or Ctrl-C, leaves nothing running
        raise
    console.print(f"[bold]Ready.[/bold] Home {home}", soft_wrap=True)
    print(f"CROSSDOCK_HOME={home}")
    print(f"CROSSDOCK_KAFKA={addresses.kafka}")
    print(f"CROSSDOCK_POSTGRES={addresses.postgres}")
    print(f"CROSSDOCK_PASSFILE={addresses.passfile}")


@app.command()
def down() -> None:
    """Stop everything of the home; its data stay."""
    home = chosen_home()
    running.down(home)
    console.print(f"Stopped. The data stay in {home}", soft_wrap=True)


@app.command()
def migrate() -> None:
    """Bring every schema and topic up to date; safe to repeat."""
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
    home = chosen_home()
    addresses = addresses_of(home)
    if addresses is None:
        raise HomeError(f"no servers answer in {home}: start them with `crossdock up --servers`")
    os.environ.update(environment(home, addresses))
    from services.cli.run_workers import run as run_workers  # a second of imports for this alone

    raise typer.Exit(run_workers(names))


@app.command()
def send(
    kind: Annotated[str, typer.Argument(help=" | ".join(sending.KINDS))],
    file: Annotated[Path, typer.Argument(help="JSON, one object or a list; - reads stdin")],
) -> None:
    """Publish facts as a shop, supplier or scanner does, and tell what became of them."""
    _send(sending.read_facts(kind, file))


@app.command()
def scan(
    delivery: Annotated[str, typer.Argument(help="the delivery's number")],
    sku: Annotated[str, typer.Argument()],
    good: Annotated[int, typer.Argument(min=0)],
    damaged: Annotated[int, typer.Option(min=0)] = 0,
) -> None:
    """Scan units in at the dock, and see at once where each goes."""
    now = Clock(chosen_home()).now()
    _send([sending.a_scan(delivery, sku, good, damaged, now)])


def _send(facts: list[sending.InboundEvent]) -> None:
    home = chosen_home()

    async def run() -> list[str]:
        deployment = deployment_of(home)
        async with await Owners.open(deployment) as owners:
            return await sending.Sender(home, deployment, owners).send(facts)

    lines = asyncio.run(run())
    for line in lines:
        print(line)
    if any(line.startswith("refused") for line in lines):
        raise typer.Exit(1)


app.command("status")(show_status)
app.command("explain")(show_story)
app.command("shortages")(show_shortages)
app.command("mails")(looking.show_mails)
app.command("audit")(looking.show_audit)
app.add_typer(letters_app, name="dead-letters")
app.add_typer(looking.export_app, name="export")
app.command("demo")(demo)
app.command("dock")(dock)
app.command("doctor")(doctor)
app.command("lag")(lag)
app.command("metrics")(metrics)
app.command("replay")(replay)
app.command("test")(run_tests)

EXPECTED = (
    StackError,
    HomeError,
    MigrationError,
    TopicsNotMade,
    ClockError,
    NotQuiet,
    NoSuchLetter,
    sending.NotSent,
    UnreadableRow,
    NotPublished,
)
UNREACHABLE = (
    ConnectionError,
    TimeoutError,
    socket.gaierror,
    asyncpg.PostgresConnectionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    KafkaConnectionError,
)


def main() -> None:
    """Run the command; what a person can mend is told in one sentence, without a traceback."""
    try:
        app()
    except EXPECTED as error:
        console.print("[bold red]crossdock:[/bold red]", end=" ")
        console.print(str(error), markup=False, soft_wrap=True)
        sys.exit(1)
    except UNREACHABLE as error:
        console.print("[bold red]crossdock:[/bold red]", end=" ")
        console.print(unreachable(error), markup=False, soft_wrap=True)
        sys.exit(1)


def unreachable(error: Exception) -> str:
    """What to do when a server does not answer, or does not let us in."""
    given = [name for name in SERVER_SETTINGS if os.environ.get(name)]
    told = f"see {', '.join(given)}" if given else "bring them up with `crossdock up`"
    return f"Kafka or PostgreSQL does not answer ({error or type(error).__name__}): {told}"


if __name__ == "__main__":
    main()
