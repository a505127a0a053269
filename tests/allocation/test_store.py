"""What the database refuses, whatever the code believes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import pytest

from schemas.allocation import LineAllocated, LineBackordered, LinePromiseChanged
from schemas.envelope import Event
from services.allocation import store
from services.allocation.domain.policy import Policy
from services.allocation.domain.supply import Arrival
from services.allocation.domain.walk import PAGE_LINES
from services.allocation.store.desks import NotAsRead
from services.chassis import effect_store
from services.chassis.transaction import NewEffect, Transaction
from tests.allocation.builders import MONDAY, a_count, a_notice, a_product, a_receipt, a_request
from tests.conftest import MakeService
from tests.harness import Service, only

LOOKS = 500


@pytest.fixture
async def allocation(service: MakeService) -> Service:
    """The service under test, with ten lamps on the shelf."""
    made = await service("allocation")
    await made.hear(a_product(), a_count(10, opening=True))
    return made


@asynccontextmanager
async def transaction(allocation: Service) -> AsyncGenerator[Transaction[Policy]]:
    """A transaction as a handler is given it."""
    async with allocation.pool.acquire() as connection, connection.transaction():
        yield Transaction(connection, MONDAY, Policy())


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE supply SET on_shelf = 1",
        "UPDATE items SET decision_no = decision_no + 1",
        "DELETE FROM supply",
    ],
)
async def test_nothing_is_granted_on_rows_that_are_not_as_they_were_read(
    allocation: Service, tampering: str
) -> None:
    await allocation.hear(a_request("first", 1))
    with pytest.raises(NotAsRead):
        await grant_while(allocation, tampering)


async def grant_while(allocation: Service, tampering: str) -> None:
    """Grant four units, while somebody writes without the SKU's lock."""
    async with transaction(allocation) as tx:
        desks = await store.open_desks(tx, ["LAMP"])
        book = desks["LAMP"].book
        book.move(book.at("MAIN").sent_to_lane(4, "shelf"))
        book.decision_no += 1
        await tx.execute(tampering)
        await store.close_desks(tx, desks)


@pytest.mark.parametrize(
    "violation",
    [
        "UPDATE supply SET on_shelf = -1",
        "UPDATE supply SET waiting_units = 1",
        "UPDATE lines SET granted_total = granted_total + 1",
        "UPDATE lines SET waiting = 1",
        "UPDATE lines SET requeued_total = 1",
        "UPDATE lines SET cancelled = 1",
        "UPDATE lines SET withdrawn = granted_total + 1",
        "UPDATE lines SET passed_on = granted_total + 1",
        "UPDATE supply SET missing = 1, written_off = 1",
        "UPDATE decisions SET warehouse = NULL",
    ],
)
async def test_the_database_itself_refuses_what_must_not_be(
    allocation: Service, violation: str
) -> None:
    await allocation.hear(a_request("one", 3))
    with pytest.raises(asyncpg.CheckViolationError):
        await allocation.rows(violation)


async def test_two_workers_never_grant_the_same_unit(allocation: Service) -> None:
    requests = [a_request(str(number), 1, minute=number) for number in range(20)]
    calls = [allocation.hear(request) for request in requests]
    said: Sequence[Event] = [event for heard in await asyncio.gather(*calls) for event in heard]
    said = [*said, *await allocation.said()]
    assert len(only(said, LineAllocated)) == 10
    assert len(only(said, LineBackordered)) == 10
    rows = await allocation.rows("SELECT decision_no FROM decisions ORDER BY 1")
    assert [row["decision_no"] for row in rows] == list(range(1, 21))


async def test_promising_again_waits_for_no_batch_that_has_the_sku_in_hand(
    allocation: Service,
) -> None:
    await allocation.hear(a_request("takes the shelf", 10))
    await allocation.hear(a_request("one", 2))
    await allocation.hear(a_notice("D1", 2, MONDAY.date()))
    async with transaction(allocation) as batch:
        await store.open_desks(batch, ["LAMP"])
        async with asyncio.timeout(5):
            assert await allocation.runner.run_due() == 1
        assert await allocation.said() == []
        again = NewEffect("promise_again", "LAMP", "LAMP", due_at=MONDAY)
        await effect_store.apply(batch.connection, [again])
    said = await said_in_a_moment(allocation)
    assert [one.order_id for one in only(said, LinePromiseChanged)] == ["web:one"]
    assert await allocation.rows("SELECT FROM effects") == []


async def said_in_a_moment(allocation: Service) -> Sequence[Event]:
    """What effects say that wait a moment, machine time."""
    for _ in range(LOOKS):
        if said := await allocation.fire():
            return said
        await asyncio.sleep(0.01)
    raise AssertionError("nothing was said in five seconds")


async def test_a_receipt_reads_no_more_of_the_queue_than_it_fills(allocation: Service) -> None:
    await allocation.hear(a_receipt(0, damaged=1), a_request("takes the shelf", 10))
    await allocation.hear(*(a_request(str(number), 2, minute=number) for number in range(50)))
    arrivals = [("LAMP", arrival_of(5)), ("LAMP", arrival_of(2))]
    async with transaction(allocation) as tx:
        found = await store.read_next_in_line(tx, arrivals)
    assert [line.order_id for line in found["LAMP"]] == ["web:0", "web:1", "web:2", "web:3"]


def arrival_of(units: int) -> Arrival:
    """Units at the dock."""
    return Arrival("MAIN", units, "dock", "received", "came in")


async def test_a_long_queue_is_promised_again_page_by_page(allocation: Service) -> None:
    lines = PAGE_LINES + 5
    await allocation.hear(a_request("takes the shelf", 10))
    await allocation.hear(*(a_request(str(n), 1, minute=n) for n in range(lines)))
    await allocation.hear(a_notice("D1", lines - 2, MONDAY.date()))
    changed = only(await allocation.fire(), LinePromiseChanged)
    assert len(changed) == lines - 2
    assert {one.promised_on for one in changed} == {MONDAY.date() + timedelta(days=1)}
    await allocation.hear(a_notice("D1", lines - 3, MONDAY.date(), said=1))
    (last,) = only(await allocation.fire(), LinePromiseChanged)
    assert (last.order_id, last.promised_on) == (f"web:{lines - 3}", None)
