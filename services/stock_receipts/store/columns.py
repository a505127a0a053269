"""Many rows as the arguments of one statement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemas.envelope import Event


def columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    """Rows as the arrays that ``unnest`` takes; none are as many empty arrays."""
    return [[row[index] for row in rows] for index in range(width)]


def fields(facts: Iterable[Event], *names: str) -> list[list[object]]:
    """Fields of facts as they were told, an array each."""
    told = list(facts)
    return [[getattr(fact, name) for fact in told] for name in names]
