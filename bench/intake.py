"""Intake side by side: crossdock's worker, a naive worker, and the raw ceiling of reading and COPY.

``python -m bench.intake [--orders N]``
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import Annotated

import typer

from bench.facts import PLACED_AT, SKUS, orders, products
from bench.ground import Ground, ground, servers, until
from bench.report import Contender, Ratio, report
from deploy.local.home import Addresses
from schemas.envelope import Event
from services.standins.publishing import Publisher

NAIVE_SHARE = 10
"""The naive worker gets a tenth of the orders: a rate is a rate."""
LIMIT_SECONDS = 600.0
TAKEN = "SELECT count(*) FROM order_intake.orders"
LISTED = "SELECT count(*) FROM order_intake.products WHERE revision IS NOT NULL"
SAID = "SELECT (SELECT count(*) FROM order_intake.outbox) = 0 AND (SELECT count(*) FROM order_intake.orders) = {n}"


async def publish(found: Ground, events: Sequence[Event]) -> None:
    """Put facts into the contender's topics."""
    async with Publisher(found.addresses.kafka, found.namespace) as publisher:
        await publisher.publish(events, "/bench", PLACED_AT)


async def crossdock(found: Ground, count: int) -> tuple[Contender, Contender]:
    """Our worker: until all orders are taken, and until all that follows is said."""
    await publish(found, [*products()])
    connection = await found.connect()
    with found.running("services.cli.run_workers", "order_intake") as process:
        await until(connection, LISTED, SKUS, LIMIT_SECONDS, [process])
        await until(connection, SAID.format(n=0), 1, LIMIT_SECONDS, [process])
    await publish(found, [*orders(count)])
    with found.running("services.cli.run_workers", "order_intake") as process:
        started = await until(connection, TAKEN, 1, LIMIT_SECONDS, [process])
        already = int(await connection.fetchval(TAKEN))
        taken = await until(connection, TAKEN, count, LIMIT_SECONDS, [process])
        said = await until(connection, SAID.format(n=count), 1, LIMIT_SECONDS, [process])
    await connection.close()
    work = count - already
    return (
        Contender("crossdock: taken", work, taken - started),
        Contender("crossdock: taken and said", work, said - started),
    )


async def other(found: Ground, module: str, name: str, count: int) -> Contender:
    """Another worker, on tables of its own, until it has taken all orders."""
    connection = await found.connect()
    await connection.execute(f"CREATE TABLE {module}_done (order_id text PRIMARY KEY)")
    done = f"SELECT count(*) FROM {module}_done"
    await publish(found, [*orders(count)])
    with found.running(f"bench.{module}_intake") as process:
        started = await until(connection, done, 1, LIMIT_SECONDS, [process])
        already = int(await connection.fetchval(done))
        ended = await until(connection, done, count, LIMIT_SECONDS, [process])
    await connection.close()
    return Contender(name, count - already, ended - started)


def run(addresses: Addresses, count: int) -> int:
    """All contenders, one after the other, on the same servers."""
    taken, said = asyncio.run(crossdock(ground(addresses, "crossdock_intake"), count))
    naive = asyncio.run(
        other(ground(addresses, "naive_intake"), "naive", "naive: one message, one transaction",
              max(1, count // NAIVE_SHARE))
    )  # fmt: skip
    ceiling = asyncio.run(
        other(ground(addresses, "ceiling_intake"), "ceiling", "ceiling: getmany and COPY", count)
    )
    return report(
        "intake",
        "orders",
        [said, taken, naive, ceiling],
        [
            Ratio("crossdock / naive", said.rate / naive.rate, at_least=15),
            Ratio("crossdock / ceiling", taken.rate / ceiling.rate, at_least=0.4),
        ],
    )


def main(count: Annotated[int, typer.Option("--orders", min=100)] = 20_000) -> None:
    """Run the benchmark."""
    started = time.monotonic()
    with servers() as addresses:
        code = run(addresses, count)
    print(f"{time.monotonic() - started:.0f} s in all")
    sys.exit(code)


if __name__ == "__main__":
    typer.run(main)
