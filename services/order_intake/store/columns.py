"""Many rows as the arguments of one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def columns_of(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """One array per column, which a statement unnests. There must be a row."""
    return [list(column) for column in zip(*rows, strict=True)]
