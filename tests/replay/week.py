"""The week 2010-12-06 to 12, which an opening balance covers wholly."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.replay.independent_totals import rows, totals
from tests.replay.retail import Totals, arguments, between, files, write_opening

MONTH = "2010-12"
SINCE, UNTIL = "2010-12-06", "2010-12-13"
ORDERS, LINES = 526, 16_087
"""By replay's own rules: what its help says is used."""
MINUTES = 15


@dataclass(frozen=True)
class Week:
    """What to replay, and what each SKU must end with."""

    options: list[str]
    totals: Totals


def the_week(folder: Path) -> Week:
    """The week's options and totals; its opening balance is written into a folder."""
    [orders], [receipts] = files("orders", [MONTH]), files("receipts", [MONTH])
    ordered = between(orders, "InvoiceDate", SINCE, UNTIL)
    opening = write_opening(folder / "opening.csv", ordered)
    options = [*arguments([MONTH]), "--opening", str(opening), "--from", SINCE, "--to", UNTIL]
    came = between(receipts, "scanned_at", SINCE, UNTIL)
    return Week(options, totals(iter(ordered), iter(came), rows([opening])))
