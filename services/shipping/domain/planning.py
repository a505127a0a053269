"""Which collected units become a parcel, and when (flow §4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.shipping.domain.cut_offs import CutOffs
from services.shipping.domain.units import (
    Numbers,
    amount_minor,
    lowest_free,
    split_off,
    together,
)


@dataclass(frozen=True)
class OpenShipment:
    """A shipment that still collects; ``cut_off_at`` is the cut-off it waits for, if any."""

    shipment_id: str
    warehouse: str
    cut_off_at: datetime | None


@dataclass(frozen=True)
class Order:
    """What shipping knows of an order; facts that have not come yet count as not there."""

    order_id: str
    currency: str | None
    """None: not accepted yet, or not heard of."""
    freight_minor: int
    ships_complete: bool
    confirmed: bool
    refused: bool
    verified: bool
    """A payment method is verified."""
    freight_placed: bool
    """A shipment carries the freight already."""
    freight_kept: bool
    """The shipment that carried the freight was withdrawn after its capture."""
    suspended: bool
    """A payment trouble was not mended in time, and is not over."""
    unfilled: int
    """Units ordered, neither here nor refused nor cancelled."""
    open: tuple[OpenShipment, ...]
    """In the order they were opened."""

    @property
    def actionable(self) -> bool:
        """Taken and confirmed: its parcels may be made ready."""
        return self.currency is not None and self.confirmed and not self.refused


@dataclass(frozen=True)
class CollectedLine:
    """Units of one line that wait in an open shipment."""

    line_id: str
    sku: str
    title: str
    quantity: int
    ordered: int
    line_total_minor: int
    taken: Numbers
    """The line's units that other shipments hold."""


@dataclass(frozen=True)
class ParcelLine:
    """Units of one line in a shipment: which ones, and what exactly these cost.

    While they are only collected they have no numbers yet, and cost nothing.
    """

    line_id: str
    sku: str
    title: str
    quantity: int
    numbers: Numbers
    amount_minor: int
    ordered: int = 0
    line_total_minor: int = 0

    def split(self, leaving: int) -> tuple[ParcelLine, ParcelLine]:
        """What stays and what leaves: the units with the highest numbers."""
        stays, leaves = split_off(self.numbers, leaving)
        return self._holding(self.quantity - leaving, stays), self._holding(leaving, leaves)

    def _holding(self, quantity: int, numbers: Numbers) -> ParcelLine:
        amount = amount_minor(self.line_total_minor, self.ordered, numbers)
        return replace(self, quantity=quantity, numbers=numbers, amount_minor=amount)


@dataclass(frozen=True)
class Plan:
    """A shipment that is fixed now: its units, its amount, the cut-off it is planned for."""

    order_id: str
    shipment_id: str
    warehouse: str
    currency: str
    cut_off_at: datetime
    freight_minor: int
    with_freight: bool
    lines: tuple[ParcelLine, ...]

    @property
    def amount_minor(self) -> int:
        """Goods and freight."""
        return self.freight_minor + sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True)
class Wait:
    """An open shipment that now waits for its warehouse's next cut-off."""

    order_id: str
    shipment_id: str
    warehouse: str
    cut_off_at: datetime


def is_ready(order: Order, shipment: OpenShipment, now: datetime) -> bool:
    """Whether an open shipment is to be planned.

    The order is confirmed, its method verified, and nothing of it is unfilled; or the shipment's
    cut-off has come, unless the order ships complete. Nothing of a suspended order is planned.
    """
    if not (order.actionable and order.verified) or order.suspended:
        return False
    if order.unfilled == 0:
        return True
    cut_off_came = shipment.cut_off_at is not None and shipment.cut_off_at <= now
    return cut_off_came and not order.ships_complete


def ready(orders: Iterable[Order], now: datetime) -> list[tuple[Order, OpenShipment]]:
    """The open shipments that are to be planned."""
    return [(o, shipment) for o in orders for shipment in o.open if is_ready(o, shipment, now)]


def waits(orders: Iterable[Order], now: datetime, cut_offs: CutOffs) -> list[Wait]:
    """The open shipments that begin to wait for a cut-off.

    Without a verified method they wait as well: a cut-off that came is kept, and the shipment is
    planned when the method is verified. With nothing unfilled there is no cut-off to wait for.
    """
    return [
        Wait(
            order.order_id,
            shipment.shipment_id,
            shipment.warehouse,
            cut_offs.next_after(shipment.warehouse, now),
        )
        for order in orders
        if order.actionable and order.unfilled and not (order.ships_complete or order.suspended)
        for shipment in order.open
        if shipment.cut_off_at is None and not is_ready(order, shipment, now)
    ]


def plan(
    chosen: Iterable[tuple[Order, OpenShipment]],
    contents: Mapping[str, Sequence[CollectedLine]],
    now: datetime,
    cut_offs: CutOffs,
) -> list[Plan]:
    """Fix the shipments chosen: lowest free numbers, freight with the order's first."""
    plans: list[Plan] = []
    numbered: dict[str, Numbers] = {}
    freight_placed: set[str] = set()
    for order, shipment in chosen:
        with_freight = not order.freight_placed and order.order_id not in freight_placed
        freight_placed.add(order.order_id)
        plans.append(
            Plan(
                order.order_id,
                shipment.shipment_id,
                shipment.warehouse,
                order.currency or "",
                shipment.cut_off_at or cut_offs.next_after(shipment.warehouse, now),
                order.freight_minor if with_freight else 0,
                with_freight,
                tuple(_numbered(line, numbered) for line in contents[shipment.shipment_id]),
            )
        )
    return plans


def _numbered(line: CollectedLine, numbered: dict[str, Numbers]) -> ParcelLine:
    """Give units their numbers; ``numbered`` remembers those given in this decision."""
    taken = together(line.taken, numbered.get(line.line_id, ()))
    numbers = lowest_free(taken, line.ordered, line.quantity)
    numbered[line.line_id] = together(taken, numbers)
    amount = amount_minor(line.line_total_minor, line.ordered, numbers)
    return ParcelLine(
        line.line_id,
        line.sku,
        line.title,
        line.quantity,
        numbers,
        amount,
        line.ordered,
        line.line_total_minor,
    )
