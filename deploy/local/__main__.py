"""The local stack by hand: `python -m deploy.local up|down HOME`, and `lock` for jars.lock."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deploy.local import jars, stack
from deploy.local.home import StackError

app = typer.Typer(add_completion=False, no_args_is_help=True)

HomeFolder = Annotated[Path, typer.Argument(help="The folder of the stack's data, logs and state.")]


@app.command()
def up(home: HomeFolder) -> None:
    """Start PostgreSQL and Kafka, or join those that run."""
    addresses = stack.up(home, say=typer.echo)
    typer.echo(f"Kafka      {addresses.kafka}")
    typer.echo(f"PostgreSQL {addresses.postgres}")
    typer.echo(f"passwords  {addresses.passfile}")


@app.command()
def down(home: HomeFolder) -> None:
    """Stop both."""
    stack.down(home)


@app.command()
def lock() -> None:
    """Resolve Kafka's jars anew and write jars.lock."""
    typer.echo(f"{jars.renew_lock()} jars in {jars.LOCK_LIST}")


def main() -> None:
    """Run the command; what is in the way is told in one sentence."""
    try:
        app()
    except StackError as problem:
        typer.echo(f"Error: {problem}", err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
