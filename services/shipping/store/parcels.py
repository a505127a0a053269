"""Parcels at the dock: asked for, packed, paid, released, scanned out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from services.chassis.transaction import Transaction
from services.shipping.domain.dispatching import Capture, Dispatch
from services.shipping.domain.packing import PackCheck
from services.shipping.domain.parcels import Parcel
from services.shipping.domain.planning import ParcelLine
from services.shipping.domain.policy import Policy
from services.shipping.store.collecting import numbers_of

if TYPE_CHECKING:
    from asyncpg import Record


async def lock_parcels(tx: Transaction[Policy], shipment_ids: Iterable[str]) -> dict[str, Parcel]:
    """Lock the orders of shipments in key order, then read the shipments as they now stand."""
    ids = sorted(set(shipment_ids))
    await tx.execute(
        """SELECT FROM orders WHERE order_id IN (
               SELECT order_id FROM shipments WHERE shipment_id = ANY($1))
           ORDER BY order_id FOR UPDATE""",
        ids,
    )
    rows = await tx.fetch(
        """SELECT s.*, o.currency FROM shipments s JOIN orders o USING (order_id)
           WHERE s.shipment_id = ANY($1)""",
        ids,
    )
    return await _parcels(tx, rows)


async def load_parcels_of(tx: Transaction[Policy], order_ids: Sequence[str]) -> dict[str, Parcel]:
    """The shipments of locked orders that hold units, in the order they were opened."""
    rows = await tx.fetch(
        """SELECT s.*, o.currency FROM shipments s JOIN orders o USING (order_id)
           WHERE s.order_id = ANY($1) AND s.state <> 'withdrawn' ORDER BY s.order_id, s.n""",
        order_ids,
    )
    return await _parcels(tx, rows)


async def _parcels(tx: Transaction[Policy], rows: Sequence[Record]) -> dict[str, Parcel]:
    lines = await _load_parcel_lines(tx, [row["shipment_id"] for row in rows])
    return {row["shipment_id"]: _parcel(row, lines[row["shipment_id"]]) for row in rows}


async def _load_parcel_lines(
    tx: Transaction[Policy], shipment_ids: Sequence[str]
) -> defaultdict[str, list[ParcelLine]]:
    rows = await tx.fetch(
        """SELECT s.shipment_id, s.line_id, l.sku, l.title, s.quantity, s.numbers, s.amount_minor,
                  l.ordered, l.total_minor
           FROM shipment_lines s JOIN lines l USING (line_id)
           WHERE s.shipment_id = ANY($1) ORDER BY s.shipment_id, s.line_id""",
        shipment_ids,
    )
    lines: defaultdict[str, list[ParcelLine]] = defaultdict(list)
    for row in rows:
        lines[row["shipment_id"]].append(
            ParcelLine(
                row["line_id"],
                row["sku"],
                row["title"] or "",
                row["quantity"],
                numbers_of(row["numbers"]),
                row["amount_minor"] or 0,
                row["ordered"] or 0,
                row["total_minor"] or 0,
            )
        )
    return lines


def _parcel(row: Record, lines: Sequence[ParcelLine]) -> Parcel:
    return Parcel(
        shipment_id=row["shipment_id"],
        order_id=row["order_id"],
        n=row["n"],
        warehouse=row["warehouse"],
        currency=row["currency"] or "",
        state=row["state"],
        version=row["version"],
        amount_minor=row["amount_minor"] or 0,
        freight_minor=row["freight_minor"] or 0,
        captured_minor=row["captured_minor"],
        planned=row["planned_at"] is not None,
        told=row["authorized_at"] is not None,
        lines=tuple(lines),
    )


@dataclass(frozen=True)
class Authorization:
    """Money reserved for a shipment."""

    shipment_id: str
    authorized_at: datetime
    valid_until: datetime


async def record_authorized(
    tx: Transaction[Policy], authorizations: Sequence[Authorization]
) -> None:
    """Write authorizations; a planned shipment goes on with it, any other is only reserved longer.

    One that was withdrawn before it was authorized stays as it is.
    """
    await tx.execute(
        """UPDATE shipments s SET authorized_at = a.authorized_at, authorized_until = a.valid_until,
                  state = CASE s.state WHEN 'planned' THEN 'authorized' ELSE s.state END
           FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[])
                AS a (shipment_id, authorized_at, valid_until)
           WHERE s.shipment_id = a.shipment_id AND s.state <> 'withdrawn'""",
        [one.shipment_id for one in authorizations],
        [one.authorized_at for one in authorizations],
        [one.valid_until for one in authorizations],
    )


async def record_packed(tx: Transaction[Policy], checks: Sequence[PackCheck]) -> None:
    """Write shipments as packed, in the version that they have now."""
    await tx.execute(
        """UPDATE shipments s SET state = 'packed', packed_version = p.version,
                  packed_at = p.packed_at
           FROM unnest($1::text[], $2::int[], $3::timestamptz[])
                AS p (shipment_id, version, packed_at)
           WHERE s.shipment_id = p.shipment_id""",
        [check.scan.shipment_id for check in checks],
        [check.packed.version for check in checks if check.packed],
        [check.scan.packed_at for check in checks],
    )


async def record_captures(tx: Transaction[Policy], captures: Sequence[Capture]) -> None:
    """Write what was captured, whatever the shipment's state: it is a fact."""
    await tx.execute(
        """UPDATE shipments s SET captured_version = c.version, captured_minor = c.amount_minor,
                  captured_at = c.captured_at
           FROM unnest($1::text[], $2::int[], $3::bigint[], $4::timestamptz[])
                AS c (shipment_id, version, amount_minor, captured_at)
           WHERE s.shipment_id = c.shipment_id""",
        [capture.shipment_id for capture in captures],
        [capture.version for capture in captures],
        [capture.amount_minor for capture in captures],
        [capture.captured_at for capture in captures],
    )


