"""The demo's story: a lamp is sold out, forty people want it, and what becomes of every one."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from rich import box
from rich.console import Console, RenderableType
from rich.panel import Panel

from schemas.shops import OrderCancelRequested, OrderPaymentMethodGiven, ProductListed
from schemas.warehouses import ReceiptScanned
from services.cli.explain import story_of
from services.cli.showing import a_table
from services.cli.stage import Stage
from services.cli.story_facts import (
    AT_ONCE,
    BROKEN,
    BUYERS,
    CANCELS,
    EXPIRED,
    FIRST_DAMAGED,
    FIRST_GOOD,
    FIRST_TRUCK,
    LAMP,
    MONDAY,
    SECOND_DAY,
    SECOND_DAY_AFTER_ALL,
    SECOND_TRUCK,
    TOKEN,
    an_order,
    announced,
    order_id,
)
from services.cli.story_seen import answers, cancels, dates, mail_of, money, moves, promises
from services.standins.mails import mails


class Story:
    """Tells the story on a console while it happens on the stage."""

    def __init__(self, stage: Stage, console: Console) -> None:
        self.stage = stage
        self.console = console

    async def tell(self) -> None:
        """All scenes, in order."""
        await self._sold_out()
        await self._forty_buyers()
        await self._second_thoughts()
        await self._short_delivery()
        await self._second_delivery_announced()
        await self._another_card()
        await self._late_truck()
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
        self._party("The shop sees", dates(seen), "cyan")
        self._party("Customer 1 reads", mail_of(self.stage.home, 1, "confirmed"), "magenta")

    async def _second_thoughts(self) -> None:
        wednesday = MONDAY + timedelta(days=2, hours=3)
        await self.stage.at(wednesday)
        self._scene(
            "somebody changes her mind",
            f"Customer {CANCELS} finds a lamp in the attic and cancels. Whoever stood behind her "
            "moves up; nothing was charged, so nothing is paid back.",
        )
        await self.stage.tell(
            OrderCancelRequested(
                order_id=order_id(CANCELS), cancel_id="changed-my-mind", requested_at=wednesday
            )
        )
        self._party("The shop sees", cancels(await self.stage.seen()), "cyan")
        self._party(
            f"Customer {CANCELS} reads", mail_of(self.stage.home, CANCELS, "cancelled"), "magenta"
        )

    async def _another_card(self) -> None:
        friday = MONDAY + timedelta(days=4, hours=1)
        await self.stage.at(friday)
        self._scene(
            "the expired card",
            f"The card of customer {EXPIRED} had expired when her parcel was to be paid. Her lamp was "
            "kept for her, and she was asked for another card until the deadline. She gives one.",
        )
        self._party(
            f"Customer {EXPIRED} read",
            mail_of(self.stage.home, EXPIRED, "payment_needed"),
            "magenta",
        )
        await self.stage.tell(
            OrderPaymentMethodGiven(
                order_id=order_id(EXPIRED), method_id="other-card", token=TOKEN, given_at=friday
            )
        )
        self._party("The shop sees", answers(await self.stage.seen()), "cyan")
        story = await story_of(self.stage.owners, self.stage.home, order_id(EXPIRED))
        self._party(f"crossdock explain {order_id(EXPIRED)}", story, "blue")

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
        self._party("The dock sees", moves(seen), "yellow")
        self._party("The shop sees", answers(seen), "cyan")
        self._party("The payment provider sees", money(self.stage.home), "green")
        self._party("Customer 1 reads", mail_of(self.stage.home, 1, "shipped"), "magenta")

    async def _second_delivery_announced(self) -> None:
        moment = MONDAY + timedelta(days=3, hours=6)
        await self.stage.at(moment)
        await self.stage.tell(announced("D-1002", SECOND_TRUCK, SECOND_DAY, moment))
        self._scene(
            "a second truck is announced",
            f"{SECOND_TRUCK} more lamps for Tuesday. Whoever waits for a later day gets the better "
            "date; one mail an hour at most tells it.",
        )
        seen = await self.stage.seen()
        self._party("The shop sees", promises(seen), "cyan")
        await self.stage.at(moment + timedelta(hours=1, minutes=1))
        self._party(
            f"Customer {BUYERS} reads", mail_of(self.stage.home, BUYERS, "date_changed"), "magenta"
        )

    async def _late_truck(self) -> None:
        monday = MONDAY + timedelta(days=7, hours=2)
        await self.stage.at(monday)
        await self.stage.tell(announced("D-1002", SECOND_TRUCK, SECOND_DAY_AFTER_ALL, monday))
        self._scene(
            "the second truck is late",
            "It comes on Thursday instead of Tuesday. Everybody who waits is told once, with the "
            "reason, and nobody who has a lamp already hears of it.",
        )
        seen = await self.stage.seen()
        self._party("The shop sees", promises(seen), "cyan")
        await self.stage.at(monday + timedelta(hours=1, minutes=1))
        self._party(
            f"Customer {BUYERS} reads", mail_of(self.stage.home, BUYERS, "date_changed"), "magenta"
        )

    async def _second_delivery(self) -> None:
        thursday = MONDAY + timedelta(days=10, hours=1)
        await self.stage.at(thursday)
        await self.stage.tell(
            ReceiptScanned(
                warehouse="MAIN",
                scan_id="scan-1002-1",
                dock="DOCK-1",
                delivery="D-1002",
                sku=LAMP,
                good=SECOND_TRUCK,
                scanned_at=thursday,
            )
        )
        self._scene(
            "the second truck comes",
            "The rest of the queue is served in its order; what nobody waits for goes to the shelf. "
            f"The lamp of customer {BROKEN} breaks while it is packed: hers is the first claim to "
            "one of those.",
        )
        seen = await self.stage.seen()
        self._party("The dock sees", moves(seen), "yellow")
        self._party("The shop sees", answers(seen), "cyan")
        self._party("The payment provider sees", money(self.stage.home), "green")
        table = a_table("", "mail", ">sent")
        kinds = Counter(mail.kind for mail in mails(self.stage.home, None))
        for kind, count in kinds.most_common():
            table.add_row(kind.replace("_", " "), str(count))
        self._party(f"{BUYERS} customers have read", table, "magenta")
