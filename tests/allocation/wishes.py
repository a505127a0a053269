"""Changes of lines as a random history wishes them, made to fit what a line has by then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from services.allocation.domain.changes import (
    Cancel,
    Cause,
    Change,
    GiveBack,
    Resumption,
    Suspension,
)
from services.allocation.domain.queue import Line
from tests.allocation.builders import MONDAY
from tests.allocation.memory import Fact, Memory, Received

CAUSES: list[Cause] = ["cancelled", "damaged", "missing", "payment_deadline"]


@dataclass(frozen=True)
class Wish:
    """A change of one of the history's lines, or of none yet."""

    kind: type[Change]
    number: int
    """Picks the line, and the warehouse."""
    units: int
    cause: Cause
    episode: int
    flag: bool
    """Forwarded, or found on the shelf."""

    def come_true(self, line_ids: Sequence[str], memory: Memory) -> Change | None:
        """The change, if it can be of one of the lines."""
        line_id = line_ids[self.number % len(line_ids)]
        if self.kind is Cancel:
            return Cancel(line_id, f"cancel-{self.number}", self.units, self.flag)
        if self.kind is Suspension:
            return Suspension(line_id, self.episode)
        if self.kind is Resumption:
            return Resumption(line_id, self.episode)
        in_hand = in_hand_by(memory)
        return self.give_back(*in_hand[self.number % len(in_hand)]) if in_hand else None

    def give_back(self, line_id: str, warehouse: str, in_hand: int) -> GiveBack:
        """Units as shipping gives them back: what each cause returns, and what the line wants."""
        units = min(self.units, in_hand)
        returned = units if self.cause in {"cancelled", "payment_deadline"} else 0
        requeue = 0 if self.cause == "cancelled" else units
        episode = self.episode if self.cause == "payment_deadline" else 0
        return GiveBack(
            line_id, warehouse, f"{line_id}/1", self.cause, units, returned,
            "shelf" if self.flag else "lane", requeue, episode,
        )  # fmt: skip


KINDS: list[type[Change]] = [Cancel, GiveBack, Suspension, Resumption]
WISHES = {
    kind: st.builds(
        Wish,
        kind=st.just(kind),
        number=st.integers(0, 99),
        units=st.integers(1, 9),
        cause=st.sampled_from(CAUSES),
        episode=st.integers(1, 3),
        flag=st.booleans(),
    )
    for kind in KINDS
}


def in_hand_by(memory: Memory) -> list[tuple[str, str, int]]:
    """Which lines have units in hand, from which warehouses, and how many."""
    stands: Counter[tuple[str, str]] = Counter()
    for one in memory.decisions:
        if one.line and one.warehouse:
            sign = 1 if one.kind == "grant" else -1
            stands[one.line.line_id, one.warehouse] += sign * one.quantity
    return [(*place, units) for place, units in sorted(stands.items()) if units]


def come_true(wished: Sequence[Fact | Wish], *, as_announced: bool = False) -> list[Fact]:
    """A history of facts that can be, one after another.

    ``as_announced``: a scan brings just as many units as its delivery line then owes less.
    """
    line_ids = [one.line_id for one in wished if isinstance(one, Line)]
    memory = Memory(MONDAY.date())
    facts: list[Fact] = []
    for one in wished:
        fact = one
        if isinstance(one, Wish):
            fact = one.come_true(line_ids, memory) if line_ids else None
        elif isinstance(one, Received) and as_announced:
            fact = foreseen(one, memory)
        if fact is not None and not isinstance(fact, Wish):
            memory.hear([fact])
            facts.append(fact)
    return facts


def foreseen(scan: Received, memory: Memory) -> Received:
    """The same scan, of a delivery line that then owes just as many units less."""
    known = memory.expected.get(scan.counted.key) if scan.counted else None
    if scan.counted is None or known is None:
        return replace(scan, counted=None)
    good = min(scan.arrival.units, known.remaining)
    counted = replace(scan.counted, remaining=known.remaining - good)
    return replace(scan, arrival=replace(scan.arrival, units=good), counted=counted)
