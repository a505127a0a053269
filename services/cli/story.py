"""The demo's story: a lamp is sold out, forty people want it, and every one of them gets it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from schemas.allocation import UnitsRouted
from schemas.envelope import Event
from schemas.shipping import PackRequested, ParcelReleased
from schemas.shop_answers import (
    AnswerAccepted,
    AnswerAllocated,
    AnswerConfirmed,
    AnswerPromiseChanged,
    AnswerShipped,
)
from schemas.shops import OrderedLine, OrderPlaced, ProductListed
from schemas.suppliers import DeliveryAnnounced
from schemas.values import Address, Contact, PaymentMethod
from schemas.warehouses import ReceiptScanned
from services.cli.showing import a_table
from services.cli.stage import Stage, of
from services.standins.mails import Mail, mails

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
LAMP = "LAMP-BRASS"
LAMP_PRICE_MINOR = 8_900
FREIGHT_MINOR = 490
BUYERS = 40
AT_ONCE = 10
"""Orders that reach the shop in the same moment."""
FIRST_TRUCK, FIRST_GOOD, FIRST_DAMAGED = 30, 24, 1
SECOND_TRUCK = 20
SAMPLES = (1, 24, 25, 30, 31, 40)
TOKEN = "tok_ok"  # noqa: S105  # the stand-in's token of a card that works
NAMES = ("Ada", "Ben", "Cleo", "Dev", "Edda", "Finn", "Gül", "Hugo")
MAIL_LINES = 24


class Story:
    """Tells the story on a console while it happens on the stage."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self.stage = stage
        self.console = console

    async def tell(self) -> None:
        """All scenes, in order."""
        await self._sold_out()
        await self._forty_buyers()
        await self._short_delivery()
        await self._second_delivery_announced()
        await self._second_delivery()

    def _scene(self, title: str, what: str) -> None:
        now = self.stage.clock.now()
        self.console.print()
        self.console.rule(f"[bold]{now:%A %H:%M}[/bold] · {title}", align="left")
        self.console.print(what)

    def _party(self, who: str, what: RenderableType, color: str) -> None:
        self.console.print(
            Panel(
                what,
                title=f"[bold]{who}[/bold]",
                title_align="left",
                border_style=color,
                box=box.ROUNDED,
                expand=False,
                padding=(0, 2),
            )
        )

    async def _sold_out(self) -> None:
        await self.stage.at(MONDAY)
        self._scene(
            "a lamp is sold out",
            "The shop lists a brass lamp that may be sold from an empty shelf. "
            f"The supplier announces {FIRST_TRUCK} of them for Thursday.",
        )
        await self.stage.tell(
            ProductListed(sku=LAMP, revision=1, title="Brass reading lamp", lead_time_days=21),
            announced("D-1001", FIRST_TRUCK, date(2026, 3, 5), MONDAY),
        )
        await self.stage.seen()

    async def _forty_buyers(self) -> None:
        await self.stage.at(MONDAY + timedelta(hours=2))
        for first in range(1, BUYERS + 1, AT_ONCE):
            await self.stage.tell(*(an_order(first + number) for number in range(AT_ONCE)))
        self._scene(
            "forty people buy it",
            f"{BUYERS} orders within forty minutes, and not one lamp in the house. Each is taken "
            "exactly once, keeps its place, and gets an honest date.",
        )
        seen = await self.stage.seen()
        self._party("The shop sees", self._dates(seen), "cyan")
        self._party("Customer 1 reads", self._mail(1, "confirmed"), "magenta")

    async def _short_delivery(self) -> None:
        thursday = MONDAY + timedelta(days=3, hours=2)
        await self.stage.at(thursday)
        self._scene(
            "the truck comes, and it is short",
            f"{FIRST_GOOD + FIRST_DAMAGED} of {FIRST_TRUCK} lamps are on it, {FIRST_DAMAGED} broken. "
            "The scanner is told at once where each lamp goes; nothing is shelved that somebody "
            "waits for.",
        )
        await self.stage.tell(
            ReceiptScanned(
                warehouse="MAIN",
                scan_id="scan-1001-1",
                dock="DOCK-2",
                delivery="D-1001",
                sku=LAMP,
                good=FIRST_GOOD,
                damaged=FIRST_DAMAGED,
                scanned_at=thursday,
            )
        )
        seen = await self.stage.seen()
        self._party("The dock sees", self._moves(seen), "yellow")
        self._party("The shop sees", self._answers(seen), "cyan")
        self._party("The payment provider sees", self._money(), "green")
        self._party("Customer 1 reads", self._mail(1, "shipped"), "magenta")

    async def _second_delivery_announced(self) -> None:
        moment = MONDAY + timedelta(days=3, hours=6)
        await self.stage.at(moment)
        await self.stage.tell(announced("D-1002", SECOND_TRUCK, date(2026, 3, 10), moment))
        self._scene(
            "a second truck is announced",
            f"{SECOND_TRUCK} more lamps for Tuesday. Whoever waits for a later day gets the better "
            "date; one mail an hour at most tells it.",
        )
        seen = await self.stage.seen()
        changed = of(seen, AnswerPromiseChanged)
        dates = Counter(str(one.promised_on) for one in changed)
        text = [f"{count} lines: now {when}" for when, count in sorted(dates.items())]
        self._party("The shop sees", "\n".join(text) or "no date changed", "cyan")
        await self.stage.at(moment + timedelta(hours=1, minutes=1))
        self._party(f"Customer {BUYERS} reads", self._mail(BUYERS, "date_changed"), "magenta")

    async def _second_delivery(self) -> None:
        tuesday = MONDAY + timedelta(days=8, hours=1)
        await self.stage.at(tuesday)
        await self.stage.tell(
            ReceiptScanned(
                warehouse="MAIN",
                scan_id="scan-1002-1",
                dock="DOCK-1",
                delivery="D-1002",
                sku=LAMP,
                good=SECOND_TRUCK,
                scanned_at=tuesday,
            )
        )
        self._scene(
            "the second truck comes",
            "The rest of the queue is served in its order; what nobody waits for goes to the shelf.",
        )
        seen = await self.stage.seen()
        self._party("The dock sees", self._moves(seen), "yellow")
        self._party("The shop sees", self._answers(seen), "cyan")
        self._party("The payment provider sees", self._money(), "green")
        table = a_table("", "mail", ">sent")
        kinds = Counter(mail.kind for mail in mails(self.stage.home, None))
        for kind, count in kinds.most_common():
            table.add_row(kind.replace("_", " "), str(count))
        self._party(f"{BUYERS} customers have read", table, "magenta")

    def _dates(self, seen: Sequence[Event]) -> RenderableType:
        confirmed = {one.order_id: one for one in of(seen, AnswerConfirmed)}
        table = a_table("", "order", "its lamp", "promised")
        for number in SAMPLES:
            if found := confirmed.get(order_id(number)):
                [line] = found.lines
                when = f"{line.promised_on:%A, %d %B}" if line.promised_on else "no date yet"
                table.add_row(order_id(number), "waits" if line.waiting else "is there", when)
        taken = Text(f"{len(of(seen, AnswerAccepted))} accepted, {len(confirmed)} confirmed")
        return Group(taken, table)

    def _moves(self, seen: Sequence[Event]) -> RenderableType:
        moves = of(seen, UnitsRouted)
        table = a_table("", "move", ">units", "to")
        lane = [move for move in moves if move.move == "cross_dock"]
        for move in [*lane[:3], *lane[-1:]] if len(lane) > 4 else lane:
            table.add_row("cross-dock", str(move.quantity), f"lane, {move.order_id}")
        for move in moves:
            if move.move == "put_away":
                table.add_row("put away", str(move.quantity), "shelf")
        units = sum(move.quantity for move in lane)
        packed = len(of(seen, PackRequested))
        left = len(of(seen, ParcelReleased))
        line = f"{units} lamps to the shipping dock · {packed} parcels packed · {left} may leave"
        return Group(Text(line), table)

    def _answers(self, seen: Sequence[Event]) -> RenderableType:
        shipped, allocated = of(seen, AnswerShipped), of(seen, AnswerAllocated)
        lines = [f"{len(allocated)} lamps found their order, {len(shipped)} orders shipped"]
        lines += [f"first {one.order_id}, by {one.carrier}, {one.tracking}" for one in shipped[:1]]
        return "\n".join(lines)

    def _money(self) -> RenderableType:
        shipped = sum(1 for mail in mails(self.stage.home, None) if mail.kind == "shipped")
        total = shipped * (LAMP_PRICE_MINOR + FREIGHT_MINOR) / 100
        return (
            f"{shipped} captures, £{total:,.2f}: each after its parcel was packed and before it "
            "left, once"
        )

    def _mail(self, number: int, kind: str) -> RenderableType:
        found = [one for one in mails(self.stage.home, order_id(number)) if one.kind == kind]
        return shown(found[-1]) if found else "(no such mail)"


