"""What broke, how often, and what it did: kept for the page that `crossdock test --long` writes."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PAGE = "CROSSDOCK_TEST_RELIABILITY"
"""Names the page to write; without it nothing is written."""

HEAD = """# What was broken, and what came of it

Written by `./crossdock test --long`, the last time on {day} ({cores} cores, Python {python}). Each
row is an experiment on the real thing: real Kafka, real PostgreSQL, six workers as processes.
*Times* is how often the fault was inflicted, or how many histories were run; *violations* is what
the audit, or the model, found afterwards; *totals* compares units per SKU with those the files
alone lead to.

| experiment | times | totals | violations | took |
|---|--:|---|--:|--:|
"""


@dataclass(frozen=True)
class Experiment:
    """One row: how often, whether the totals were as they must be, violations, minutes."""

    name: str
    times: int
    totals: str
    violations: int
    minutes: float

    @property
    def row(self) -> str:
        """As the page shows it."""
        return (
            f"| {self.name} | {self.times} | {self.totals} | {self.violations} "
            f"| {self.minutes:.1f} min |"
        )


_found: list[Experiment] = []


def keep(name: str, *, times: int, seconds: float, totals: str = "as they must be") -> None:
    """Keep an experiment that ended as it must; a violation fails its test before."""
    _found.append(Experiment(name, times, totals, 0, seconds / 60))


def write(page: Path, found: Iterable[Experiment]) -> None:
    """Write the page."""
    head = HEAD.format(
        day=f"{datetime.now(UTC):%Y-%m-%d}",
        cores=os.cpu_count(),
        python=platform.python_version(),
    )
    page.write_text(head + "\n".join(one.row for one in found) + "\n", encoding="utf-8")


def write_if_asked(passed: bool) -> None:
    """Write the page at the end of a session that was asked for it, and that passed."""
    page = os.environ.get(PAGE)
    if page and passed and _found:
        write(Path(page), _found)
