"""The `dock` command: where each group of units goes, large enough to read from a forklift."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import typer
from pyfiglet import Figlet
from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from schemas.allocation import UnitsRouted
from schemas.envelope import Event
from schemas.shipping import PackRefused, PackRequested, ParcelReleased, ParcelWithdrawn
from schemas.topics import DOCK_MOVES, DOCK_PARCELS
from services.chassis.clock import Clock
from services.cli.homes import chosen_home, deployment_of
from services.cli.overhearing import Overhearing
from services.cli.showing import a_table, out

FONT = "standard"
LARGE_WIDTH, LARGE_LINES = 94, 6
"""Columns and lines that large letters may take: a screen is at least 100 wide."""
LARGEST_WIDTH = 1_000
LATEST = 3
"""Moves shown in large type, the newest on top."""
EARLIER = 12
"""Lines of earlier moves, and of parcels, below them."""
REFRESH_PER_SECOND = 4
MOVES = {
    "cross_dock": ("LANE", "from the dock straight to the lane", "green"),
    "pick": ("LANE", "from the shelf to the lane", "green"),
    "relabel": ("LANE", "in the lane: another order's label", "yellow"),
    "put_away": ("SHELF", "from the dock to the shelf", "cyan"),
    "back_to_shelf": ("SHELF", "out of the lane, back to the shelf", "cyan"),
}

Told = tuple[datetime, Event]


class Board:
    """What the dock was told last."""

    def __init__(self, warehouse: str | None) -> None:
        self.warehouse = warehouse
        self.moves: deque[tuple[datetime, UnitsRouted]] = deque(maxlen=LATEST + EARLIER)
        self.parcels: deque[tuple[datetime, str]] = deque(maxlen=EARLIER)

    def take(self, events: Iterable[Event], now: datetime) -> list[str]:
        """Take what is said; return it as plain lines."""
        lines: list[str] = []
        for event in events:
            if self.warehouse not in (None, getattr(event, "warehouse", None)):
                continue
            if isinstance(event, UnitsRouted):
                self.moves.appendleft((now, event))
                lines.append(move_in_words(event))
            elif line := parcel_in_words(event):
                self.parcels.appendleft((now, line))
                lines.append(line)
        return lines

    def shown(self) -> RenderableType:
        """The board as it hangs at the dock."""
        moves = [*self.moves]
        if not moves and not self.parcels:
            return Panel("Nothing to move yet. A scan shows here at once where its units go.",
                         box=box.ROUNDED)  # fmt: skip
        large = [a_panel(move, first=n == 0) for n, (_, move) in enumerate(moves[:LATEST])]
        earlier = a_table("Earlier moves", "at", "what")
        for at, move in moves[LATEST:]:
            earlier.add_row(f"{at:%H:%M:%S}", move_in_words(move))
        parcels = a_table("Parcels", "at", "what")
        for at, line in self.parcels:
            parcels.add_row(f"{at:%H:%M:%S}", line)
        below = [earlier] * bool(moves[LATEST:]) + [parcels] * bool(self.parcels)
        return Group(*large, *below)


def a_panel(move: UnitsRouted, *, first: bool) -> RenderableType:
    """One move; the newest in large type."""
    place, how, color = MOVES[move.move]
    told = Text(f"{move.quantity} x {move.sku}", style="bold")
    told.append(f"   {how}", style="dim")
    told.append(f"   {move.order_id}" if move.order_id else "", style="bold")
    if not first:
        return Panel(told, border_style=color, box=box.ROUNDED)
    lines = [large(f"{move.quantity}  >  {place}")]
    if move.order_id:
        lines.append(large(move.order_id.partition(":")[2]))
    letters = "\n".join(lines)
    return Panel(
        Group(Text(letters, style=f"bold {color}", no_wrap=True, overflow="crop"), told),
        title=move.dock or "", title_align="left", border_style=color, box=box.HEAVY,
    )  # fmt: skip


def large(text: str) -> str:
    """Text in letters of several lines; what would be too wide for them stays as it is."""
    told = Figlet(font=FONT, width=LARGEST_WIDTH).renderText(text)
    lines = [line.rstrip() for line in told.splitlines() if line.strip()]
    is_too_wide = max(map(len, lines), default=0) > LARGE_WIDTH or len(lines) > LARGE_LINES
    return text if is_too_wide else "\n".join(lines)


def move_in_words(move: UnitsRouted) -> str:
    """One move as a line."""
    place, how, _ = MOVES[move.move]
    whose = f", for {move.order_id}" if move.order_id else ""
    return f"{move.quantity} x {move.sku} to the {place.lower()} ({how}){whose}"


def parcel_in_words(event: Event) -> str:
    """What is to be done with a parcel, as a line; empty for what is no work."""
    match event:
        case PackRequested(shipment_id=shipment, version=version, lines=lines, unpack=unpack):
            units = ", ".join(f"{line.quantity} x {line.sku}" for line in lines)
            out_of = ", ".join(f"{line.quantity} x {line.sku}" for line in unpack)
            return f"pack {shipment} (version {version}): {units}" + (
                f"; take out {out_of}" if out_of else ""
            )
        case PackRefused(shipment_id=shipment, reason=reason):
            return f"{shipment}: {reason.text}"
        case ParcelWithdrawn(shipment_id=shipment, reason=reason):
            return f"unpack {shipment}: {reason.text}"
        case ParcelReleased(shipment_id=shipment):
            return f"{shipment} may leave"
        case _:
            return ""


def dock(
    warehouse: Annotated[str | None, typer.Option(help="only this warehouse")] = None,
    last: Annotated[
        int, typer.Option(min=0, max=100, help="records before now that are shown, per partition")
    ] = 0,
) -> None:
    """Show live where each group of units goes: to the lane of which order, or to the shelf."""
    asyncio.run(watch(Board(warehouse), last, out))


async def watch(board: Board, earlier: int, console: Console) -> None:
    """Until Ctrl-C: a board on a terminal, plain lines elsewhere."""
    home = chosen_home()
    clock = Clock(home)
    async with Overhearing(deployment_of(home), (DOCK_MOVES, DOCK_PARCELS), earlier) as overheard:
        if not console.is_terminal:
            while True:
                for line in board.take(await overheard.some(), clock.now()):
                    console.print(line, soft_wrap=True, markup=False)
        with Live(board.shown(), console=console, refresh_per_second=REFRESH_PER_SECOND,
                  screen=True) as live:  # fmt: skip
            while True:
                clock.look()
                board.take(await overheard.some(), clock.now())
                live.update(board.shown())
