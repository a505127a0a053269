"""Orders: the rows whose locks order all facts of an order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.chassis.transaction import Transaction
from services.order_intake.domain.judging import Order, Verdict
from services.order_intake.domain.policy import Policy
from services.order_intake.store.columns import columns_of

LOCK = """
SELECT order_id, state FROM orders WHERE order_id = ANY($1::text[]) ORDER BY order_id FOR UPDATE
"""

ADD_AWAITED = """
INSERT INTO orders (order_id, state, heard_early) SELECT unnest($1::text[]), 'awaited', true
ON CONFLICT DO NOTHING
"""

READ = "SELECT * FROM orders WHERE order_id = ANY($1::text[])"

# An order that is new is locked by this. One that is accepted already is never taken again.
TAKE = """
INSERT INTO orders (
    order_id, customer_ref, currency, freight_minor, total_minor, ship_preference,
    on_refused_line, method_id, method_token, warehouses, priority_class, shop_placed_at,
    placed_at, received_at, state, heard_early, accepted_at, unanswered
)
SELECT order_id, customer_ref, currency, freight_minor, total_minor, ship_preference,
       on_refused_line, method_id, method_token, string_to_array(warehouses, ','), priority_class,
       shop_placed_at, placed_at, received_at,
       CASE WHEN taken THEN 'accepted' ELSE 'pending' END, NOT taken,
       CASE WHEN taken THEN $17::timestamptz END, unanswered
FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
    $8::text[], $9::text[], $10::text[], $11::smallint[], $12::timestamptz[], $13::timestamptz[],
    $14::timestamptz[], $15::boolean[], $16::int[]
) AS o (
    order_id, customer_ref, currency, freight_minor, total_minor, ship_preference,
    on_refused_line, method_id, method_token, warehouses, priority_class, shop_placed_at,
    placed_at, received_at, taken, unanswered
)
ON CONFLICT (order_id) DO UPDATE SET
    customer_ref = excluded.customer_ref, currency = excluded.currency,
    freight_minor = excluded.freight_minor, total_minor = excluded.total_minor,
    ship_preference = excluded.ship_preference, on_refused_line = excluded.on_refused_line,
    method_id = excluded.method_id, method_token = excluded.method_token,
    warehouses = excluded.warehouses, priority_class = excluded.priority_class,
    shop_placed_at = excluded.shop_placed_at, placed_at = excluded.placed_at,
    received_at = excluded.received_at, state = excluded.state,
    accepted_at = excluded.accepted_at, unanswered = excluded.unanswered
WHERE orders.state IN ('awaited', 'pending')
RETURNING order_id, state = 'accepted' AND heard_early AS early
"""

COUNT_ANSWERED = """
UPDATE orders SET unanswered = unanswered - n.answered
FROM unnest($1::text[], $2::int[]) AS n (order_id, answered)
WHERE orders.order_id = n.order_id AND state = 'accepted'
RETURNING orders.order_id, unanswered
"""

COUNT_ANEW = """
UPDATE orders SET unanswered = (
    SELECT count(*) FROM lines
    WHERE lines.order_id = orders.order_id AND ordered IS NOT NULL AND NOT answered
)
WHERE order_id = ANY($1::text[]) AND state = 'accepted'
RETURNING order_id, unanswered
"""

CLOSE = """
UPDATE orders SET
    state = n.state,
    confirmed_at = CASE WHEN n.state = 'confirmed' THEN $3::timestamptz END,
    refused_at = CASE WHEN n.state = 'refused' THEN $3::timestamptz END
