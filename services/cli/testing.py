"""The `test` command: the project's own tests, from a checkout."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

import services
from services.cli.homes import HomeError

ROOT = Path(services.__file__).parent.parent
SIDE_BY_SIDE = ["--numprocesses", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
"""A whole run in two processes, each with servers of its own: it takes two thirds of the time."""
PAGE = "CROSSDOCK_TEST_RELIABILITY"
"""Where the tests write what was broken and what came of it; only a whole long run does."""


def run_tests(
    long: Annotated[bool, typer.Option("--long", help="also what takes many minutes")] = False,
    arguments: Annotated[
        list[str] | None, typer.Argument(help="files, or options behind --, for pytest")
    ] = None,
) -> None:
    """Run the tests on real Kafka and real Postgres."""
    if not (ROOT / "tests").is_dir():
        raise HomeError("there are no tests beside this installation: run it from a checkout")
    command = [sys.executable, "-m", "pytest", *(["-m", "long or not long"] if long else [])]
    if long and not arguments:
        os.environ[PAGE] = str(ROOT / "docs" / "reliability.md")
    if not (long or arguments):
        command += SIDE_BY_SIDE
    os.chdir(ROOT)
    os.execv(sys.executable, [*command, *(arguments or [])])  # noqa: S606  # pytest, with no shell between
