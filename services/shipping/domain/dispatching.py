"""When a parcel may leave, and what it means that it left (flow §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from services.shipping.domain.parcels import Parcel


@dataclass(frozen=True)
class Capture:
    """Money that was taken for one packed version of a shipment."""

    shipment_id: str
    version: int
    amount_minor: int
    captured_at: datetime


def may_leave(parcel: Parcel) -> bool:
    """Whether a parcel is released: packed as it must be, and what is in it was captured.

    A capture for an earlier version, which held more, counts: the rest is refunded.
    """
    return (
        parcel.state == "packed"
        and parcel.captured_minor is not None
        and parcel.captured_minor >= parcel.amount_minor
    )


@dataclass(frozen=True)
class DispatchScan:
    """The dock scanned a parcel out."""

    shipment_id: str
    warehouse: str
    scan_id: str
    carrier: str
    tracking: str
    dispatched_at: datetime


@dataclass(frozen=True)
class Dispatch:
    """A dispatch scan, judged.

    ``code`` is ``dispatched``, ``dispatched_unreleased`` (an alarm), ``dispatched_again`` (known
    already) or ``no_such_shipment``.
    """

    scan: DispatchScan
    parcel: Parcel | None
    code: str
    complete: bool = False

    @property
    def left(self) -> bool:
        """Whether the parcel left with this scan."""
        return self.code in ("dispatched", "dispatched_unreleased")


def dispatches(
    scans: Iterable[DispatchScan], parcels: Mapping[str, Parcel], to_come: Mapping[str, int]
) -> list[Dispatch]:
    """Judge dispatch scans; ``to_come`` is, by order, the units still wanted and not dispatched."""
    now_at = dict(parcels)
    left = dict(to_come)
    judged: list[Dispatch] = []
    for scan in scans:
        parcel = now_at.get(scan.shipment_id)
        code = _left(parcel)
        complete = False
        if parcel and code.startswith("dispatched") and parcel.state != "dispatched":
            left[parcel.order_id] -= sum(line.quantity for line in parcel.lines)
            complete = left[parcel.order_id] == 0
            now_at[scan.shipment_id] = replace(parcel, state="dispatched")
        judged.append(Dispatch(scan, parcel, code, complete))
    return judged


def _left(parcel: Parcel | None) -> str:
    if parcel is None or not parcel.planned:
        return "no_such_shipment"
    if parcel.state == "dispatched":
        return "dispatched_again"
    return "dispatched" if parcel.state == "released" else "dispatched_unreleased"
