"""A worker as one writes it in an afternoon: one message, one transaction, one publish an event."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker

from bench.rows import said_of
from schemas.shops import OrderPlaced
from services.chassis.database import parameters
from services.chassis.settings import Deployment

if TYPE_CHECKING:
    from asyncpg import Record
    from asyncpg.pool import PoolConnectionProxy

TABLES = """
CREATE TABLE naive_inbox (event_id uuid PRIMARY KEY);
CREATE TABLE naive_orders (order_id text PRIMARY KEY, placed_at timestamptz, currency text,
    customer_ref text, total_minor bigint, token text);
CREATE TABLE naive_lines (line_id text PRIMARY KEY, order_id text, sku text, quantity int,
    line_total_minor bigint);
"""


async def main() -> None:
    """Run until terminated."""
    deployment = Deployment()
    connect = parameters(deployment.postgres, "crossdock", deployment.passfile)
    pool = await asyncpg.create_pool(**connect, min_size=2, max_size=4)
    await pool.execute(TABLES)
    broker = KafkaBroker(deployment.kafka)
    namespace = deployment.namespace

    @broker.subscriber(
        f"{namespace}shop.orders", group_id=f"{namespace}naive", auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )  # fmt: skip
    async def take(order: OrderPlaced) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await insert(connection, order)
        for event in said_of(order):
            await broker.publish(
                event.model_dump(mode="json"),
                f"{namespace}{event.TOPIC.name}",
                key=event.key.encode(),
            )
        await pool.execute("INSERT INTO naive_done VALUES ($1)", order.order_id)

    await FastStream(broker).run()


async def insert(connection: PoolConnectionProxy[Record], order: OrderPlaced) -> None:
    """The order and its lines, a statement a row."""
    execute = connection.execute
    await execute("INSERT INTO naive_inbox VALUES ($1)", UUID(int=hash(order.order_id) % 2**127))
    await execute(
        "INSERT INTO naive_orders VALUES ($1, $2, $3, $4, $5, $6)",
        order.order_id, order.placed_at, order.currency, order.customer_ref, order.total_minor,
        order.payment_method.token,
    )  # fmt: skip
    for name, line in zip(order.line_names(), order.lines, strict=True):
        await execute(
            "INSERT INTO naive_lines VALUES ($1, $2, $3, $4, $5)",
            f"{order.order_id}:{name}", order.order_id, line.sku, line.quantity,
            line.quantity * line.unit_price_minor,
        )  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main())
