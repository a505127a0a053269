"""A shop that sells on the business clock and shows how orders stand: ``python -m …standins.shop``.

The same seed sells the same things at the same times. Its customers do not exist, and their mail
goes to ``example.invalid`` (RFC 2606).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from time import time

import structlog
import uvloop
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.catalog import events_on
from schemas.envelope import Event
from schemas.shop_answers import AnswerPaymentNeeded
from schemas.shops import OrderedLine, OrderPlaced, ProductListed
from schemas.topics import SHOP_ANSWERS
from schemas.values import Address, Contact, PaymentMethod, ShipPreference
from services.chassis.clock import LOOK_EVERY_SECONDS, Clock
from services.chassis.logs import configure_logs
from services.chassis.settings import Deployment
from services.standins.listening import Listener, Records, stop_on_signal, type_of
from services.standins.publishing import Publisher
from services.standins.shop_minds import Minds
from services.standins.shop_page import StatusPage

SOURCE = "/crossdock/standins/shop"
SHOP = "corner"
PAGE_FILE = "shop.json"
ORDERS_AT_ONCE = 20
"""So many are placed at one look at the clock; what a leap of the clock would add is not sold."""
FREIGHT_MINOR = 495
FREIGHT_FREE_FROM_MINOR = 5_000
ANSWERS = events_on(SHOP_ANSWERS)

log = structlog.get_logger()


@dataclass(frozen=True)
class Product:
    """Something on sale; ``weight`` is how often it is chosen."""

    sku: str
    title: str
    price_minor: int
    weight: int
    lead_time_days: int | None = None


ASSORTMENT = (
    Product("MUG-BLUE", "Stoneware mug, blue", 1_250, 9, 10),
    Product("MUG-OAT", "Stoneware mug, oat", 1_250, 7, 10),
    Product("BOWL-L", "Salad bowl, beech", 3_490, 4, 15),
    Product("BOARD-OAK", "Chopping board, oak", 2_990, 4, 15),
    Product("TOWEL-2", "Linen tea towels, pair", 1_690, 8, 7),
    Product("CANDLE-FIG", "Scented candle, fig", 1_890, 6, 7),
    Product("CANDLE-PINE", "Scented candle, pine", 1_890, 5, 7),
    Product("THROW-GREY", "Wool throw, grey", 6_900, 3, 20),
    Product("CUSHION-40", "Cushion cover, 40 cm", 2_150, 5, 10),
    Product("VASE-TALL", "Glass vase, tall", 4_250, 2),
    Product("PLANTER-S", "Planter, terracotta, small", 990, 6, 7),
    Product("CLOCK-WALL", "Wall clock, ash", 5_450, 1),
)
FIRST_NAMES = ("Ada", "Bo", "Chidi", "Dana", "Emre", "Femke", "Goran", "Hana", "Ines", "Jun")
LAST_NAMES = ("Abara", "Brandt", "Castel", "Dvorak", "Eriksen", "Fontaine", "Grieg", "Hollis")
STREETS = ("Mill Lane", "Harbor Road", "Station Street", "Orchard Way", "Bridge Street")
CITIES = (("Leeds", "LS1 4AP"), ("Bath", "BA1 1SU"), ("York", "YO1 7HH"), ("Derby", "DE1 2GU"))


class ShopSettings(BaseSettings):
    """From the environment, ``CROSSDOCK_SHOP_…``."""

    model_config = SettingsConfigDict(env_prefix="CROSSDOCK_SHOP_", frozen=True, extra="ignore")

    seed: int = Field(default=7, description="the same seed sells the same things")
    orders_per_hour: float = Field(default=6, gt=0, le=3_600, description="on the business clock")
    cancels_percent: float = Field(
        default=0, ge=0, le=100, description="of the orders: cancelled within days, or a line of it"
    )
    bad_cards_percent: float = Field(
        default=0, ge=0, le=100, description="of the orders: the card is declined, or has expired"
    )
    mended_percent: float = Field(
        default=100, ge=0, le=100, description="of those asked to: give another card within hours"
    )
    run_name: str = Field(
        default_factory=lambda: f"{int(time()):x}",
        pattern=r"^[A-Za-z0-9]{1,20}$",
        description="part of every order's id, so that another run sells anew",
    )


class Till:
    """Sells on a clock: whoever asks gets the orders placed since they last asked."""

    def __init__(self, settings: ShopSettings, opened_at: datetime) -> None:
        self.random = Random(settings.seed)  # noqa: S311  # believable, not secret
        self.settings = settings
        self.minds = Minds(
            settings.seed, settings.cancels_percent, settings.bad_cards_percent,
            settings.mended_percent,
        )  # fmt: skip
        self.number = 0
        self.next_at = opened_at + self._gap()

    def orders_until(self, now: datetime) -> list[OrderPlaced]:
        """The orders placed up to a time, at most ``ORDERS_AT_ONCE``."""
        orders: list[OrderPlaced] = []
        while self.next_at <= now and len(orders) < ORDERS_AT_ONCE:
            orders.append(self._order(self.next_at))
            self.next_at += self._gap()
        if self.next_at <= now:
            self.next_at = now + self._gap()
        return orders

    def sold(self, order_id: str) -> bool:
        """Whether an order is of this run."""
        return order_id.startswith(f"{SHOP}:{self.settings.run_name}-")

    def _gap(self) -> timedelta:
        return timedelta(hours=self.random.expovariate(self.settings.orders_per_hour))

    def _order(self, placed_at: datetime) -> OrderPlaced:
        self.number += 1
        order_id = f"{SHOP}:{self.settings.run_name}-{self.number}"
        lines = self._basket()
        goods_minor = sum(line.quantity * line.unit_price_minor for line in lines)
        freight_minor = 0 if goods_minor >= FREIGHT_FREE_FROM_MINOR else FREIGHT_MINOR
        preference: ShipPreference = "complete" if self.random.random() < 0.2 else "as_available"
        customer = self.random.randrange(400)
        order = OrderPlaced(
            order_id=order_id,
            placed_at=placed_at,
            currency="GBP",
            customer_ref=f"customer-{customer}",
            contact=contact_of(customer),
            lines=lines,
            freight_minor=freight_minor,
            total_minor=goods_minor + freight_minor,
            payment_method=PaymentMethod(
                method_id=f"{order_id}/card", token=self.minds.token_of(order_id)
            ),
            ship_preference=preference,
        )
        self.minds.consider(order)
        return order

    def _basket(self) -> tuple[OrderedLine, ...]:
        """One to four different things, mostly one of each."""
        weights = [product.weight for product in ASSORTMENT]
        wanted = self.random.choices(ASSORTMENT, weights, k=self.random.randint(1, 4))
        return tuple(
            OrderedLine(
                sku=product.sku,
                title=product.title,
                quantity=self.random.choice((1, 1, 1, 2, 3, 6)),
                unit_price_minor=product.price_minor,
            )
            for product in dict.fromkeys(wanted)
        )


def contact_of(customer: int) -> Contact:
    """The same person for the same number; nobody who exists."""
    first = FIRST_NAMES[customer % len(FIRST_NAMES)]
    last = LAST_NAMES[customer // len(FIRST_NAMES) % len(LAST_NAMES)]
    city, postal_code = CITIES[customer % len(CITIES)]
    street = f"{customer % 90 + 1} {STREETS[customer % len(STREETS)]}"
    return Contact(
        name=f"{first} {last}",
        email=f"{first}.{last}.{customer}@example.invalid".lower(),
        time_zone="Europe/London",
        address=Address(lines=(street,), city=city, postal_code=postal_code, country="GB"),
    )


def listed(now: datetime) -> list[ProductListed]:
    """The assortment; all of it may be sold from an empty shelf."""
    return [
        ProductListed(
            sku=product.sku,
            revision=1,
            title=product.title,
            backorder="unlimited",
            lead_time_days=product.lead_time_days,
            listed_at=now,
        )
        for product in ASSORTMENT
    ]


class Shop:
    """Places orders, and keeps the page of how they stand."""

    def __init__(self, publisher: Publisher, clock: Clock, till: Till, file: Path | None) -> None:
        self.publisher = publisher
        self.clock = clock
        self.till = till
        self.file = file
        self.page = StatusPage.read(file) if file else StatusPage()

    async def sell(self, stop: asyncio.Event) -> None:
        """List the assortment, then place orders as business time passes, until told to stop."""
        now = self.clock.now()
        await self.publisher.publish(listed(now), SOURCE, now)
        while not stop.is_set():
            now = self.clock.now()
            orders = self.till.orders_until(now)
            requests = self.till.minds.requests_until(now)
            if orders or requests:
                await self.publisher.publish([*orders, *requests], SOURCE, now)
                log.info("shop_said", orders=len(orders), requests=len(requests))
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def answer(self, records: Records) -> None:
        """Take what the pipeline answers onto the page; who must pay otherwise will."""
        answers = answers_in(records)
        self.page.take(answers)
        for one in answers:
            if isinstance(one, AnswerPaymentNeeded) and self.till.sold(one.order_id):
                self.till.minds.ask_for_card(one, self.clock.now())
        if self.file is not None:
            self.page.write(self.file)


def answers_in(records: Records) -> list[Event]:
    """The answers that the shop knows, in the order heard."""
    answers: list[Event] = []
    for record in records:
        kind = ANSWERS.get(type_of(record))
        if kind is None or record.value is None:
            continue
        try:
            answers.append(kind.model_validate_json(record.value))
        except ValidationError:
            log.warning("answer_not_understood", topic=record.topic, offset=record.offset)
    return answers


async def run() -> None:
    """Keep the shop open until a signal, or until selling or listening fails."""
    deployment, settings = Deployment(), ShopSettings()
    stop = stop_on_signal()
    clock = Clock(deployment.home)
    file = deployment.home / "run" / PAGE_FILE if deployment.home else None
    async with Publisher(deployment.kafka, deployment.namespace, "crossdock-shop") as publisher:
        shop = Shop(publisher, clock, Till(settings, clock.now()), file)
        log.info("shop_open", run=settings.run_name)
        async with asyncio.TaskGroup() as group:
            group.create_task(Listener(deployment, "shop", "shops").listen(shop.answer, stop))
            group.create_task(shop.sell(stop))


def main() -> None:
    """Run as a process of its own."""
    configure_logs("shop")
    uvloop.run(run())


if __name__ == "__main__":
    main()
