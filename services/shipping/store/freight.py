"""Which shipment carries an order's freight (contracts, money). The orders are locked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.chassis.transaction import Transaction
from services.shipping.domain.parcels import Cause, Change
from services.shipping.domain.planning import Plan
from services.shipping.domain.policy import Policy


async def record_freight(tx: Transaction[Policy], plans: Sequence[Plan]) -> None:
    """Write which shipment carries the freight of its order."""
    carriers = [plan for plan in plans if plan.with_freight]
    await tx.execute(
        """UPDATE orders o SET freight_with = f.shipment_id
           FROM unnest($1::text[], $2::text[]) AS f (order_id, shipment_id)
           WHERE o.order_id = f.order_id""",
        [plan.order_id for plan in carriers],
        [plan.shipment_id for plan in carriers],
    )


async def free_freight(tx: Transaction[Policy], changes: Sequence[Change]) -> None:
    """Let freight that nobody paid go with the shipment planned next."""
    await tx.execute(
        """UPDATE orders o SET freight_with = NULL
           FROM unnest($1::text[], $2::text[]) AS w (order_id, shipment_id)
           WHERE o.order_id = w.order_id AND o.freight_with = w.shipment_id""",
        [one.before.order_id for one in changes],
        [one.before.shipment_id for one in changes],
    )


async def keep_freight(tx: Transaction[Policy], changes: Sequence[Change]) -> None:
    """Write that captured freight stays paid though its parcel will not leave."""
    await tx.execute(
        "UPDATE orders SET freight_kept = true WHERE order_id = ANY($1)",
        [one.before.order_id for one in changes],
    )


@dataclass(frozen=True)
class GivenUp:
    """A withdrawn shipment whose freight goes back, too."""

    order_id: str
    shipment_id: str
    currency: str
    version: int
    cause: Cause


async def give_up_freight(
    tx: Transaction[Policy], order_ids: Sequence[str], anew: bool
) -> list[GivenUp]:
    """Give kept freight up where nothing ever left and nothing is to come; ``anew``: a new version."""
    rows = await tx.fetch(
        """WITH over AS (
               SELECT o.order_id, o.freight_with, o.currency FROM orders o
               WHERE o.order_id = ANY($1) AND o.freight_kept
                 AND NOT EXISTS (SELECT FROM shipments s
                                 WHERE s.order_id = o.order_id AND s.state <> 'withdrawn')
                 AND NOT EXISTS (
                     SELECT FROM lines l WHERE l.order_id = o.order_id
                     AND l.ordered > l.allocated + l.refused + l.cancelled + l.withdrawn)),
           free AS (
               UPDATE orders o SET freight_kept = false, freight_with = NULL
               FROM over WHERE o.order_id = over.order_id)
           UPDATE shipments s SET amount_minor = 0, freight_minor = 0,
                  version = s.version + $2::boolean::int
           FROM over WHERE s.shipment_id = over.freight_with
           RETURNING s.order_id, s.shipment_id, over.currency, s.version, s.withdrawn_cause""",
        order_ids,
        anew,
    )
    return sorted((GivenUp(*row) for row in rows), key=lambda one: one.shipment_id)
