"""The shop sells the same on the same clock, and shows how orders stand from its answers alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.home import Addresses
from schemas.envelope import Event
from schemas.order_intake import AcceptedLine, LineAnswer
from schemas.shop_answers import (
    AnswerAccepted,
    AnswerAllocated,
    AnswerConfirmed,
    AnswerPromiseChanged,
    AnswerRefused,
    AnswerShipped,
    ShippedLine,
)
from schemas.shops import OrderPlaced
from schemas.topics import SHOP_ANSWERS, SHOP_ORDERS, SHOP_PRODUCTS
from schemas.values import Reason
from services.chassis.broker import ensure_topics
from services.chassis.clock import Clock, set_clock
from services.chassis.settings import Deployment
from services.standins import shop_page
from services.standins.listening import Listener
from services.standins.publishing import Publisher
from services.standins.shop import ORDERS_AT_ONCE, Shop, ShopSettings, Till, listed
from services.standins.shop_page import OrderStatus, StatusPage

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FRIDAY = date(2026, 3, 6)
WITHIN_SECONDS = 60


def a_till(seed: int = 7, **changes: float) -> Till:
    """A till opened on Monday."""
    return Till(ShopSettings.model_validate({"seed": seed, "run_name": "t", **changes}), MONDAY)


def accepted() -> AnswerAccepted:
    """An order of three lamps, taken."""
    line = AcceptedLine(line_id="L", sku="LAMP", title="Lamp", quantity=3, line_total_minor=300)
    return AnswerAccepted(order_id="web:7", currency="GBP", total_minor=300, lines=(line,))


def confirmed(waiting: int = 2) -> AnswerConfirmed:
    """The order confirmed, some of it waiting until Friday."""
    line = LineAnswer(
        line_id="L", sku="LAMP", title="Lamp", quantity=3, line_total_minor=300,
        allocated=3 - waiting, waiting=waiting, refused=0, promised_on=FRIDAY, promise_version=1,
    )  # fmt: skip
    return AnswerConfirmed(order_id="web:7", currency="GBP", total_minor=300, lines=(line,))


def moved(version: int, to: date | None) -> AnswerPromiseChanged:
    """Another date."""
    return AnswerPromiseChanged(
        order_id="web:7", line_id="L", sku="LAMP", waiting=2, promised_on=to,
        promise_version=version, reason=Reason(code="delivery_moved", text="the truck is late"),
    )  # fmt: skip


def shipped(shipment: str, quantity: int, *, complete: bool) -> AnswerShipped:
    """A parcel left."""
    return AnswerShipped(
        order_id="web:7", shipment_id=shipment, dispatched_at=MONDAY, carrier="Meadow Parcels",
        tracking="MP-1", complete=complete,
        lines=(ShippedLine(line_id="L", sku="LAMP", quantity=quantity),),
    )  # fmt: skip


def page_of(*answers: Event) -> OrderStatus:
    """How the order stands after answers."""
    page = StatusPage()
    page.take(answers)
    return page.orders["web:7"]


def test_the_same_seed_sells_the_same_however_often_one_asks() -> None:
    at_once = a_till().orders_until(MONDAY + timedelta(hours=2))
    till = a_till()
    bit_by_bit = [
        order
        for minute in range(0, 121, 5)
        for order in till.orders_until(MONDAY + timedelta(minutes=minute))
    ]
    assert at_once == bit_by_bit
    assert at_once != a_till(seed=8).orders_until(MONDAY + timedelta(hours=2))


def test_orders_add_up_and_reach_nobody() -> None:
    for order in a_till(orders_per_hour=15).orders_until(MONDAY + timedelta(hours=1)):
        goods_minor = sum(line.quantity * line.unit_price_minor for line in order.lines)
        assert order.total_minor == goods_minor + order.freight_minor
        assert order.contact.email.endswith("@example.invalid")
        assert MONDAY < order.placed_at <= MONDAY + timedelta(hours=1)


def test_a_leap_of_the_clock_sells_no_more_than_the_bound() -> None:
    till = a_till(orders_per_hour=3_600)
    leap = MONDAY + timedelta(days=30)
    assert len(till.orders_until(leap)) == ORDERS_AT_ONCE
    assert till.orders_until(leap) == []


def test_everything_sold_is_listed() -> None:
    sold = {
        line.sku for o in a_till().orders_until(MONDAY + timedelta(hours=3)) for line in o.lines
    }
    assert sold <= {product.sku for product in listed(MONDAY)}


def test_a_confirmed_line_shows_what_waits_and_until_when() -> None:
    order = page_of(accepted(), confirmed(waiting=2))
    assert order.status == "confirmed"
    assert (order.lines["L"].waiting, order.lines["L"].promised_on) == (2, FRIDAY)


def test_a_later_date_replaces_an_earlier_one_only() -> None:
    order = page_of(accepted(), confirmed(), moved(3, None), moved(2, FRIDAY))
    assert order.lines["L"].promised_on is None


def test_a_partly_shipped_order_is_shipped_when_nothing_is_to_come() -> None:
    first, last = shipped("web:7/1", 1, complete=False), shipped("web:7/2", 2, complete=True)
    assert page_of(accepted(), confirmed(), first).status == "partly shipped"
    order = page_of(accepted(), confirmed(), first, last)
    assert order.status == "shipped"
    assert sum(parcel.units["L"] for parcel in order.parcels.values()) == 3


def test_an_answer_heard_twice_changes_nothing() -> None:
    allocated = AnswerAllocated(order_id="web:7", line_id="L", sku="LAMP", allocated=2, waiting=0)
    answers: Sequence[Event] = (
        accepted(), confirmed(), moved(2, None), allocated, shipped("web:7/1", 3, complete=True),
    )  # fmt: skip
    twice = [answer for answer in answers for _ in range(2)]
    assert page_of(*twice) == page_of(*answers)


def test_a_refused_order_says_why() -> None:
    reason = Reason(code="not_sold", text="LAMP is not sold any more")
    order = page_of(AnswerRefused(order_id="web:7", reasons=(reason,)))
    assert (order.status, order.reasons) == ("refused", ["LAMP is not sold any more"])


def test_the_page_keeps_the_latest_orders(tmp_path: Path) -> None:
    page = StatusPage()
    over = shop_page.ORDERS_KEPT + 5
    page.take(accepted().model_copy(update={"order_id": f"web:{n}"}) for n in range(over))
    assert len(page.orders) == shop_page.ORDERS_KEPT
    assert "web:4" not in page.orders
    page.write(tmp_path / "run" / "shop.json")
    assert StatusPage.read(tmp_path / "run" / "shop.json") == page


async def orders_on(deployment: Deployment, count: int) -> list[OrderPlaced]:
    """The first orders that the shop placed."""
    topic = f"{deployment.namespace}{SHOP_ORDERS.name}"
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        bootstrap_servers=deployment.kafka, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topic, one) for one in range(SHOP_ORDERS.partitions)])
        found: list[OrderPlaced] = []
        async with asyncio.timeout(WITHIN_SECONDS):
            while len(found) < count:
                for part in (await consumer.getmany(timeout_ms=100)).values():
                    found += [OrderPlaced.model_validate_json(one.value or b"") for one in part]
        return found
    finally:
        await consumer.stop()


def is_confirmed(file: Path) -> bool:
    """Whether the page shows the order as confirmed."""
    order = StatusPage.read(file).orders.get("web:7")
    return order is not None and order.status == "confirmed"


async def test_a_real_shop_sells_when_the_clock_moves_and_hears_its_answers(
    servers: Addresses, tmp_path: Path
) -> None:
    deployment = Deployment(
        kafka=servers.kafka, namespace=f"shop-{uuid4().hex[:8]}.", home=tmp_path
    )
    await ensure_topics(
        servers.kafka, deployment.namespace, [SHOP_ORDERS, SHOP_PRODUCTS, SHOP_ANSWERS]
    )
    set_clock(tmp_path, MONDAY)
    stop = asyncio.Event()
    file = tmp_path / "run" / "shop.json"
    async with Publisher(deployment.kafka, deployment.namespace) as publisher:
        shop = Shop(publisher, Clock(tmp_path), a_till(), file)
        selling = asyncio.create_task(shop.sell(stop))
        listening = asyncio.create_task(
            Listener(deployment, "shop", "shops").listen(shop.answer, stop)
        )
        set_clock(tmp_path, MONDAY + timedelta(hours=2))
        expected = a_till().orders_until(MONDAY + timedelta(hours=2))
        orders = await orders_on(deployment, len(expected))
        assert {order.order_id for order in orders} == {order.order_id for order in expected}
        await publisher.publish([accepted(), confirmed()], "/tests", MONDAY)
        async with asyncio.timeout(WITHIN_SECONDS):
            while not is_confirmed(file):  # noqa: ASYNC110  # another task writes the file
                await asyncio.sleep(0.05)
        stop.set()
        await asyncio.gather(selling, listening)
    assert shop.page.orders["web:7"].lines["L"].promised_on == FRIDAY
