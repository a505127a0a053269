"""After the story the demo keeps trading: a shop sells, trucks come, and a table shows how it stands."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from time import monotonic
from uuid import uuid4

from rich.console import Console
from rich.live import Live
from rich.table import Table

from schemas.suppliers import DeliveryAnnounced
from schemas.warehouses import ReceiptScanned
from services.cli.showing import a_table
from services.cli.stage import Stage
from services.standins.mails import mails

TICK_SECONDS = 1.0
TICK_BUSINESS = timedelta(minutes=30)
PLAIN_EVERY_TICKS = 5
TRUCK_AFTER = timedelta(hours=4)
UNITS_OVER = 3
"""The buyer orders a few more than are waited for."""

WAITING_SKUS = """
    SELECT l.sku, sum(l.waiting)::int AS units FROM lines l
    WHERE l.state = 'waiting' GROUP BY l.sku
"""
ORDERS = "SELECT state, count(*) AS n FROM orders GROUP BY state"
QUEUE = (
    "SELECT count(*) AS lines, coalesce(sum(waiting), 0)::int AS units FROM lines WHERE waiting > 0"
)
ON_THE_WAY = "collecting", "planned", "authorized", "packed", "released"
PARCELS = "SELECT state, count(*) AS n FROM shipments GROUP BY state"
MONEY = "SELECT count(*) AS n, coalesce(sum(amount_minor), 0)::bigint AS minor FROM captures WHERE state = 'captured'"
LETTERS = "SELECT count(*) AS n FROM dead_letters WHERE state = 'dead'"


class Trading:
    """Moves the clock on, half an hour a second, and lets trucks follow the demand."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self.stage = stage
        self.console = console
        self.coming: dict[str, tuple[str, int]] = {}

    async def run(self, seconds: float | None) -> None:
        """Trade for so many seconds, or until cancelled."""
        end = None if seconds is None else monotonic() + seconds
        self.console.print()
        self.console.rule("[bold]The shop keeps trading[/bold]", align="left")
        if self.console.is_terminal:
            self.console.print("[dim]Half an hour passes each second. Ctrl-C ends it.[/dim]")
            with Live(await self._table(), console=self.console, refresh_per_second=4) as live:
                await self._ticks(end, live)
        else:
            await self._ticks(end, None)

    async def _ticks(self, end: float | None, live: Live | None) -> None:
        tick = 0
        while end is None or monotonic() < end:
            started = monotonic()
            await self._tick()
            tick += 1
            if live is not None:
                live.update(await self._table())
            elif tick % PLAIN_EVERY_TICKS == 1:
                self.console.print(await self._line())
            await asyncio.sleep(max(0.0, TICK_SECONDS - (monotonic() - started)))

    async def _tick(self) -> None:
        stage = self.stage
        await stage.at(stage.clock.now() + TICK_BUSINESS)
        now = stage.clock.now()
        due = [d for d in self.coming if d <= now.isoformat()]
        for when in due:
            sku, units = self.coming.pop(when)
            await stage.tell(
                ReceiptScanned(
                    warehouse="MAIN",
                    scan_id=uuid4().hex[:16],
                    dock="DOCK-1",
                    delivery=f"T-{when}",
                    sku=sku,
                    good=units,
                    scanned_at=now,
                )
            )
        expected = {sku for sku, _ in self.coming.values()}
        for row in await stage.owners.fetch("allocation", WAITING_SKUS):
            if row["sku"] not in expected:
                await self._order_more(row["sku"], row["units"] + UNITS_OVER)

    async def _order_more(self, sku: str, units: int) -> None:
        """Announce a truck with what is waited for, and a little more."""
        now = self.stage.clock.now()
        arrives = (now + TRUCK_AFTER + timedelta(microseconds=len(self.coming))).isoformat()
        self.coming[arrives] = (sku, units)
        await self.stage.tell(
            DeliveryAnnounced(
                warehouse="MAIN",
                supplier="Lumen & Sons",
                delivery=f"T-{arrives}",
                sku=sku,
                quantity=units,
                expected_on=(now + TRUCK_AFTER).date(),
                announced_at=now,
            )
        )

    async def _figures(self) -> dict[str, str]:
        owners = self.stage.owners
        orders = {row["state"]: row["n"] for row in await owners.fetch("order_intake", ORDERS)}
        [queue] = await owners.fetch("allocation", QUEUE)
        parcels = {row["state"]: row["n"] for row in await owners.fetch("shipping", PARCELS)}
        [money] = await owners.fetch("payments", MONEY)
        letters = sum(r["n"] for rows in (await owners.of_all(LETTERS)).values() for r in rows)
        sent = Counter(mail.kind for mail in mails(self.stage.home, None))
        return {
            "orders confirmed": str(orders.get("confirmed", 0)),
            "lines waiting": f"{queue['lines']} ({queue['units']} units)",
            "parcels dispatched": str(parcels.get("dispatched", 0)),
            "parcels on the way out": str(sum(parcels.get(state, 0) for state in ON_THE_WAY)),
            "captured": f"{money['n']} · £{money['minor'] / 100:,.2f}",
            "mails": str(sum(sent.values())),
            "dead letters": str(letters),
        }

    async def _table(self) -> Table:
        table = a_table(f"{self.stage.clock.now():%A, %d %B %H:%M}", "", ">")
        for name, value in (await self._figures()).items():
            table.add_row(name, value)
        return table

    async def _line(self) -> str:
        figures = ", ".join(f"{name} {value}" for name, value in (await self._figures()).items())
        return f"{self.stage.clock.now():%a %d %b %H:%M} · {figures}"
