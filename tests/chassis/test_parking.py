"""What follows a dead letter of its aggregate waits; what is redriven runs once, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from schemas.order_intake import LineCancelRequested, LineRequested, ProductTaken
from services.chassis.dead_letters import Selection, chosen, drop, redrive, show
from services.chassis.handling import Handler, hears
from services.chassis.redriving import Redriving
from services.chassis.transaction import Transaction
from tests import harness
from tests.chassis.test_batch import a_request
from tests.chassis.test_worker import until

MakeService = Callable[..., Awaitable[harness.Service]]
Tx = Transaction[Any]


class Desk:
    """Takes requests, cancels and products; breaks on what it is told to break on."""

    def __init__(self) -> None:
        self.broken: set[str] = set()
        self.gate = asyncio.Event()
        self.gate.set()
        self.reached = asyncio.Event()

    async def note(self, tx: Tx, what: str, keys: Sequence[str]) -> None:
        """Note what was taken; the database refuses what is broken."""
        for key in keys:
            await tx.fetchval("SELECT 1 / $1::int", 0 if key in self.broken else 1)
        await tx.execute(
            "INSERT INTO notes (what, key) SELECT $1, * FROM unnest($2::text[])", what, keys
        )
        self.reached.set()
        await self.gate.wait()

    @property
    def handlers(self) -> list[Handler]:
        """What it hears."""

        @hears(ProductTaken)
        async def take_products(products: Sequence[ProductTaken], tx: Tx) -> None:
            await self.note(tx, "product", [product.sku for product in products])

        @hears(LineRequested)
        async def take_requests(requests: Sequence[LineRequested], tx: Tx) -> None:
            await self.note(tx, "request", [request.line_id for request in requests])

        @hears(LineCancelRequested)
        async def take_cancels(cancels: Sequence[LineCancelRequested], tx: Tx) -> None:
            await self.note(tx, "cancel", [cancel.cancel_id for cancel in cancels])

        return [take_products, take_requests, take_cancels]


def a_cancel(cancel_id: str, line: str = "shop:1:1") -> LineCancelRequested:
    """A cancel of a line."""
    return LineCancelRequested(
        line_id=line, order_id="shop:1", sku="LAMP", cancel_id=cancel_id, quantity=1
    )


def a_product(revision: int) -> ProductTaken:
    """A product as intake took it."""
    return ProductTaken(sku="LAMP", revision=revision, title="", sold=True, backorder="unlimited")


async def noted(service: harness.Service) -> list[str]:
    """What was taken, in order."""
    return [row["key"] for row in await service.rows("SELECT key FROM notes ORDER BY id")]


async def states(service: harness.Service) -> list[tuple[str, int]]:
    """State and attempts of each letter, in the order of arrival."""
    return [(row["state"], row["attempts"]) for row in await service.dead_letters()]


async def redriven(service: harness.Service) -> list[int]:
    """Redrive all as a person does, and let the worker take what there is."""
    async with service.pool.acquire() as connection:
        rows = await chosen(connection, Selection())
        marked = await redrive(connection, [row["id"] for row in rows])
    await settled(service)
    return marked


async def settled(service: harness.Service) -> None:
    """Let the worker take what is redriven, and what follows, to the end."""
    redriving = Redriving(service.batches)
    while await redriving.round():
        continue


@pytest.fixture
def desk() -> Desk:
    """A desk where nothing is broken yet."""
    return Desk()


@pytest.mark.parametrize("together", [True, False])
async def test_what_names_the_aggregate_of_a_failure_waits_and_nothing_else_does(
    chassis_service: MakeService, desk: Desk, together: bool
) -> None:
    service = await chassis_service(desk.handlers)
    desk.broken = {"shop:1:1"}
    events = [a_request("shop:1:1"), a_cancel("c1"), a_request("shop:1:2"), a_cancel("c2")]
    for batch in [events] if together else [[event] for event in events]:
        await service.hear(*batch)
    assert await noted(service) == ["shop:1:2"]
    letters = await service.dead_letters()
    assert [letter["state"] for letter in letters] == ["dead", "parked", "parked"]
    assert {letter["parks"] for letter in letters} == {"line_id=shop:1:1"}

    async with service.pool.acquire() as connection:
        [dead] = await chosen(connection, Selection())
        shown = await show(connection, dead["id"])
    assert dead["behind"] == 2
    assert shown is not None
    assert shown.letter["value"] == service.record_of(events[0]).value
    assert [row["id"] for row in shown.behind] == [letter["id"] for letter in letters[1:]]
    assert shown.behind_count == 2


async def test_what_is_redriven_runs_once_and_the_parked_follow_in_order(
    chassis_service: MakeService, desk: Desk
) -> None:
    service = await chassis_service(desk.handlers)
    desk.broken = {"shop:1:1"}
    request, cancel = a_request("shop:1:1"), a_cancel("c1")
    for event in (request, cancel, a_cancel("c2"), cancel, a_cancel("c3")):
        await service.hear(event)
    desk.broken = set()
    assert len(await redriven(service)) == 1
    assert await redriven(service) == []
    await service.hear(request, cancel, a_cancel("c4"))
    assert await noted(service) == ["shop:1:1", "c1", "c2", "c3", "c4"]
    assert await states(service) == [("done", 2)] + [("done", 1)] * 4


async def test_what_fails_again_is_dead_again_and_what_follows_goes_on_waiting(
    chassis_service: MakeService, desk: Desk
) -> None:
    service = await chassis_service(desk.handlers)
    desk.broken = {"shop:1:1", "c1"}
    for event in (a_request("shop:1:1"), a_cancel("c1"), a_cancel("c2")):
        await service.hear(event)
    await redriven(service)
    assert await states(service) == [("dead", 2), ("parked", 0), ("parked", 0)]
    desk.broken = {"c1"}
    await redriven(service)
    assert await states(service) == [("done", 3), ("dead", 1), ("parked", 0)]
    await service.hear(a_cancel("c3"))
    desk.broken = set()
    await redriven(service)
    assert await noted(service) == ["shop:1:1", "c1", "c2", "c3"]


async def test_dropped_means_that_the_parked_follow(
    chassis_service: MakeService, desk: Desk
) -> None:
    service = await chassis_service(desk.handlers)
    desk.broken = {"shop:1:1"}
    for event in (a_request("shop:1:1"), a_cancel("c1"), a_cancel("c2")):
        await service.hear(event)
    first, second, _ = [letter["id"] for letter in await service.dead_letters()]
    async with service.pool.acquire() as connection:
        assert await drop(connection, [second]) == [second]
        await settled(service)
        assert await states(service) == [("dead", 1), ("dropped", 0), ("parked", 0)]
        assert await drop(connection, [first, second]) == [first]
    await settled(service)
    assert await noted(service) == ["c2"]
    assert await states(service) == [("dropped", 1), ("dropped", 0), ("done", 1)]


async def test_a_sku_is_never_parked(chassis_service: MakeService, desk: Desk) -> None:
    service = await chassis_service(desk.handlers)
    desk.broken = {"LAMP"}
    await service.hear(a_product(1))
    desk.broken = set()
    await service.hear(a_product(2))
    assert await noted(service) == ["LAMP"]
    [letter] = await service.dead_letters()
    assert (letter["state"], letter["parks"]) == ("dead", None)


async def test_two_processes_redrive_a_letter_once(
    chassis_service: MakeService, desk: Desk
) -> None:
    service = await chassis_service(desk.handlers)
    desk.broken = {f"shop:1:{n}" for n in range(6)}
    await service.hear(*(a_request(f"shop:1:{n}") for n in range(6)))
    desk.broken = set()
    async with service.pool.acquire() as connection:
        await redrive(connection, [row["id"] for row in await chosen(connection, Selection())])
    await asyncio.gather(*(Redriving(service.batches).round() for _ in range(3)))
    assert sorted(await noted(service)) == [f"shop:1:{n}" for n in range(6)]
    assert await states(service) == [("done", 2)] * 6


async def test_what_comes_while_its_aggregate_is_redriven_neither_overtakes_nor_is_left(
    chassis_service: MakeService, desk: Desk
) -> None:
    service = await chassis_service(desk.handlers)
    desk.broken = {"shop:1:1"}
    await service.hear(a_request("shop:1:1"))
    desk.broken = set()
    async with service.pool.acquire() as connection:
        await redrive(connection, [row["id"] for row in await chosen(connection, Selection())])

    async def somebody_waits() -> bool:
        return await service.pool.fetchval(
            """SELECT count(*) > 0 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
               WHERE NOT granted AND locktype = 'advisory' AND datname = current_database()"""
        )

    desk.gate.clear()
    desk.reached.clear()
    async with asyncio.TaskGroup() as group:
        group.create_task(Redriving(service.batches).round())
        await desk.reached.wait()  # taken, not committed
        late = group.create_task(service.batches.take([service.record_of(a_cancel("c1"))]))
        await until(somebody_waits)
        assert not late.done()
        desk.gate.set()
    assert await noted(service) == ["shop:1:1", "c1"]
    assert await states(service) == [("done", 2)]


async def test_a_person_chooses_one_a_group_or_all(
    chassis_service: MakeService, desk: Desk
) -> None:
    service = await chassis_service(desk.handlers)
    desk.broken = {"shop:1:1", "shop:1:2", "LAMP"}
    await service.hear(a_request("shop:1:1"), a_request("shop:1:2"), a_product(1))
    topic = f"{service.worker.settings.namespace}products"
    async with service.pool.acquire() as connection:

        async def count(**fields: Any) -> int:
            return len(await chosen(connection, Selection(**fields)))

        [first, *_] = await chosen(connection, Selection())
        assert await count() == 3
        assert await count(ids=[first["id"]]) == 1
        assert await count(code="unprocessable") == 3
        assert await count(code="invalid") == 0
        assert await count(type_name=LineRequested.type_name()) == 2
        assert await count(topic=topic) == 1
        assert await count(aggregate="shop:1:2") == 1
        assert len(await chosen(connection, Selection(), 2)) == 2
