"""The dock's board: what it shows of moves and parcels."""

from __future__ import annotations

from datetime import UTC, datetime
from io import StringIO
from typing import Any

from rich.console import Console

from schemas.allocation import UnitsRouted
from schemas.shipping import DockLine, PackRequested, ParcelWithdrawn
from schemas.values import Reason
from services.cli.dock import Board, large

NOW = datetime(2026, 3, 5, 10, 4, tzinfo=UTC)


def a_move(move: str = "cross_dock", quantity: int = 2, **fields: Any) -> UnitsRouted:
    defaults: dict[str, Any] = {
        "sku": "LAMP", "warehouse": "MAIN", "move": move, "quantity": quantity,
        "order_id": "demo:1003", "line_id": "demo:1003:1", "dock": "DOCK-2", "scan_id": "s1",
        "delivery": "D1", "decision_no": 7,
    }  # fmt: skip
    return UnitsRouted.model_validate({**defaults, **fields})


def seen(board: Board) -> str:
    shown = StringIO()
    Console(width=100, file=shown).print(board.shown())
    return shown.getvalue()


def test_the_newest_move_is_large_and_names_its_order() -> None:
    board = Board(None)
    board.take([a_move(), a_move("put_away", 5, order_id=None, line_id=None)], NOW)
    text = seen(board)
    assert text.index("5 x LAMP") < text.index("2 x LAMP")
    assert "from the dock to the shelf" in text
    assert "demo:1003" in text
    assert "DOCK-2" in text


def test_each_move_is_a_line_where_nobody_watches() -> None:
    lines = Board(None).take([a_move("relabel"), a_move("back_to_shelf", order_id=None)], NOW)
    assert lines == [
        "2 x LAMP to the lane (in the lane: another order's label), for demo:1003",
        "2 x LAMP to the shelf (out of the lane, back to the shelf)",
    ]


def test_parcels_say_what_to_pack_and_what_to_take_out() -> None:
    line = DockLine(line_id="demo:1003:1", sku="LAMP", title="Lamp", quantity=1)
    board = Board("MAIN")
    parcel = {"order_id": "demo:1003", "shipment_id": "demo:1003/1", "warehouse": "MAIN"}
    asked = PackRequested(**parcel, version=2, lines=(line,), unpack=(line,))
    gone = ParcelWithdrawn(
        **parcel,
        version=3,
        reason=Reason(code="cancelled", text="All of it was cancelled."),
        unpack=(),
    )
    board.take([asked, gone], NOW)
    text = seen(board)
    assert "pack demo:1003/1 (version 2): 1 x LAMP; take out 1 x LAMP" in text
    assert "unpack demo:1003/1: All of it was cancelled." in text


def test_another_warehouse_is_not_shown() -> None:
    board = Board("NORTH")
    assert board.take([a_move()], NOW) == []
    assert "Nothing to move yet" in seen(board)


def test_an_order_is_large_as_long_as_it_fits() -> None:
    assert large("1003").count("\n") >= 3
    assert large("a-very-long-order-number-of-a-market-place") == (
        "a-very-long-order-number-of-a-market-place"
    )
    assert large("") == ""
