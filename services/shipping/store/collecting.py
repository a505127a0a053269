"""Units from their grant to the plan of their shipment. The orders are locked by the caller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.chassis.transaction import Transaction
from services.shipping.domain.planning import CollectedLine, Plan, Wait
from services.shipping.domain.policy import Policy
from services.shipping.domain.units import Numbers, Run

if TYPE_CHECKING:
    from asyncpg import Range, Record


@dataclass(frozen=True)
class Grant:
    """Units granted to a line from one warehouse."""

    order_id: str
    line_id: str
    sku: str
    warehouse: str
    quantity: int


async def add_to_lines(tx: Transaction[Policy], grants: Sequence[Grant]) -> None:
    """Count granted units; the line itself may not have come yet."""
    await tx.execute(
        """INSERT INTO lines (line_id, order_id, sku, allocated)
           SELECT l, o, s, sum(q) FROM unnest($1::text[], $2::text[], $3::text[], $4::int[])
                AS g (l, o, s, q)
           GROUP BY l, o, s
           ON CONFLICT (line_id) DO UPDATE SET allocated = lines.allocated + EXCLUDED.allocated""",
        [grant.line_id for grant in grants],
        [grant.order_id for grant in grants],
        [grant.sku for grant in grants],
        [grant.quantity for grant in grants],
    )


async def open_shipments(tx: Transaction[Policy], grants: Sequence[Grant]) -> None:
    """Open a shipment for each order and warehouse that has none collecting, numbered onward."""
    places = list(dict.fromkeys((grant.order_id, grant.warehouse) for grant in grants))
    await tx.execute(
        """INSERT INTO shipments (shipment_id, order_id, n, warehouse, opened_at)
           SELECT order_id || '/' || n, order_id, n, warehouse, $3
           FROM (SELECT p.order_id, p.warehouse,
                        row_number() OVER (PARTITION BY p.order_id ORDER BY p.place)
                        + (SELECT coalesce(max(s.n), 0) FROM shipments s
                           WHERE s.order_id = p.order_id) AS n
                 FROM unnest($1::text[], $2::text[]) WITH ORDINALITY
                      AS p (order_id, warehouse, place)
                 WHERE NOT EXISTS (
                     SELECT FROM shipments c WHERE c.order_id = p.order_id
                       AND c.warehouse = p.warehouse AND c.state = 'collecting')) AS opened""",
        [order_id for order_id, _ in places],
        [warehouse for _, warehouse in places],
        tx.now,
    )


async def add_to_shipments(tx: Transaction[Policy], grants: Sequence[Grant]) -> None:
    """Put granted units into the shipment that collects for their order and warehouse."""
    await tx.execute(
        """INSERT INTO shipment_lines (shipment_id, line_id, quantity)
           SELECT s.shipment_id, g.l, sum(g.q)
           FROM unnest($1::text[], $2::text[], $3::text[], $4::int[]) AS g (l, o, w, q)
           JOIN shipments s
             ON s.order_id = g.o AND s.warehouse = g.w AND s.state = 'collecting'
           GROUP BY s.shipment_id, g.l
           ON CONFLICT (shipment_id, line_id)
           DO UPDATE SET quantity = shipment_lines.quantity + EXCLUDED.quantity""",
        [grant.line_id for grant in grants],
        [grant.order_id for grant in grants],
        [grant.warehouse for grant in grants],
        [grant.quantity for grant in grants],
    )


async def load_collected(
    tx: Transaction[Policy], shipment_ids: Sequence[str]
) -> dict[str, list[CollectedLine]]:
    """What waits in open shipments, in line order, with the numbers that others hold."""
    rows = await tx.fetch(
        """SELECT c.shipment_id, c.quantity, l.line_id, l.sku, l.title, l.ordered, l.total_minor,
                  (SELECT range_agg(t.numbers) FROM shipment_lines t
                   WHERE t.line_id = c.line_id) AS taken
           FROM shipment_lines c JOIN lines l USING (line_id)
           WHERE c.shipment_id = ANY($1) ORDER BY c.shipment_id, c.line_id""",
        shipment_ids,
    )
    collected: dict[str, list[CollectedLine]] = defaultdict(list)
    for row in rows:
        collected[row["shipment_id"]].append(_collected(row))
    return collected


def _collected(row: Record) -> CollectedLine:
    return CollectedLine(
        row["line_id"],
        row["sku"],
        row["title"],
        row["quantity"],
        row["ordered"],
        row["total_minor"],
        numbers_of(row["taken"]),
    )


def numbers_of(multirange: Sequence[Range[int]] | None) -> Numbers:
    """Unit numbers as PostgreSQL keeps them: half-open ranges, never without bounds."""
    return tuple(
        Run(part.lower, part.upper - 1)
        for part in multirange or ()
        if part.lower is not None and part.upper is not None
    )


def multirange_of(numbers: Numbers) -> str:
    """Unit numbers in PostgreSQL's text form."""
    return "{" + ",".join(f"[{run.first},{run.last}]" for run in numbers) + "}"


async def record_waits(tx: Transaction[Policy], waits: Sequence[Wait]) -> None:
    """Write the cut-off that open shipments wait for."""
    await tx.execute(
        """UPDATE shipments s SET cut_off_at = w.cut_off_at
           FROM unnest($1::text[], $2::timestamptz[]) AS w (shipment_id, cut_off_at)
           WHERE s.shipment_id = w.shipment_id""",
        [wait.shipment_id for wait in waits],
        [wait.cut_off_at for wait in waits],
    )


async def record_plans(tx: Transaction[Policy], plans: Sequence[Plan]) -> None:
    """Write shipments as planned."""
    await tx.execute(
        """UPDATE shipments s SET state = 'planned', planned_at = $5, cut_off_at = p.cut_off_at,
                  freight_minor = p.freight_minor, amount_minor = p.amount_minor
           FROM unnest($1::text[], $2::timestamptz[], $3::bigint[], $4::bigint[])
                AS p (shipment_id, cut_off_at, freight_minor, amount_minor)
           WHERE s.shipment_id = p.shipment_id""",
        [plan.shipment_id for plan in plans],
        [plan.cut_off_at for plan in plans],
        [plan.freight_minor for plan in plans],
        [plan.amount_minor for plan in plans],
        tx.now,
    )


async def record_planned_lines(tx: Transaction[Policy], plans: Sequence[Plan]) -> None:
    """Write the unit numbers and amounts that planning fixed."""
    lines = [(plan.shipment_id, line) for plan in plans for line in plan.lines]
    await tx.execute(
        """UPDATE shipment_lines s
           SET numbers = p.numbers::int4multirange, amount_minor = p.amount_minor
           FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
                AS p (shipment_id, line_id, numbers, amount_minor)
           WHERE s.shipment_id = p.shipment_id AND s.line_id = p.line_id""",
        [shipment_id for shipment_id, _ in lines],
        [line.line_id for _, line in lines],
        [multirange_of(line.numbers) for _, line in lines],
        [line.amount_minor for _, line in lines],
    )
