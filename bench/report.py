"""A benchmark's figures: a table for people, JSON for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True)
class Contender:
    """One contender: so much work in so many seconds."""

    name: str
    work: int
    seconds: float

    @property
    def rate(self) -> float:
        """Work a second; only its ratio to another of the same run says anything."""
        return self.work / self.seconds


@dataclass(frozen=True)
class Ratio:
    """Two rates of one run, and what is wanted of them."""

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def holds(self) -> bool:
        """Whether it is as wanted."""
        above = self.at_least is None or self.value >= self.at_least
        return above and (self.at_most is None or self.value <= self.at_most)

    @property
    def wanted(self) -> str:
        """In words."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return f"≤ {self.at_most:g}" if self.at_most is not None else ""


def report(name: str, unit: str, contenders: Sequence[Contender], ratios: Sequence[Ratio]) -> int:
    """Print and keep a benchmark's figures; the exit code: 0 when every ratio holds."""
    console = Console()
    table = Table(title=f"{name} ({os.cpu_count()} cores)", title_justify="left", box=None)
    for column in ("contender", unit, "seconds", f"{unit}/s"):
        table.add_column(column, justify="left" if column == "contender" else "right")
    for one in contenders:
        table.add_row(one.name, f"{one.work:,}", f"{one.seconds:.2f}", f"{one.rate:,.0f}")
    console.print(table)
    for ratio in ratios:
        mark = "[green]✓[/green]" if ratio.holds else "[red]✗[/red]"
        console.print(f"{mark} {ratio.name}: {ratio.value:.2f} (wanted {ratio.wanted})")
    RESULTS.mkdir(exist_ok=True)
    found = {
        "benchmark": name, "cores": os.cpu_count(), "python": platform.python_version(),
        "contenders": [{**asdict(one), "rate": one.rate} for one in contenders],
        "ratios": [{**asdict(one), "holds": one.holds} for one in ratios],
    }  # fmt: skip
    (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=2) + "\n")
    return 0 if all(ratio.holds for ratio in ratios) else 1
