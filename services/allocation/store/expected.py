"""Deliveries that should come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.allocation.domain.expected import DeliveryKey, Expected
from services.allocation.domain.policy import Policy
from services.chassis.transaction import Transaction

# What still owes units is read for promises; what a fact names is read whatever it owes.
READ = """
SELECT sku, warehouse, supplier, delivery, quantity, remaining, expected_on, stage, announced_at
FROM expected AS e
WHERE sku = ANY($1::text[]) AND (
    remaining > 0
    OR (sku, warehouse, supplier, delivery)
       IN (SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]))
)
"""

KEEP = """
INSERT INTO expected (
    sku, warehouse, supplier, delivery, quantity, remaining, expected_on, stage, announced_at
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::int[], $7::date[], $8::text[],
    $9::timestamptz[]
)
ON CONFLICT (sku, warehouse, supplier, delivery) DO UPDATE SET
    quantity = excluded.quantity, remaining = excluded.remaining,
    expected_on = excluded.expected_on, stage = excluded.stage,
    announced_at = excluded.announced_at
"""


async def read_expected(
    tx: Transaction[Policy], skus: Iterable[str], named: Iterable[tuple[str, DeliveryKey]] = ()
) -> dict[str, list[Expected]]:
    """Delivery lines of locked SKUs that owe units, and those that are named."""
    keys = [(sku, *key) for sku, key in named]
    columns = [[key[index] for key in keys] for index in range(4)]
    found: dict[str, list[Expected]] = {}
    for row in await tx.fetch(READ, list(skus), *columns):
        found.setdefault(row["sku"], []).append(Expected(*tuple(row)[1:]))
    return found


async def keep_expected(
    tx: Transaction[Policy], deliveries: Sequence[tuple[str, Expected]]
) -> None:
    """Write delivery lines as they stand now."""
    await tx.execute(
        KEEP,
        [sku for sku, _ in deliveries],
        [one.warehouse for _, one in deliveries],
        [one.supplier for _, one in deliveries],
        [one.delivery for _, one in deliveries],
        [one.quantity for _, one in deliveries],
        [one.remaining for _, one in deliveries],
        [one.expected_on for _, one in deliveries],
        [one.stage for _, one in deliveries],
        [one.announced_at for _, one in deliveries],
    )
