"""The law of the queue: no unit goes past an eligible line with an earlier place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import groupby
from typing import TYPE_CHECKING

from services.audit.report import Check, Evidence

if TYPE_CHECKING:
    from datetime import datetime

    from asyncpg import Record

DECISIONS = """
    SELECT sku, decision_no, kind, line_id, quantity, warehouse, eligible_units FROM decisions
    WHERE line_id IS NOT NULL ORDER BY sku, decision_no
"""
PLACES = "SELECT line_id, priority_class, placed_at, warehouses FROM lines"


@dataclass(frozen=True)
class Standing:
    """Where a line stands in its SKU's queue, and the warehouses that may serve it."""

    place: tuple[int, datetime, str]
    warehouses: tuple[str, ...]


@dataclass
class Queue:
    """One SKU's queue, as its decisions leave it one after another."""

    standing: Mapping[str, Standing]
    units: dict[str, int] = field(default_factory=dict[str, int])
    """Units of each line that wait to be served; 0 while it is passed over."""
    in_turn: defaultdict[str, list[tuple[tuple[int, datetime, str], str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Lines by place, per warehouse; those that wait no more are dropped when they come up."""

    def overtaken_by(self, grant: Record) -> str | None:
        """The line that should have had the units of a grant; None: it was fair."""
        heap = self.in_turn[grant["warehouse"]]
        while heap and not self.units[heap[0][1]]:
            heappop(heap)
        if heap and heap[0][0] < self.standing[grant["line_id"]].place:
            return heap[0][1]
        return None

    def follow(self, decision: Record) -> None:
        """The line stands as the decision leaves it."""
        line = decision["line_id"]
        before = self.units.get(line, 0)
        after = decision["eligible_units"]
        if after is None:
            after = units_after(decision, before)
        self.units[line] = after
        if after and not before:
            for warehouse in self.standing[line].warehouses:
                heappush(self.in_turn[warehouse], (self.standing[line].place, line))


def units_after(decision: Record, before: int) -> int:
    """The same for a decision of the first release, which did not write it down."""
    match decision["kind"]:
        case "wait":
            return before + decision["quantity"]
        case "grant":
            return max(0, before - decision["quantity"])
        case _:
            return before


async def nobody_overtaken(evidence: Evidence) -> list[str]:
    """Grants past a line with an earlier place that was eligible for the same units before."""
    decisions = await evidence.owners.fetch("allocation", DECISIONS)
    standing = {
        row["line_id"]: Standing(
            (row["priority_class"], row["placed_at"], row["line_id"]), tuple(row["warehouses"])
        )
        for row in await evidence.owners.fetch("allocation", PLACES)
    }
    wrong: list[str] = []
    for _, of_sku in groupby(decisions, key=lambda row: row["sku"]):
        wrong += unfair(of_sku, standing)
    return wrong


def unfair(decisions: Iterable[Record], standing: Mapping[str, Standing]) -> list[str]:
    """Grants of one SKU that passed somebody over, in words."""
    queue = Queue(standing)
    found: list[str] = []
    for row in decisions:
        if row["kind"] == "grant" and (early := queue.overtaken_by(row)):
            found.append(
                f"{row['sku']}: decision {row['decision_no']} served {row['line_id']} before {early}"
            )
        queue.follow(row)
    return found


CHECKS = (
    Check(
        "nobody-overtaken",
        "no unit goes past an eligible line with an earlier place",
        True,
        nobody_overtaken,
    ),
)
