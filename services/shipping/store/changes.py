"""Units that leave shipments. The orders are locked by the caller."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.transaction import Transaction
from services.shipping.domain.parcels import Cause, Change, GiveBack
from services.shipping.domain.policy import Policy
from services.shipping.domain.withdrawing import GrantedLine, Withdrawal
from services.shipping.store.collecting import multirange_of


async def record_changes(tx: Transaction[Policy], changes: Sequence[Change], cause: Cause) -> None:
    """Write shipments as they stand without what left; what was packed or released is so no more."""
    await tx.execute(
        """UPDATE shipments s
           SET state = c.state, version = c.version, packed_version = c.packed_version,
               packed_at = CASE WHEN c.packed_version IS NULL THEN NULL ELSE s.packed_at END,
               released_at = NULL,
               amount_minor = CASE WHEN s.planned_at IS NOT NULL THEN c.amount_minor END,
               freight_minor = CASE WHEN s.planned_at IS NOT NULL THEN c.freight_minor END,
               withdrawn_at = CASE WHEN c.state = 'withdrawn' THEN $8::timestamptz END,
               withdrawn_cause = CASE WHEN c.state = 'withdrawn' THEN $7::text END
           FROM unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::bigint[], $6::bigint[])
                AS c (shipment_id, state, version, packed_version, amount_minor, freight_minor)
           WHERE s.shipment_id = c.shipment_id""",
        [one.after.shipment_id for one in changes],
        [one.after.state for one in changes],
        [one.after.version for one in changes],
        [one.after.version if one.after.state == "packed" else None for one in changes],
        [one.after.amount_minor for one in changes],
        [one.after.freight_minor for one in changes],
        cause,
        tx.now,
    )


async def record_contents(tx: Transaction[Policy], changes: Sequence[Change]) -> None:
    """Write what shipments still hold of the lines that units left."""
    touched = [
        (one.after.shipment_id, line.line_id, kept)
        for one in changes
        for kept in [{line.line_id: line for line in one.after.lines}]
        for line in one.left
    ]
    gone = [(shipment, line) for shipment, line, kept in touched if line not in kept]
    stay = [(shipment, kept[line]) for shipment, line, kept in touched if line in kept]
    await tx.execute(
        """DELETE FROM shipment_lines s USING unnest($1::text[], $2::text[]) AS g (shipment_id, line_id)
           WHERE s.shipment_id = g.shipment_id AND s.line_id = g.line_id""",
        [shipment for shipment, _ in gone],
        [line for _, line in gone],
    )
    await tx.execute(
        """UPDATE shipment_lines s
           SET quantity = k.quantity,
               numbers = CASE WHEN s.numbers IS NOT NULL THEN k.numbers::int4multirange END,
               amount_minor = CASE WHEN s.numbers IS NOT NULL THEN k.amount_minor END
           FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::bigint[])
                AS k (shipment_id, line_id, quantity, numbers, amount_minor)
           WHERE s.shipment_id = k.shipment_id AND s.line_id = k.line_id""",
        [shipment for shipment, _ in stay],
        [line.line_id for _, line in stay],
        [line.quantity for _, line in stay],
        [multirange_of(line.numbers) for _, line in stay],
        [line.amount_minor for _, line in stay],
    )


async def record_give_backs(tx: Transaction[Policy], given: Sequence[GiveBack]) -> None:
    """Write each group of units that left, and count them in their lines."""
    await tx.execute(
        """INSERT INTO give_backs
               (given_at, order_id, shipment_id, version, line_id, cause, quantity, returned,
                requeue, line_state, episode, amount_minor)
           SELECT $12, * FROM unnest(
               $1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::int[], $7::int[],
               $8::int[], $9::text[], $10::int[], $11::bigint[])""",
        [one.change.after.order_id for one in given],
        [one.change.after.shipment_id for one in given],
        [one.change.after.version for one in given],
        [one.line.line_id for one in given],
        [one.cause for one in given],
        [one.line.quantity for one in given],
        [one.returned for one in given],
        [one.requeue for one in given],
        [one.line_state for one in given],
        [one.episode for one in given],
        [one.line.amount_minor if one.line.numbers else None for one in given],
        tx.now,
    )
    await tx.execute(
        """UPDATE lines l SET allocated = l.allocated - g.quantity,
                  given_back = l.given_back + g.quantity, withdrawn = l.withdrawn + g.withdrawn
           FROM (SELECT line_id, sum(q)::int AS quantity, sum(w)::int AS withdrawn
                 FROM unnest($1::text[], $2::int[], $3::int[]) AS u (line_id, q, w)
                 GROUP BY line_id) AS g
           WHERE l.line_id = g.line_id""",
        [one.line.line_id for one in given],
        [one.line.quantity for one in given],
        [one.withdrawn for one in given],
    )


async def load_granted_lines(
    tx: Transaction[Policy], line_ids: Sequence[str]
) -> dict[str, GrantedLine]:
    """The units of lines of locked orders, as they are counted here."""
    rows = await tx.fetch(
        """SELECT line_id, allocated, given_back, withdrawn, forwarded_through
           FROM lines WHERE line_id = ANY($1)""",
        line_ids,
    )
    return {row["line_id"]: GrantedLine(*row) for row in rows}


async def record_withdrawals(tx: Transaction[Policy], answers: Sequence[Withdrawal]) -> None:
    """Write what became of units that cancels passed on, and how far these have been followed."""
    await tx.execute(
        """INSERT INTO withdrawals
               (answered_at, order_id, line_id, cancel_id, passed_on, withdrawn, refused, forwarded,
                reason_code, reason_text)
           SELECT $10, * FROM unnest(
               $1::text[], $2::text[], $3::text[], $4::int[], $5::int[], $6::int[], $7::int[],
               $8::text[], $9::text[])""",
        [one.passed.order_id for one in answers],
        [one.passed.line_id for one in answers],
        [one.passed.cancel_id for one in answers],
        [one.passed.quantity for one in answers],
        [one.withdrawn for one in answers],
        [one.refused for one in answers],
        [one.forwarded for one in answers],
        [one.reason and one.reason[0] for one in answers],
        [one.reason and one.reason[1] for one in answers],
        tx.now,
    )
    followed = {one.passed.line_id: one.forwarded_through for one in answers if one.forwarded}
    await tx.execute(
        """UPDATE lines l SET forwarded_through = f.through
           FROM unnest($1::text[], $2::int[]) AS f (line_id, through)
           WHERE l.line_id = f.line_id""",
        list(followed),
        list(followed.values()),
    )
