"""What a test sees of allocation: what was said, and what stands in its rows."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.allocation import LineAllocated, LineCancelAnswered, UnitsRouted
from schemas.envelope import Event
from tests.harness import Service, only


def grants(said: Sequence[Event]) -> list[tuple[str, int]]:
    """Who was granted how many, in the order said."""
    return [(one.order_id, one.quantity) for one in only(said, LineAllocated)]


def moves(said: Sequence[Event]) -> list[tuple[str, int, str | None]]:
    """Where units went, for whom."""
    return [(one.move, one.quantity, one.order_id) for one in only(said, UnitsRouted)]


def cancels(said: Sequence[Event]) -> list[tuple[str, int, int, int]]:
    """Units cancelled, passed on and refused, per cancel answered."""
    return [
        (one.cancel_id, one.cancelled, one.passed_on, one.refused)
        for one in only(said, LineCancelAnswered)
    ]


async def places(allocation: Service, sku: str = "LAMP") -> dict[str, tuple[int, ...]]:
    """Units on the shelf, at the dock, in the lane, and short, per warehouse."""
    rows = await allocation.rows("SELECT * FROM supply WHERE sku = $1", sku)
    names = ("on_shelf", "at_dock", "in_lane", "shortfall")
    return {row["warehouse"]: tuple(row[name] for name in names) for row in rows}


async def holes(allocation: Service) -> tuple[int, ...]:
    """Lamps short, missing, lost, and written off without being missed, in MAIN."""
    (row,) = await allocation.rows("SELECT * FROM supply WHERE sku = 'LAMP'")
    return tuple(row[name] for name in ("shortfall", "missing", "lost", "written_off"))


async def standing(allocation: Service, line: str) -> tuple[int | str, ...]:
    """A line's state; what it was granted, waits for, has cancelled, withdrawn and requeued."""
    (row,) = await allocation.rows("SELECT * FROM lines WHERE line_id = $1", f"web:{line}:1")
    names = ("state", "granted_total", "waiting", "cancelled", "withdrawn", "requeued_total")
    return tuple(row[name] for name in names)


async def rows_of(allocation: Service) -> list[object]:
    """Everything that allocation keeps, to be compared with itself."""
    queries = (
        "SELECT * FROM lines ORDER BY line_id",
        "SELECT * FROM supply ORDER BY sku, warehouse",
        "SELECT * FROM items ORDER BY sku",
        "SELECT * FROM decisions ORDER BY sku, decision_no",
        "SELECT * FROM early_facts ORDER BY fact_no",
    )
    return [[tuple(row) for row in await allocation.rows(query)] for query in queries]
