"""`dead-letters`: what a person on call sees, decides, and sees happen."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from deploy.local.home import Addresses
from services.chassis.redriving import Redriving
from services.chassis.transaction import Refusal
from tests.cli.buried import BEHIND, FAILED, a_cancel, a_request, bury, of_bytes, of_event
from tests.cli.deployed import Deployed
from tests.harness import Service

MakeService = Callable[..., Awaitable[Service]]
UNKNOWN = Refusal("no_such_order", "no order shop:1 was taken: send the order first")


@pytest.fixture
async def letters(deployed: Deployed, servers: Addresses) -> Deployed:
    """A failed request with two cancels behind it, and one that was refused for what it says."""
    of = deployed.namespace
    found = [
        of_event(of, a_request(), FAILED),
        of_event(of, a_cancel(cancel_id="c1"), BEHIND, "parked"),
        of_event(of, a_cancel(cancel_id="c2"), BEHIND, "parked"),
        of_event(of, a_cancel("shop:2:1"), UNKNOWN),
    ]
    await bury(servers, deployed.postgres, "allocation", found)
    return deployed


@asynccontextmanager
async def a_worker(service: Service) -> AsyncGenerator[None]:
    """What takes redriven letters runs, as in a worker."""
    stop = asyncio.Event()
    task = asyncio.create_task(Redriving(service.batches).run(stop))
    yield
    stop.set()
    await task


def test_the_list_tells_why_each_died_and_what_waits_behind(letters: Deployed) -> None:
    told = letters.crossdock("dead-letters", "list").out
    assert re.search(r"allocation-1 .* line\.requested\.v1 +2 +unprocessable – Division", told)
    assert re.search(r"allocation-4 .* line\.cancel_requested\.v1 +0 +no_such_order – no", told)
    assert "allocation-2" not in told, "what is parked waits for no person"
    parked = letters.crossdock("dead-letters", "list", "--state", "parked").out
    assert "allocation-2" in parked
    assert "allocation-1" not in parked
    counted = letters.crossdock("dead-letters", "list", "--groups", "--code", "no_such_order").out
    assert re.search(r"allocation +no_such_order +line\.cancel_requested\.v1 +1", counted)
    assert "unprocessable" not in counted


def test_a_letter_is_shown_whole(letters: Deployed) -> None:
    told = letters.crossdock("dead-letters", "show", "allocation-1").out
    for part in (
        "tried 1 time", "DivisionByZeroError", f"{letters.namespace}demand, partition ",
        "offset 1", "ce_type: crossdock.line.requested.v1", '"sku": "LAMP"', "key      LAMP",
        "Parked behind it: 2", "allocation-2", "allocation-3", "in the log of allocation",
    ):  # fmt: skip
        assert part in told, told


async def test_bytes_that_are_no_text_are_shown_and_given_as_they_came(
    deployed: Deployed, servers: Addresses
) -> None:
    await bury(
        servers, deployed.postgres, "shipping",
        [of_bytes(deployed.namespace, b"\xff\x1b[31m\x00"), of_bytes(deployed.namespace, b"no \x1b[31m JSON")],
    )  # fmt: skip
    assert "ff 1b 5b 33 31 6d 00" in deployed.crossdock("dead-letters", "show", "shipping-1").out
    shown = deployed.crossdock("dead-letters", "show", "shipping-2").out
    assert "no \\x1b[31m JSON" in shown, "nobody outside colors our terminal"
    raw = deployed.crossdock("dead-letters", "show", "shipping-2", "--raw")
    assert raw.out == "no \x1b[31m JSON"


async def test_redriving_is_tried_dry_first_then_runs_once_and_in_order(
    letters: Deployed, service: MakeService
) -> None:
    allocation = await service("allocation", namespace=letters.namespace)
    dry = letters.crossdock("dead-letters", "redrive", "--service", "allocation",
                            "--code", "unprocessable")  # fmt: skip
    assert dry.code == 0, dry.err
    assert "Would redrive 1 letter" in dry.out
    assert "2 parked behind them would follow" in dry.out
    assert "Nothing was changed" in dry.out
    assert [row["state"] for row in await allocation.dead_letters()] == [
        "dead", "parked", "parked", "dead",
    ]  # fmt: skip
    async with a_worker(allocation):
        done = await asyncio.to_thread(
            letters.crossdock, "dead-letters", "redrive", "allocation-1", "--yes"
        )
    assert done.code == 0, done.out + done.err
    assert "✓ 1 letter taken" in done.out
    while await Redriving(allocation.batches).round():
        continue
    assert [row["state"] for row in await allocation.dead_letters()] == [
        "done", "done", "done", "dead",
    ]  # fmt: skip
    [line] = await allocation.rows("SELECT line_id, cancelled FROM lines")
    assert (line["line_id"], line["cancelled"]) == ("shop:1:1", 2)
    again = letters.crossdock("dead-letters", "redrive", "allocation-1", "--yes")
    assert again.code == 1
    assert "was taken after all" in again.out


async def test_what_dies_again_is_told_with_its_reason(
    deployed: Deployed, servers: Addresses, service: MakeService
) -> None:
    allocation = await service("allocation", namespace=deployed.namespace)
    await bury(
        servers, deployed.postgres, "allocation", [of_bytes(deployed.namespace, b"still no JSON")]
    )
    async with a_worker(allocation):
        done = await asyncio.to_thread(
            deployed.crossdock, "dead-letters", "redrive", "--all", "--yes"
        )
    assert done.code == 1
    assert "✗ allocation-1 died again: " in done.out
    [letter] = await allocation.dead_letters()
    assert (letter["state"], letter["attempts"]) == ("dead", 2)


async def test_dropping_is_tried_dry_first_and_lets_the_parked_follow(
    letters: Deployed, service: MakeService
) -> None:
    allocation = await service("allocation", namespace=letters.namespace)
    assert "Would drop 2 letters" in letters.crossdock("dead-letters", "drop", "--all").out
    dropped = letters.crossdock(
        "dead-letters", "drop", "--type", "line.requested.v1", "--about", "shop:1:1", "--yes"
    )
    assert dropped.code == 0
    assert "Dropped 1 letter." in dropped.out
    assert [row["state"] for row in await allocation.dead_letters()] == [
        "dropped", "redriven", "parked", "dead",
    ]  # fmt: skip


async def test_whose_bytes_are_forgotten_only_its_sender_can_send_again(
    letters: Deployed, service: MakeService
) -> None:
    allocation = await service("allocation", namespace=letters.namespace)
    await allocation.rows("UPDATE dead_letters SET value = NULL, key = NULL, headers = '[]'")
    told = letters.crossdock("dead-letters", "redrive", "allocation-1", "--yes")
    assert told.code == 1
    assert "its bytes were personal and are forgotten by now" in told.out
    assert "forgotten: they were personal" in letters.crossdock(
        "dead-letters", "show", "allocation-1"
    ).out  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["redrive"], "say which letters to redrive"),
        (["drop", "--all", "--code", "x"], "say which letters to drop"),
        (["drop", "allocation-77"], "There is no dead letter allocation-77"),
        (["redrive", "nobody-1"], "There is no dead letter nobody-1"),
        (["list", "--service", "nobody"], "there is no service 'nobody'"),
        (["list", "--state", "odd"], "no letter is ever 'odd'"),
    ],
    ids=["nothing chosen", "chosen twice", "no such letter", "no such name", "service", "state"],
)
def test_what_cannot_be_meant_is_told(deployed: Deployed, asked: list[str], told: str) -> None:
    answer = deployed.crossdock("dead-letters", *asked)
    assert answer.code == 1
    assert told in answer.err
