"""How orders stand: their lines and parcels. The orders are locked by the caller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import orjson

from services.chassis.transaction import Transaction
from services.notifications.domain.lines import Line, Told
from services.notifications.domain.orders import Order, Parcel, ParcelLine, Policy
from services.notifications.domain.telling import Standing

if TYPE_CHECKING:
    from asyncpg import Record


async def lines(tx: Transaction[Policy], line_ids: Iterable[str]) -> dict[str, Line]:
    """Some lines, by id."""
    rows = await tx.fetch("SELECT * FROM lines WHERE line_id = ANY($1)", list(set(line_ids)))
    return {row["line_id"]: _line(row) for row in rows}


async def parcels(tx: Transaction[Policy], shipment_ids: Iterable[str]) -> dict[str, Parcel]:
    """Some parcels, by id."""
    rows = await tx.fetch(
        "SELECT * FROM parcels WHERE shipment_id = ANY($1)", list(set(shipment_ids))
    )
    return {row["shipment_id"]: _parcel(row) for row in rows}


async def parcels_of(tx: Transaction[Policy], order_ids: Iterable[str]) -> list[Parcel]:
    """All parcels of some orders, oldest first."""
    rows = await tx.fetch(
        "SELECT * FROM parcels WHERE order_id = ANY($1) "
        "ORDER BY order_id, length(shipment_id), "
        "shipment_id",
        list(order_ids),
    )
    return [_parcel(row) for row in rows]


async def standings(
    tx: Transaction[Policy], orders: Mapping[str, Order], with_lines: Iterable[str]
) -> dict[str, Standing]:
    """Orders with all of their parcels, and with the lines where those are asked for."""
    rows = await tx.fetch(
        "SELECT * FROM lines WHERE order_id = ANY($1) AND quantity IS NOT NULL "
        "ORDER BY order_id, ordinal",
        list(set(with_lines)),
    )
    lines_of: dict[str, list[Line]] = defaultdict(list)
    for row in rows:
        lines_of[row["order_id"]].append(_line(row))
    found: dict[str, list[Parcel]] = defaultdict(list)
    for parcel in await parcels_of(tx, orders):
        found[parcel.order_id].append(parcel)
    return {key: Standing(order, lines_of[key], found[key]) for key, order in orders.items()}


def _line(row: Record) -> Line:
    told = None
    if row["told_waiting"] is not None:
        told = Told(
            row["told_waiting"], row["told_allocated"], row["told_announced"],
            row["told_shipped"], row["told_promised_on"], row["told_version"],
        )  # fmt: skip
    return Line(
        row["line_id"], row["order_id"], row["sku"], row["ordinal"], row["title"],
        row["quantity"], row["line_total_minor"], row["granted_total"], row["decision_no"],
        row["waiting"], row["refused"], row["promised_on"], row["promise_version"], told,
    )  # fmt: skip


def _parcel(row: Record) -> Parcel:
    content: list[list[str | int]] | None = row["lines"]
    return Parcel(
        row["shipment_id"], row["order_id"],
        None if content is None else tuple(_parcel_line(one) for one in content),
        row["currency"], row["amount_minor"], row["amount_stage"], row["freight_minor"],
        row["authorized_at"], row["dispatched_at"], row["carrier"], row["tracking"],
        row["complete"], row["announced_in"], row["shipped_in"], row["told"],
    )  # fmt: skip


def _parcel_line(one: Sequence[str | int]) -> ParcelLine:
    return ParcelLine(str(one[0]), str(one[1]), int(one[2]), int(one[3]))


async def record_lines(tx: Transaction[Policy], changed: Sequence[Line]) -> None:
    """Write lines as they stand, new ones too."""
    if not changed:
        return
    told = [line.told for line in changed]
    await tx.execute(
        """INSERT INTO lines
               (line_id, order_id, sku, ordinal, title, quantity, line_total_minor, granted_total,
                decision_no, waiting, refused, promised_on, promise_version, told_waiting,
                told_allocated, told_announced, told_shipped, told_promised_on, told_version)
           SELECT * FROM unnest(
               $1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::int[], $7::bigint[],
               $8::int[], $9::bigint[], $10::int[], $11::int[], $12::date[], $13::int[],
               $14::int[], $15::int[], $16::int[], $17::int[], $18::date[], $19::int[])
           ON CONFLICT (line_id) DO UPDATE
           SET ordinal = EXCLUDED.ordinal, title = EXCLUDED.title, quantity = EXCLUDED.quantity,
               line_total_minor = EXCLUDED.line_total_minor,
               granted_total = EXCLUDED.granted_total, decision_no = EXCLUDED.decision_no,
               waiting = EXCLUDED.waiting, refused = EXCLUDED.refused,
               promised_on = EXCLUDED.promised_on, promise_version = EXCLUDED.promise_version,
               told_waiting = EXCLUDED.told_waiting, told_allocated = EXCLUDED.told_allocated,
               told_announced = EXCLUDED.told_announced, told_shipped = EXCLUDED.told_shipped,
               told_promised_on = EXCLUDED.told_promised_on,
               told_version = EXCLUDED.told_version""",
        [line.line_id for line in changed],
        [line.order_id for line in changed],
        [line.sku for line in changed],
        [line.ordinal for line in changed],
        [line.title for line in changed],
        [line.quantity for line in changed],
        [line.line_total_minor for line in changed],
        [line.granted_total for line in changed],
        [line.decision_no for line in changed],
        [line.waiting for line in changed],
        [line.refused for line in changed],
        [line.promised_on for line in changed],
        [line.promise_version for line in changed],
        [one.waiting if one else None for one in told],
        [one.allocated if one else None for one in told],
        [one.announced if one else None for one in told],
        [one.shipped if one else None for one in told],
        [one.promised_on if one else None for one in told],
        [one.promise_version if one else None for one in told],
    )


async def record_parcels(tx: Transaction[Policy], changed: Sequence[Parcel]) -> None:
    """Write parcels as their customer hears of them, new ones too."""
    if not changed:
        return
    await tx.execute(
        """INSERT INTO parcels
               (shipment_id, order_id, lines, currency, amount_minor, amount_stage, freight_minor,
                authorized_at, dispatched_at, carrier, tracking, complete, announced_in,
                shipped_in, told)
           SELECT s, o, l::jsonb, c, a, g, f, au, d, ca, tr, co, an, sh, t
           FROM unnest(
               $1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[],
               $7::bigint[], $8::timestamptz[], $9::timestamptz[], $10::text[], $11::text[],
               $12::bool[], $13::int[], $14::int[], $15::text[])
               AS new (s, o, l, c, a, g, f, au, d, ca, tr, co, an, sh, t)
           ON CONFLICT (shipment_id) DO UPDATE
           SET lines = EXCLUDED.lines, currency = EXCLUDED.currency,
               amount_minor = EXCLUDED.amount_minor, amount_stage = EXCLUDED.amount_stage,
               freight_minor = EXCLUDED.freight_minor, authorized_at = EXCLUDED.authorized_at,
               dispatched_at = EXCLUDED.dispatched_at, carrier = EXCLUDED.carrier,
               tracking = EXCLUDED.tracking, complete = EXCLUDED.complete,
               announced_in = EXCLUDED.announced_in, shipped_in = EXCLUDED.shipped_in,
               told = EXCLUDED.told""",
        [parcel.shipment_id for parcel in changed],
        [parcel.order_id for parcel in changed],
        [_content(parcel) for parcel in changed],
        [parcel.currency for parcel in changed],
        [parcel.amount_minor for parcel in changed],
        [parcel.amount_stage for parcel in changed],
        [parcel.freight_minor for parcel in changed],
        [parcel.authorized_at for parcel in changed],
        [parcel.dispatched_at for parcel in changed],
        [parcel.carrier for parcel in changed],
        [parcel.tracking for parcel in changed],
        [parcel.complete for parcel in changed],
        [parcel.announced_in for parcel in changed],
        [parcel.shipped_in for parcel in changed],
        [parcel.told for parcel in changed],
    )


def _content(parcel: Parcel) -> str | None:
    """A parcel's lines as they are stored: id, title, quantity, amount."""
    if parcel.lines is None:
        return None
    rows = [(one.line_id, one.title, one.quantity, one.amount_minor) for one in parcel.lines]
    return orjson.dumps(rows).decode()
