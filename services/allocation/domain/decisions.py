"""What is decided at a desk: one unit group each, numbered per SKU, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.allocation.domain.queue import Line
from services.allocation.domain.reasons import Reason
from services.allocation.domain.supply import Arrival, Source

Kind = Literal[
    "grant", "wait", "refuse", "put_away", "cancel", "give_back", "suspend", "resume"
]  # fmt: skip
"""``put_away`` from the dock, or from the lane back to the shelf."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision; ``line`` is the line as it stands after it, None for a put-away.

    ``position``: place in the SKU's queue of a line that waits, 1 for the next one.
    """

    decision_no: int
    kind: Kind
    sku: str
    quantity: int
    reason: Reason
    line: Line | None = None
    warehouse: str | None = None
    source: Source | None = None
    arrival: Arrival | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class PromiseChange:
    """A waiting line with the day it is told now."""

    line: Line
    reason: Reason
