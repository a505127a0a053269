"""Parcels, and what was told of them. The orders are locked by the caller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import orjson

from services.chassis.transaction import Transaction
from services.notifications.domain.orders import Policy
from services.notifications.domain.parcels import Parcel, ParcelLine

if TYPE_CHECKING:
    from asyncpg import Record


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


def _parcel(row: Record) -> Parcel:
    content: list[list[str | int]] | None = row["lines"]
    return Parcel(
        row["shipment_id"], row["order_id"],
        None if content is None else tuple(_parcel_line(one) for one in content),
        row["currency"], row["amount_minor"], row["freight_minor"],
        row["authorized_at"], row["dispatched_at"], row["carrier"], row["tracking"],
        row["complete"], row["announced_in"], row["shipped_in"], row["told"],
        row["version"], row["withdrawn"], row["captured_minor"], row["refunded_minor"],
        row["told_refunded_minor"],
    )  # fmt: skip


def _parcel_line(one: Sequence[str | int]) -> ParcelLine:
    return ParcelLine(str(one[0]), str(one[1]), int(one[2]), int(one[3]))


async def record_parcels(tx: Transaction[Policy], changed: Sequence[Parcel]) -> None:
    """Write parcels as their customer hears of them, new ones too."""
    if not changed:
        return
    await tx.execute(
        """INSERT INTO parcels
               (shipment_id, order_id, lines, currency, amount_minor, freight_minor,
                authorized_at, dispatched_at, carrier, tracking, complete, announced_in,
                shipped_in, told, version, withdrawn, captured_minor, refunded_minor,
                told_refunded_minor)
           SELECT s, o, l::jsonb, c, a, f, au, d, ca, tr, co, an, sh, t, v, w, cm, rm, tm
           FROM unnest(
               $1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[],
               $7::timestamptz[], $8::timestamptz[], $9::text[], $10::text[], $11::bool[],
               $12::int[], $13::int[], $14::text[], $15::int[], $16::bool[], $17::bigint[],
               $18::bigint[], $19::bigint[])
               AS new (s, o, l, c, a, f, au, d, ca, tr, co, an, sh, t, v, w, cm, rm, tm)
           ON CONFLICT (shipment_id) DO UPDATE
           SET lines = EXCLUDED.lines, currency = EXCLUDED.currency,
               amount_minor = EXCLUDED.amount_minor, freight_minor = EXCLUDED.freight_minor,
               authorized_at = EXCLUDED.authorized_at, dispatched_at = EXCLUDED.dispatched_at,
               carrier = EXCLUDED.carrier, tracking = EXCLUDED.tracking,
               complete = EXCLUDED.complete, announced_in = EXCLUDED.announced_in,
               shipped_in = EXCLUDED.shipped_in, told = EXCLUDED.told,
               version = EXCLUDED.version, withdrawn = EXCLUDED.withdrawn,
               captured_minor = EXCLUDED.captured_minor,
               refunded_minor = EXCLUDED.refunded_minor,
               told_refunded_minor = EXCLUDED.told_refunded_minor""",
        [parcel.shipment_id for parcel in changed],
        [parcel.order_id for parcel in changed],
        [_content(parcel) for parcel in changed],
        [parcel.currency for parcel in changed],
        [parcel.amount_minor for parcel in changed],
        [parcel.freight_minor for parcel in changed],
        [parcel.authorized_at for parcel in changed],
        [parcel.dispatched_at for parcel in changed],
        [parcel.carrier for parcel in changed],
        [parcel.tracking for parcel in changed],
        [parcel.complete for parcel in changed],
        [parcel.announced_in for parcel in changed],
        [parcel.shipped_in for parcel in changed],
        [parcel.told for parcel in changed],
        [parcel.version for parcel in changed],
        [parcel.withdrawn for parcel in changed],
        [parcel.captured_minor for parcel in changed],
        [parcel.refunded_minor for parcel in changed],
        [parcel.told_refunded_minor for parcel in changed],
    )


def _content(parcel: Parcel) -> str | None:
    """A parcel's lines as they are stored: id, title, quantity, amount."""
    if parcel.lines is None:
        return None
    rows = [(one.line_id, one.title, one.quantity, one.amount_minor) for one in parcel.lines]
    return orjson.dumps(rows).decode()