async def record_released(tx: Transaction[Policy], shipment_ids: Sequence[str]) -> None:
    """Write the permission to leave."""
    await tx.execute(
        """UPDATE shipments SET state = 'released', released_at = $2
           WHERE shipment_id = ANY($1)""",
        shipment_ids,
        tx.now,
    )


async def record_dispatched(tx: Transaction[Policy], dispatched: Sequence[Dispatch]) -> None:
    """Write that parcels left, and raise the alarm for those that had no release."""
    await tx.execute(
        """UPDATE shipments s SET state = 'dispatched', dispatched_at = d.dispatched_at,
                  carrier = d.carrier, tracking = d.tracking, dispatched_unreleased = d.unreleased
           FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::boolean[])
                AS d (shipment_id, dispatched_at, carrier, tracking, unreleased)
           WHERE s.shipment_id = d.shipment_id""",
        [one.scan.shipment_id for one in dispatched],
        [one.scan.dispatched_at for one in dispatched],
        [one.scan.carrier for one in dispatched],
        [one.scan.tracking for one in dispatched],
        [one.code == "dispatched_unreleased" for one in dispatched],
    )


async def units_to_come(tx: Transaction[Policy], order_ids: Iterable[str]) -> dict[str, int]:
    """By locked order, the units that are still wanted and not dispatched."""
    rows = await tx.fetch(
        """SELECT o AS order_id,
                  (SELECT coalesce(sum(ordered - refused - cancelled - withdrawn), 0)
                   FROM lines WHERE order_id = o)
                  - (SELECT coalesce(sum(l.quantity), 0)
                     FROM shipments s JOIN shipment_lines l USING (shipment_id)
                     WHERE s.order_id = o AND s.state = 'dispatched') AS units
           FROM unnest($1::text[]) AS o""",
        sorted(set(order_ids)),
    )
    return {row["order_id"]: int(row["units"]) for row in rows}


async def names_of_lines(
    tx: Transaction[Policy], line_ids: Iterable[str]
) -> Mapping[str, tuple[str, str]]:
    """SKU and title of lines, of whatever order."""
    rows = await tx.fetch(
        "SELECT line_id, sku, title FROM lines WHERE line_id = ANY($1)", sorted(set(line_ids))
    )
    return {row["line_id"]: (row["sku"], row["title"] or "") for row in rows}
