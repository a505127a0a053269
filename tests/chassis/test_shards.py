"""Shards of an outbox: shared by rank, each relayed by one, never lost with its owner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from time import monotonic

import pytest

from deploy.local.home import Addresses
from services.chassis import database
from services.chassis.identifiers import uuid7
from services.chassis.outbox import SHARDS, OutboxRow, wake_others
from services.chassis.shards import Shards
from services.chassis.worker import Worker
from tests.chassis.conftest import ROLE, MakeWorker

ALL = set(range(SHARDS))
ROUNDS = 4
"""Beats of everyone after which every share is what it will be."""
MakeShards = Callable[[], Shards]


@pytest.fixture
async def worker(make_worker: MakeWorker) -> Worker:
    """A worker whose database is migrated; it does not run."""
    return make_worker()


@pytest.fixture
async def make_shards(
    worker: Worker, servers: Addresses, empty_database: str
) -> AsyncIterator[MakeShards]:
    """Make members, as processes of one service would be."""
    made: list[Shards] = []

    def make() -> Shards:
        made.append(
            Shards(
                worker.name,
                lambda: database.connect(empty_database, ROLE, ROLE, servers.passfile),
                asyncio.Event().set,
            )
        )
        return made[-1]

    yield make
    for one in made:
        await one.close()


async def beat(*members: Shards) -> list[int]:
    """Let everyone beat until shares are settled; how many shards each has."""
    for _ in range(ROUNDS):
        for member in members:
            await member.beat()
    return [len(member.mine()) for member in members]


@pytest.mark.parametrize(("members", "shares"), [(1, [8]), (2, [4, 4]), (3, [3, 3, 2])])
async def test_members_share_by_rank(
    make_shards: MakeShards, members: int, shares: list[int]
) -> None:
    made = [make_shards() for _ in range(members)]
    assert await beat(*made) == shares
    assert sorted(shard for one in made for shard in one.mine()) == sorted(ALL)


async def test_more_members_than_shards_leave_some_idle(make_shards: MakeShards) -> None:
    made = [make_shards() for _ in range(SHARDS + 1)]
    assert await beat(*made) == [1] * SHARDS + [0]


async def test_two_never_have_one_shard_while_a_third_joins(make_shards: MakeShards) -> None:
    first, second, third = make_shards(), make_shards(), make_shards()
    await beat(first, second)
    for one in (third, first, third, second, third, first, second):
        await one.beat()
        owned = [shard for member in (first, second, third) for shard in member.mine()]
        assert len(owned) == len(set(owned))


async def test_a_closed_session_frees_its_shards(make_shards: MakeShards) -> None:
    staying, leaving = make_shards(), make_shards()
    await beat(staying, leaving)
    await leaving.close()
    assert leaving.mine() == set()
    await beat(staying)
    assert staying.mine() == ALL


async def test_a_killed_session_frees_its_shards_and_its_owner_learns_of_it(
    make_shards: MakeShards, worker: Worker
) -> None:
    staying, killed = make_shards(), make_shards()
    await beat(staying, killed)
    assert killed.connection is not None
    pool = await worker.open_pool()
    await pool.execute("SELECT pg_terminate_backend($1)", killed.connection.get_server_pid())
    await beat(staying)
    assert staying.mine() == ALL
    with pytest.raises(Exception, match=r"closed|terminat"):
        await killed.beat()


async def test_shards_are_given_up_only_between_two_rounds(make_shards: MakeShards) -> None:
    first, second = make_shards(), make_shards()
    await beat(first)
    await second.beat()
    async with first.in_round:
        giving = asyncio.create_task(first.beat())
        await second.beat()
        assert second.mine() == set()
        assert first.mine() == ALL
    await giving
    assert await beat(second) == [4]


async def test_without_a_fresh_beat_nothing_may_be_relayed(make_shards: MakeShards) -> None:
    shards = make_shards()
    await shards.beat()
    assert shards.mine() == ALL
    shards.good_until = monotonic()
    assert shards.mine() == set()


async def test_a_notice_wakes_the_relay_of_another_process(
    worker: Worker, servers: Addresses, empty_database: str
) -> None:
    woken = asyncio.Event()
    shards = Shards(
        worker.name,
        lambda: database.connect(empty_database, ROLE, ROLE, servers.passfile),
        woken.set,
    )
    await shards.beat()
    woken.clear()
    row = OutboxRow(3, "crossdock.stock", 0, "LAMP", uuid7(), b"[]", b"{}")
    pool = await worker.open_pool()
    async with pool.acquire() as connection:
        await wake_others(connection, shards.channel, [row])
    await asyncio.wait_for(woken.wait(), 10)
    await shards.close()
