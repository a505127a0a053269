"""The shop sells the same on the same clock; its customers change their minds the same."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.home import Addresses
from schemas.shops import OrderPaymentMethodGiven, OrderPlaced
from schemas.topics import SHOP_ANSWERS, SHOP_ORDERS, SHOP_PRODUCTS
from services.chassis.broker import ensure_topics
from services.chassis.clock import Clock, set_clock
from services.chassis.settings import Deployment
from services.standins.listening import Listener
from services.standins.publishing import Publisher
from services.standins.shop import ORDERS_AT_ONCE, Shop, ShopSettings, Till, listed
from services.standins.shop_page import StatusPage
from tests.standins.test_shop_page import FRIDAY, MONDAY, accepted, confirmed, needed

WITHIN_SECONDS = 60


def a_till(seed: int = 7, **changes: float) -> Till:
    """A till opened on Monday."""
    return Till(ShopSettings.model_validate({"seed": seed, "run_name": "t", **changes}), MONDAY)


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


def test_customers_cancel_and_their_cards_fail_without_changing_what_is_sold() -> None:
    until = MONDAY + timedelta(hours=3)
    plain, regretting = a_till(), a_till(cancels_percent=50, bad_cards_percent=50)
    sold, regretted = plain.orders_until(until), regretting.orders_until(until)
    assert [one.lines for one in sold] == [one.lines for one in regretted]
    assert {one.payment_method.token for one in sold} == {"tok_ok"}
    assert len({one.payment_method.token for one in regretted}) > 1
    cancels = regretting.minds.requests_until(MONDAY + timedelta(days=5))
    assert 0 < len(cancels) < len(sold)
    assert {one.order_id for one in cancels} <= {one.order_id for one in regretted}
    assert plain.minds.requests_until(MONDAY + timedelta(days=5)) == []


def test_a_customer_who_is_asked_gives_one_other_card() -> None:
    minds = a_till().minds
    for _ in range(2):
        minds.ask_for_card(needed(), MONDAY)
    (given,) = minds.requests_until(MONDAY + timedelta(days=1))
    assert isinstance(given, OrderPaymentMethodGiven)
    assert (given.order_id, given.token) == ("web:7", "tok_ok")
    minds.ask_for_card(needed(), MONDAY)
    assert minds.requests_until(MONDAY + timedelta(days=1)) == []


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
