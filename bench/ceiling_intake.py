"""The raw ceiling of intake: batches off Kafka, JSON taken apart, the same rows written by COPY.

It checks nothing, remembers nothing, and says nothing to Kafka.
"""

from __future__ import annotations

import asyncio
from itertools import chain

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer

from services.chassis.database import parameters
from services.chassis.settings import Deployment

BATCH_RECORDS = 500
EVENTS_AN_ORDER = 6
TABLES = """
CREATE TABLE ceiling_inbound (identity text PRIMARY KEY, content_hash bytea);
CREATE TABLE ceiling_orders (order_id text PRIMARY KEY, placed_at text, currency text,
    customer_ref text, total_minor bigint, token text);
CREATE TABLE ceiling_lines (line_id text PRIMARY KEY, order_id text, sku text, quantity int,
    line_total_minor bigint);
CREATE TABLE ceiling_outbox (seq bigint GENERATED ALWAYS AS IDENTITY, shard smallint, topic text,
    key text, value bytea);
CREATE INDEX ON ceiling_outbox (shard, seq);
"""
COLUMNS = {
    "ceiling_inbound": ("identity", "content_hash"),
    "ceiling_orders": ("order_id", "placed_at", "currency", "customer_ref", "total_minor", "token"),
    "ceiling_lines": ("line_id", "order_id", "sku", "quantity", "line_total_minor"),
    "ceiling_outbox": ("shard", "topic", "key", "value"),
    "ceiling_done": ("order_id",),
}


async def main() -> None:
    """Run until terminated."""
    deployment = Deployment()
    connection = await asyncpg.connect(
        **parameters(deployment.postgres, "crossdock", deployment.passfile)
    )
    await connection.execute(TABLES)
    consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
        f"{deployment.namespace}shop.orders", bootstrap_servers=deployment.kafka,
        group_id=f"{deployment.namespace}ceiling", auto_offset_reset="earliest",
        enable_auto_commit=False,
    )  # fmt: skip
    await consumer.start()
    while True:
        found = await consumer.getmany(timeout_ms=200, max_records=BATCH_RECORDS)
        values = [one.value for one in chain.from_iterable(found.values()) if one.value]
        if values:
            async with connection.transaction():
                for table, rows in rows_of(values).items():
                    await connection.copy_records_to_table(
                        table, records=rows, columns=COLUMNS[table]
                    )
            await consumer.commit()


def rows_of(values: list[bytes]) -> dict[str, list[tuple[object, ...]]]:
    """The rows of a batch, by table."""
    rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in COLUMNS}
    for value in values:
        order = orjson.loads(value)
        order_id = order["order_id"]
        rows["ceiling_inbound"].append((order_id, value[:32]))
        rows["ceiling_orders"].append(
            (order_id, order["placed_at"], order["currency"], order["customer_ref"],
             order["total_minor"], order["payment_method"]["token"])
        )  # fmt: skip
        for number, line in enumerate(order["lines"], start=1):
            total = line["quantity"] * line["unit_price_minor"]
            rows["ceiling_lines"].append(
                (f"{order_id}:{number}", order_id, line["sku"], line["quantity"], total)
            )
        rows["ceiling_outbox"] += [(1, "orders", order_id, value)] * EVENTS_AN_ORDER
        rows["ceiling_done"].append((order_id,))
    return rows


if __name__ == "__main__":
    asyncio.run(main())
