"""A line's units are numbered 1…n, and each number has its price (contracts, money).

Because a shipment holds numbers and not only a quantity, any split of a line into shipments sums
to the line's total exactly, whatever is planned, withdrawn and planned again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Run:
    """Unit numbers that follow each other, both ends included."""

    first: int
    last: int


Numbers = tuple[Run, ...]
"""Unit numbers of a line, ascending, no two runs touching."""


def count(numbers: Numbers) -> int:
    """How many units these are."""
    return sum(run.last - run.first + 1 for run in numbers)


def together(*parts: Numbers) -> Numbers:
    """All numbers of several parts."""
    joined: list[Run] = []
    for run in sorted(run for part in parts for run in part):
        if joined and run.first <= joined[-1].last + 1:
            joined[-1] = Run(joined[-1].first, max(joined[-1].last, run.last))
        else:
            joined.append(run)
    return tuple(joined)


def free(taken: Numbers, ordered: int) -> Iterable[Run]:
    """The runs of a line's numbers that no shipment holds, lowest first."""
    lowest = 1
    for run in taken:
        if lowest < run.first:
            yield Run(lowest, run.first - 1)
        lowest = run.last + 1
    if lowest <= ordered:
        yield Run(lowest, ordered)


def lowest_free(taken: Numbers, ordered: int, quantity: int) -> Numbers:
    """The lowest free numbers for so many units.

    Raises ``ValueError`` when fewer are free: then more was granted than was ordered.
    """
    chosen: list[Run] = []
    wanted = quantity
    for run in free(taken, ordered):
        if wanted == 0:
            break
        last = min(run.last, run.first + wanted - 1)
        chosen.append(Run(run.first, last))
        wanted -= last - run.first + 1
    if wanted:
        raise ValueError(f"{quantity} units of {ordered} are to be planned, {wanted} too many")
    return tuple(chosen)


def split_off(numbers: Numbers, quantity: int) -> tuple[Numbers, Numbers]:
    """The numbers that stay, and the highest so many that leave."""
    kept = list(numbers)
    freed: list[Run] = []
    wanted = quantity
    while wanted and kept:
        run = kept.pop()
        size = min(wanted, run.last - run.first + 1)
        freed.append(Run(run.last - size + 1, run.last))
        if run.first <= run.last - size:
            kept.append(Run(run.first, run.last - size))
        wanted -= size
    return tuple(kept), tuple(reversed(freed))


def share_minor(line_total_minor: int, ordered: int, number: int) -> int:
    """What the units 1…number of a line cost together."""
    return line_total_minor * number // ordered


def amount_minor(line_total_minor: int, ordered: int, numbers: Numbers) -> int:
    """What exactly these units cost: the sum of share(i) − share(i−1)."""
    return sum(
        share_minor(line_total_minor, ordered, run.last)
        - share_minor(line_total_minor, ordered, run.first - 1)
        for run in numbers
    )