def shown(mail: Mail) -> RenderableType:
    """A mail as text, its first lines."""
    lines = mail.text.strip().splitlines()
    more = ["…"] if len(lines) > MAIL_LINES else []
    return Group(Text(mail.subject, style="bold"), Text("\n".join(lines[:MAIL_LINES] + more)))


def order_id(number: int) -> str:
    """The id of a buyer's order."""
    return f"demo:{1000 + number}"


def an_order(number: int) -> OrderPlaced:
    """One buyer's order of one lamp."""
    name = NAMES[number % len(NAMES)]
    return OrderPlaced(
        order_id=order_id(number),
        placed_at=MONDAY + timedelta(hours=1, minutes=number),
        currency="GBP",
        customer_ref=f"c{number}",
        contact=Contact(
            name=f"{name} Example",
            email=f"buyer{number}@example.invalid",
            address=Address(lines=(f"{number} Lamp Lane",), city="Leeds", country="GB"),
        ),
        lines=(
            OrderedLine(
                line="1", sku=LAMP, title="Brass reading lamp", quantity=1,
                unit_price_minor=LAMP_PRICE_MINOR,
            ),
        ),
        freight_minor=FREIGHT_MINOR,
        total_minor=LAMP_PRICE_MINOR + FREIGHT_MINOR,
        payment_method=PaymentMethod(method_id="card", token=TOKEN),
    )  # fmt: skip


def announced(delivery: str, quantity: int, on: date, at: datetime) -> DeliveryAnnounced:
    """A supplier's announcement of lamps."""
    return DeliveryAnnounced(
        warehouse="MAIN", supplier="Lumen & Sons", delivery=delivery, sku=LAMP, quantity=quantity,
        expected_on=on, stage="sent", announced_at=at,
    )  # fmt: skip
