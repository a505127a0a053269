"""Scans at the dock that named a shipment of ours, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.chassis.transaction import Transaction
from services.shipping.domain.damage import DamageCheck, DamageScan
from services.shipping.domain.dispatching import Dispatch, DispatchScan
from services.shipping.domain.packing import PackCheck, PackScan
from services.shipping.domain.policy import Policy


async def record_pack_scans(tx: Transaction[Policy], checks: Sequence[PackCheck]) -> None:
    """Keep pack scans with what became of them."""
    await _record_scans(
        tx, "packed", [(one.scan, one.scan.packed_at, one.code) for one in checks if one.parcel]
    )


async def record_damage_scans(tx: Transaction[Policy], checks: Sequence[DamageCheck]) -> None:
    """Keep damage scans with what became of them."""
    await _record_scans(
        tx, "damaged", [(one.scan, one.scan.damaged_at, one.code) for one in checks if one.parcel]
    )


async def record_dispatch_scans(tx: Transaction[Policy], dispatched: Sequence[Dispatch]) -> None:
    """Keep dispatch scans with what became of them."""
    await _record_scans(
        tx,
        "dispatched",
        [(one.scan, one.scan.dispatched_at, one.code) for one in dispatched if one.parcel],
    )


async def _record_scans(
    tx: Transaction[Policy],
    kind: str,
    scans: Sequence[tuple[PackScan | DamageScan | DispatchScan, datetime, str]],
) -> None:
    await tx.execute(
        """INSERT INTO scans
               (kind, warehouse, scan_id, shipment_id, outcome, scanned_at, heard_at)
           SELECT $1, w, i, s, o, a, $2
           FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
                AS new (w, i, s, o, a)""",
        kind,
        tx.now,
        [scan.warehouse for scan, _, _ in scans],
        [scan.scan_id for scan, _, _ in scans],
        [scan.shipment_id for scan, _, _ in scans],
        [outcome for _, _, outcome in scans],
        [at for _, at, _ in scans],
    )
