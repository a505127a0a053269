"""The retailer's files, and homes into which they are replayed."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from services.audit.owners import Owners
from tests.journeys.home import REPOSITORY, Home
from tests.replay.independent_totals import goods, rows

FOLDER = Path(os.environ.get("CROSSDOCK_TEST_DATA") or REPOSITORY.parent / "shared" / "data")
FILES = FOLDER / "online-retail"
STOP_SECONDS = 60.0

Totals = dict[str, int]


def files(form: str, months: Sequence[str]) -> list[Path]:
    """The files of a form (orders, expected, receipts) by month; skips where they are not."""
    middle = {"orders": "", "expected": ".expected", "receipts": ".receipts"}[form]
    found = [FILES / f"{month}{middle}.csv.gz" for month in months]
    missing = [str(file) for file in found if not file.exists()]
    if missing:
        pytest.skip(
            f"the retailer's files are not there ({missing[0]}): set CROSSDOCK_TEST_DATA to the "
            "folder that holds online-retail/"
        )
    return found


def arguments(months: Sequence[str]) -> list[str]:
    """The options of `replay` for all files of these months."""
    forms = "orders", "expected", "receipts"
    return [
        text for form in forms for file in files(form, months) for text in (f"--{form}", str(file))
    ]


def between(file: Path, column: str, since: str, until: str) -> list[dict[str, str]]:
    """The rows of a file whose time is from ``since`` to before ``until``, both as the files tell."""
    return [row for row in rows([file]) if since <= row[column] < until]


def write_opening(place: Path, orders: Iterable[dict[str, str]]) -> Path:
    """An opening balance that covers all that is ordered, SKU by SKU."""
    asked: Counter[str] = Counter()
    for row in filter(goods, orders):
        asked[row["StockCode"]] += int(row["Quantity"])
    with place.open("w", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(("warehouse", "sku", "quantity"))
        writer.writerows(("MAIN", sku, units) for sku, units in sorted(asked.items()))
    return place


class Replaying:
    """A replay under way, as the command of a user."""

    def __init__(
        self, home: Home, options: Sequence[str], log: Path, given: Mapping[str, str] | None = None
    ) -> None:
        self.home = home
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.cli.main", "replay", *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=REPOSITORY,
                env={**home.environment, **(given or {})},
            )

    @property
    def text(self) -> str:
        """What it has said so far."""
        return self.log.read_text()

    def wait(self, seconds: float) -> int:
        """Its exit code; it is stopped when it takes longer."""
        try:
            return self.process.wait(seconds)
        finally:
            self.stop()

    def stop(self) -> None:
        """End it as Ctrl-C does, if it still runs."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(STOP_SECONDS)


async def allocated(owners: Owners) -> Totals:
    """Units allocated by SKU: granted, and not given back."""
    found = await owners.fetch(
        "allocation",
        "SELECT sku, sum(granted_total - requeued_total - withdrawn)::bigint AS units "
        "FROM lines GROUP BY sku",
    )
    return {row["sku"]: int(row["units"]) for row in found}


async def shipments_by_order(owners: Owners) -> Counter[str]:
    """How many shipments each order has."""
    found = await owners.fetch(
        "shipping",
        "SELECT order_id, count(*) AS n FROM shipments WHERE state <> 'withdrawn' GROUP BY 1",
    )
    return Counter({row["order_id"]: int(row["n"]) for row in found})
