"""Workers of the last release and of this one share every group, and nothing is lost or misread.

Facts are those that the last release knew: what is new is used once all workers are of this release.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.documents import RELEASED
from schemas.envelope import Event
from schemas.shop_answers import AnswerShipped
from schemas.shops import OrderPlaced, ProductListed
from schemas.suppliers import DeliveryAnnounced
from schemas.topics import SERVICES, TOPICS
from schemas.warehouses import ReceiptScanned
from services.cli.homes import addresses_of, environment
from services.cli.stage import of
from tests.journeys.home import Home, a_running_home
from tests.journeys.journey import Journey, a_journey
from tests.journeys.records import every_record
from tests.schemas.releases import kept_of, loaded
from tests.upgrades.earlier import LAST, source, start_in
from tests.upgrades.groups import Members, members

pytestmark = pytest.mark.long

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SETTLE_SECONDS = 120.0
STOP_SECONDS = 30.0
ORDERS = 24
"""So many that every topic has records for both halves of a group."""
HEARD_ANEW = {
    # Both hear it to see the end of a trouble with a payment, which release 0.1.0 never has.
    ("order_intake", "crossdock.payment_method.verified.v1"),
    ("notifications", "crossdock.payment_method.verified.v1"),
}
"""What this release hears and the last did not: a worker of the last passes over it, and so do all
workers of the service. Each is harmless while only facts of the last release are told."""
NOT_TAKEN = re.compile(r"(\w+) has not taken \d+ × (\S+) of ")
SKUS = ("LAMP-BRASS-07", "BULB-E14-WARM")


def facts(kind: type[Event], *changes: dict[str, Any]) -> list[Event]:
    """The last release's golden fact, each time with what makes it another one."""
    folder = RELEASED / LAST / "examples" / kind.TOPIC.name
    golden: dict[str, Any] = loaded(folder / f"{kind.type_name()}.json")
    return [kind.model_validate_json(json.dumps({**golden, **one})) for one in changes]


def skus(number: int) -> list[str]:
    """What an order is of."""
    return [f"{sku}-{number}" for sku in SKUS]


def an_order(number: int) -> Event:
    """The golden order, of other goods, paid with what the provider's stand-in knows."""
    [golden] = facts(OrderPlaced, {"order_id": f"lampshop:side-{number}"})
    data = json.loads(golden.model_dump_json(exclude_unset=True))
    for line, sku in zip(data["lines"], skus(number), strict=True):
        line["sku"] = sku
    return OrderPlaced.model_validate(
        {**data, "payment_method": {"method_id": "pm", "token": "tok_ok"}}
    )


def before_the_orders(numbers: Sequence[int]) -> list[Event]:
    """Products, and deliveries of them under way."""
    wanted = [sku for number in numbers for sku in skus(number)]
    products = facts(ProductListed, *({"sku": sku} for sku in wanted))
    coming = ({"sku": sku, "delivery": f"PO-{sku}"} for sku in wanted)
    return [*products, *facts(DeliveryAnnounced, *coming)]


def scans(numbers: Sequence[int]) -> list[Event]:
    """The deliveries, at the dock."""
    return facts(
        ReceiptScanned,
        *(
            {"sku": sku, "scan_id": f"SC-{sku}", "delivery": f"PO-{sku}"}
            for number in numbers
            for sku in skus(number)
        ),
    )


@contextmanager
def earlier_workers(home: Home, folder: Path) -> Generator[None]:
    """All six workers of the last release in one process, in the groups of the home's."""
    addresses = addresses_of(home.folder)
    assert addresses is not None
    told = {k: v for k, v in environment(home.folder, addresses).items() if "CROSSDOCK_" in k}
    log = folder / "earlier.log"
    process = start_in(
        source(LAST, folder), "-m", "services.cli.run_workers", *SERVICES, log=log, **told
    )
    try:
        yield
        assert process.poll() is None, log.read_text(encoding="utf-8")[-4_000:]
    finally:
        # Not asked to end: a process of several workers hands the signal to one of them alone.
        process.kill()
        process.wait(STOP_SECONDS)


async def settled(home: Home, count: int) -> Members:
    """The groups, once each has so many members that all work."""
    groups = [f"{home.deployment.namespace}{service}" for service in SERVICES]
    end = monotonic() + SETTLE_SECONDS
    while True:
        found = await members(home.deployment.kafka, groups)
        sizes = [sum(map(bool, found.get(group, {}).values())) for group in groups]
        if sizes == [count] * len(groups):
            return found
        assert monotonic() < end, f"working members of each group: {sizes}, not {count}"
        await asyncio.sleep(0.1)


async def shipped(journey: Journey, numbers: Sequence[int]) -> set[str]:
    """The orders that are shipped of those that come, wait for their goods and get them."""
    await journey.tell(*before_the_orders(numbers))
    await journey.tell(*(an_order(number) for number in numbers))
    await journey.later(days=7)
    seen = await journey.tell(*scans(numbers))
    seen += await journey.later(days=1)
    return {answer.order_id for answer in of(seen, AnswerShipped)}


async def partitions_with_records(home: Home) -> set[tuple[str, int]]:
    """Where anything was said at all."""
    return {
        (record.topic, record.partition)
        for topic in TOPICS
        async for record in every_record(home.deployment, topic)
    }


async def unreadable_by_the_last_release(home: Home) -> list[str]:
    """What was said and is not valid by the schemas that the last release read with."""
    kept = {kept.name: kept.schema for kept in kept_of(LAST)}
    wrong: list[str] = []
    for topic in TOPICS:
        async for record in every_record(home.deployment, topic):
            name = f"{topic.name}.{dict(record.headers)['ce_type'].decode()}"
            if name in kept and record.value is not None:
                validator: Any = Draft202012Validator(kept[name])
                errors = validator.iter_errors(json.loads(record.value))
                wrong += [f"{name}: {error.message}" for error in errors]
    return wrong


def assert_audit_finds_only_what_is_heard_anew(home: Home) -> None:
    """Every other law holds."""
    told = home.crossdock("audit", "--wait", "30").out
    broken = [line.split()[1] for line in told.splitlines() if line.startswith("✗")]
    assert broken == ["every-event-taken"], told
    assert set(NOT_TAKEN.findall(told)) == HEARD_ANEW, told


@pytest.fixture
def home() -> Generator[Home]:
    """A home of this release."""
    with a_running_home(MONDAY) as one:
        yield one


async def test_workers_of_two_releases_side_by_side(home: Home, tmp_path: Path) -> None:
    first, rest = range(ORDERS), range(ORDERS, ORDERS + 2)
    async with a_journey(home) as journey:
        with earlier_workers(home, tmp_path):
            before = await settled(home, 2)
            assert await shipped(journey, first) == {f"lampshop:side-{n}" for n in first}
            assert await settled(home, 2) == before
        said = await partitions_with_records(home)
        for group in before.values():
            assert all(partitions & said for partitions in group.values()), "one had nothing to do"
        await settled(home, 1)
        assert await shipped(journey, rest) == {f"lampshop:side-{n}" for n in rest}
        assert_audit_finds_only_what_is_heard_anew(home)
        assert [letter for service in SERVICES for letter in await journey.letters(service)] == []
        assert await unreadable_by_the_last_release(home) == []
