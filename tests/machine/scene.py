"""An order of two units brought to a stage of its life, and the facts that may race there."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from schemas.shops import (
    CancelledLine,
    OrderCancelRequested,
    OrderedLine,
    OrderPaymentMethodGiven,
    OrderPlaced,
    ProductListed,
)
from schemas.values import Contact, PaymentMethod
from schemas.warehouses import ReceiptCorrected, ReceiptScanned
from tests.machine.dock import WAREHOUSE
from tests.machine.model import Ordered
from tests.machine.races import End, Fact, Stage
from tests.machine.world import World

PRICE_MINOR = 1_000
UNITS = 2
PAST_THE_DEADLINE = timedelta(hours=73)
ROUNDS = 3
"""Rounds of payments in which one call after another is made: verify, authorize, capture."""


class Scene:
    """One order of two units of one SKU."""

    def __init__(self, world: World, seed: int) -> None:
        world.begin(seed)
        self.world = world
        self.pipeline = world.pipeline
        self.sku = world.name("R")
        self.order_id = f"shop:race-{world.history}"
        self.line_id = f"{self.order_id}:1"
        self.scan_id = world.name("s")
        self.token = "tok_ok"  # the stand-in's card that works

    # ---- stages --------------------------------------------------------------------------------

    async def reach(self, stage: Stage) -> None:
        """Bring the order to a stage."""
        self.pipeline.publish(ProductListed(sku=self.sku, revision=1))
        await self.pipeline.come_to_rest()
        self.world.model.freight[self.order_id] = 0
        self.world.model.lines[self.line_id] = Ordered(
            self.order_id, self.line_id, self.sku, UNITS, PRICE_MINOR
        )
        if stage == "unheard":
            return
        if stage in ("declined", "suspended"):
            self.token = "tok_declined"  # the stand-in's card that is declined
        if stage == "capture in flight":
            self.token = "tok_lost_once_capture"  # its answer to a capture is lost
        if stage != "waiting":
            await self.goods()
            await self.pipeline.come_to_rest()
        if stage in ("granted", "planned"):
            self.pipeline.no_effects_of.add("payments")
        await self.order()
        if stage == "planned":
            await self.verified_but_not_reserved()
        await self.pipeline.come_to_rest()
        if stage in ("waiting", "granted", "planned", "authorized", "declined"):
            self.world.look()
            return
        await self.further(stage)

    async def further(self, stage: Stage) -> None:
        """From the authorized parcel on."""
        if stage == "suspended":
            await self.deadline()
            await self.pipeline.come_to_rest()
            return
        self.world.look()
        if stage in ("packed", "capture in flight", "captured"):
            self.pipeline.no_effects_of.add("payments")
        await self.pack()
        await self.pipeline.come_to_rest()
        if stage == "captured":
            self.pipeline.not_heard.add(("shipping", "payments"))
            for _ in range(ROUNDS):
                await self.one_round_of_payments()
        if stage == "capture in flight":
            await self.one_round_of_payments()
        if stage == "dispatched":
            self.world.look()
            await self.dispatch()
        await self.pipeline.come_to_rest()
        self.world.look()

    async def verified_but_not_reserved(self) -> None:
        """Let payments verify the method and nothing more."""
        await self.pipeline.come_to_rest()
        await self.one_round_of_payments()

    async def one_round_of_payments(self) -> None:
        """Run what payments has due now, once."""
        self.pipeline.no_effects_of.discard("payments")
        await self.pipeline.fire("payments")
        self.pipeline.no_effects_of.add("payments")

    # ---- facts ---------------------------------------------------------------------------------

    async def tell(self, fact: Fact) -> None:
        """A fact happens, and its entrance hears of it; nobody else does yet."""
        facts: dict[Fact, Callable[[], Awaitable[None]]] = {
            "order": self.order, "cancel order": self.cancel_order, "same cancel": self.cancel_order,
            "cancel one unit": self.cancel_one, "goods": self.goods, "pack": self.pack,
            "short pack": self.short_pack, "damage": self.damage, "authorize": self.capture,
            "capture": self.capture, "decline": self.decline, "dispatch": self.dispatch,
            "new method": self.new_method, "deadline": self.deadline,
            "correction to 0": self.correct_to_nothing,
        }  # fmt: skip
        await facts[fact]()

    async def order(self) -> None:
        """The order is placed."""
        self.pipeline.publish(
            OrderPlaced(
                order_id=self.order_id,
                placed_at=self.pipeline.now,
                currency="EUR",
                customer_ref="c1",
                contact=Contact(email="c1@example.invalid"),
                lines=(OrderedLine(sku=self.sku, quantity=UNITS, unit_price_minor=PRICE_MINOR),),
                total_minor=UNITS * PRICE_MINOR,
                payment_method=PaymentMethod(method_id="m1", token=self.token),
            )
        )
        await self.pipeline.hand_over("order_intake")

    async def cancel_order(self) -> None:
        """All of it is cancelled; told twice it is the same cancel."""
        await self.cancel()

    async def cancel_one(self) -> None:
        """One unit is cancelled."""
        await self.cancel(CancelledLine(line="1", quantity=1))

    async def cancel(self, *lines: CancelledLine) -> None:
        """The shop cancels."""
        self.pipeline.publish(
            OrderCancelRequested(
                order_id=self.order_id, cancel_id="c1", lines=lines, requested_at=self.pipeline.now
            )
        )
        await self.pipeline.hand_over("order_intake")

    async def goods(self) -> None:
        """Two units come in."""
        self.world.model.scans[self.scan_id] = self.sku, UNITS
        self.pipeline.publish(
            ReceiptScanned(
                warehouse=WAREHOUSE,
                scan_id=self.scan_id,
                sku=self.sku,
                good=UNITS,
                scanned_at=self.pipeline.now,
            )
        )
        await self.pipeline.hand_over("stock_receipts")

    async def correct_to_nothing(self) -> None:
        """The scan was wrong: nothing had come in."""
        self.world.model.scans[self.scan_id] = self.sku, 0
        self.pipeline.publish(
            ReceiptCorrected(
                warehouse=WAREHOUSE,
                scan_id=self.scan_id,
                sku=self.sku,
                good=0,
                damaged=0,
                corrected_at=self.pipeline.now + timedelta(seconds=1),
            )
        )
        await self.pipeline.hand_over("stock_receipts")

    async def pack(self, missing: int = 0) -> None:
        """The dock packs what it was asked for."""
        for parcel in self.world.dock.to_pack():
            self.pipeline.publish(self.world.dock.pack(parcel, self.pipeline.now, missing))
        await self.pipeline.hand_over("shipping")

    async def short_pack(self) -> None:
        """One unit is not found."""
        await self.pack(missing=1)

    async def damage(self) -> None:
        """One unit breaks at the dock."""
        for parcel in [*self.world.dock.parcels.values()]:
            event = self.world.dock.damage(parcel, self.pipeline.draw, self.pipeline.now)
            self.pipeline.publish(event)
        await self.pipeline.hand_over("shipping")

    async def dispatch(self) -> None:
        """The parcel leaves."""
        for parcel in self.world.dock.to_send():
            self.pipeline.publish(self.world.dock.send(parcel, self.pipeline.now))
        await self.pipeline.hand_over("shipping")

    async def capture(self) -> None:
        """Payments does what is due; what it has said is heard again."""
        self.pipeline.no_effects_of.discard("payments")
        self.pipeline.not_heard.clear()
        for _ in range(ROUNDS):
            await self.pipeline.fire("payments")

    async def decline(self) -> None:
        """The card is declined at the reservation."""
        await self.capture()

    async def deadline(self) -> None:
        """The payment deadline passes."""
        self.pipeline.move_clock(self.pipeline.now + PAST_THE_DEADLINE)
        await self.capture()

    async def new_method(self) -> None:
        """The customer gives a card that works."""
        self.pipeline.publish(
            OrderPaymentMethodGiven(
                order_id=self.order_id, method_id="m2", token="tok_ok", given_at=self.pipeline.now
            )
        )
        await self.pipeline.hand_over("order_intake")

    # ---- the end -------------------------------------------------------------------------------

    async def end(self) -> End:
        """Let everything run out, and look at what the order has come to."""
        self.pipeline.no_effects_of.clear()
        self.pipeline.not_heard.clear()
        await self.world.run_out()
        await self.world.judge()
        sent = self.world.dock.dispatched[self.line_id]
        cancelled = self.world.model.cancelled[self.line_id]
        paid = await self.world.paid_minor(self.order_id)
        assert paid % PRICE_MINOR == 0
        return End(sent, cancelled, UNITS - sent - cancelled, paid // PRICE_MINOR)