FROM unnest($1::text[], $2::text[]) AS n (order_id, state)
WHERE orders.order_id = n.order_id AND orders.state = 'accepted'
"""

DELETE_PENDING = "DELETE FROM orders WHERE order_id = ANY($1::text[]) AND state = 'pending'"

GIVE_METHOD = """
UPDATE orders SET method_id = $2, method_token = $3 WHERE order_id = $1 AND state = 'pending'
"""


async def lock_orders(tx: Transaction[Policy], order_ids: Iterable[str]) -> dict[str, str]:
    """Lock orders in order, adding those not heard of yet; the state of each."""
    wanted = sorted(set(order_ids))
    rows = await tx.fetch(LOCK, wanted)
    if len(rows) < len(wanted):
        known = {row["order_id"] for row in rows}
        await tx.execute(ADD_AWAITED, [one for one in wanted if one not in known])
        rows = await tx.fetch(LOCK, wanted)
    return {row["order_id"]: row["state"] for row in rows}


async def lock_known_orders(tx: Transaction[Policy], order_ids: Iterable[str]) -> dict[str, str]:
    """Lock orders that have come in, and were not refused at the door; the state of each."""
    rows = await tx.fetch(LOCK, sorted(set(order_ids)))
    return {row["order_id"]: row["state"] for row in rows if row["state"] != "awaited"}


async def lock_pending_orders(
    tx: Transaction[Policy], order_ids: Iterable[str]
) -> dict[str, Order]:
    """Lock orders that still wait for products."""
    states = await lock_known_orders(tx, order_ids)
    return await read_orders(tx, [one for one, state in states.items() if state == "pending"])


async def read_orders(tx: Transaction[Policy], order_ids: Sequence[str]) -> dict[str, Order]:
    """The terms of orders."""
    return {row["order_id"]: order_of(row) for row in await tx.fetch(READ, order_ids)}


async def take_orders(tx: Transaction[Policy], verdicts: Sequence[Verdict]) -> list[str]:
    """Write orders as accepted or pending; those accepted of which facts had come before."""
    rows = [row_of(one) for one in sorted(verdicts, key=lambda one: one.order.order_id)]
    taken = await tx.fetch(TAKE, *columns_of(rows), tx.now)
    if len(taken) < len(rows):
        raise RuntimeError("an order was accepted before: the inbox should have dropped this one")
    return [row["order_id"] for row in taken if row["early"]]


async def count_answered(tx: Transaction[Policy], answered: Mapping[str, int]) -> list[str]:
    """Count lines that are answered now; the orders that have no other left."""
    rows = await tx.fetch(COUNT_ANSWERED, list(answered), list(answered.values()))
    return sorted(row["order_id"] for row in rows if not row["unanswered"])


async def count_anew(tx: Transaction[Policy], order_ids: Sequence[str]) -> list[str]:
    """Count the open lines of orders of which facts had come before; those that have none."""
    rows = await tx.fetch(COUNT_ANEW, order_ids)
    return sorted(row["order_id"] for row in rows if not row["unanswered"])


async def close_orders(tx: Transaction[Policy], states: Mapping[str, str]) -> None:
    """Write which orders are confirmed, and which refused after they were accepted."""
    await tx.execute(CLOSE, list(states), list(states.values()), tx.now)


async def delete_pending(tx: Transaction[Policy], order_ids: Sequence[str]) -> None:
    """Delete orders refused while they waited: they may be judged anew."""
    await tx.execute(DELETE_PENDING, order_ids)


async def give_method(tx: Transaction[Policy], order_id: str, method_id: str, token: str) -> None:
    """Write the method that an order goes on with once it is taken. Hardly ever happens."""
    await tx.execute(GIVE_METHOD, order_id, method_id, token)


def row_of(verdict: Verdict) -> tuple[Any, ...]:
    """An order as it is written."""
    order = verdict.order
    unanswered = sum(not line.answered for line in verdict.lines) if verdict.taken else 0
    return (
        order.order_id, order.customer_ref, order.currency, order.freight_minor,
        order.total_minor, order.ship_preference, order.on_refused_line, order.method_id,
        order.method_token, ",".join(order.warehouses), order.priority_class,
        order.shop_placed_at, order.placed_at, order.received_at, verdict.taken, unanswered,
    )  # fmt: skip


def order_of(row: Any) -> Order:
    """A row, as the rules see it."""
    return Order(
        row["order_id"], row["customer_ref"], row["currency"], row["freight_minor"],
        row["total_minor"], row["ship_preference"], row["on_refused_line"], row["method_id"],
        row["method_token"], tuple(row["warehouses"]), row["priority_class"],
        row["shop_placed_at"], row["placed_at"], row["received_at"],
    )  # fmt: skip
