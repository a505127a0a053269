"""Parcels: what they hold, what leaves them, and that they have left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from schemas.shipping import (
    ShipmentChanged,
    ShipmentDispatched,
    ShipmentLine,
    ShipmentPlanned,
    ShipmentWithdrawn,
)
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.notifications import store
from services.notifications.domain.orders import Policy
from services.notifications.domain.parcels import Content, Parcel, ParcelLine, left
from services.notifications.handlers.due import tell_of_parcels
from services.notifications.handlers.lines import gather_news

TOLD_BY_THEMSELVES = ("cancelled", "freight")
"""Causes of a change that no line waits again for."""


class OfShipment(Protocol):
    """An event about one parcel of one order."""

    @property
    def order_id(self) -> str:
        """The order."""
        ...

    @property
    def shipment_id(self) -> str:
        """The parcel."""
        ...


@hears(ShipmentPlanned)
async def take_plans(planned: Sequence[ShipmentPlanned], tx: Transaction[Policy]) -> None:
    """Keep what is in a parcel, and tell it if its authorization was here first."""
    orders = await store.lock_orders(tx, {event.order_id for event in planned})
    parcels = await parcels_of(tx, planned)
    for event in planned:
        parcels[event.shipment_id] = parcels[event.shipment_id].holding(content_of(event))
    await tell_of_parcels(tx, orders, parcels)


@hears(ShipmentChanged)
async def take_changes(changed: Sequence[ShipmentChanged], tx: Transaction[Policy]) -> None:
    """Keep what a parcel holds now; units that left it and wait again are news."""
    await _take_changes(tx, [(event, content_of(event)) for event in changed])


@hears(ShipmentWithdrawn)
async def take_withdrawn(withdrawn: Sequence[ShipmentWithdrawn], tx: Transaction[Policy]) -> None:
    """Keep that a parcel will not leave; its units that wait again are news."""
    await _take_changes(tx, [(event, nothing_of(event)) for event in withdrawn])


@hears(ShipmentDispatched)
async def tell_dispatches(
    dispatched: Sequence[ShipmentDispatched], tx: Transaction[Policy]
) -> None:
    """Tell that a parcel has left, and what is still to come and when."""
    orders = await store.lock_orders(tx, {event.order_id for event in dispatched})
    parcels = await parcels_of(tx, dispatched)
    for event in dispatched:
        parcels[event.shipment_id] = replace(
            parcels[event.shipment_id],
            lines=contents(event.lines),
            dispatched_at=event.dispatched_at,
            carrier=event.carrier,
            tracking=event.tracking,
            complete=event.complete,
        )
    await tell_of_parcels(tx, orders, parcels)


async def _take_changes(
    tx: Transaction[Policy],
    changes: Sequence[tuple[ShipmentChanged | ShipmentWithdrawn, Content]],
) -> None:
    events = [event for event, _ in changes]
    orders = await store.lock_orders(tx, {event.order_id for event in events})
    parcels = await parcels_of(tx, events)
    leaving: list[tuple[str, int, str]] = []
    for event, content in changes:
        before = parcels[event.shipment_id]
        after = parcels[event.shipment_id] = before.holding(content)
        if event.cause not in TOLD_BY_THEMSELVES:
            units = left(before, after).items()
            leaving += [(line_id, quantity, event.cause) for line_id, quantity in units]
    orders = await tell_of_parcels(tx, orders, parcels)
    lines = await store.lines(tx, {line_id for line_id, _, _ in leaving}) if leaving else {}
    for line_id, quantity, cause in leaving:
        if line_id in lines:
            lines[line_id] = lines[line_id].leaving(quantity, cause)
    await store.record_lines(tx, list(lines.values()))
    await gather_news(tx, orders, lines.values())


async def parcels_of(tx: Transaction[Policy], events: Iterable[OfShipment]) -> dict[str, Parcel]:
    """The parcels that events are about; one never heard of begins empty."""
    ids = {event.shipment_id: event.order_id for event in events}
    known: Mapping[str, Parcel] = await store.parcels(tx, ids) if ids else {}
    return {key: known.get(key) or Parcel(key, order_id) for key, order_id in ids.items()}


def content_of(event: ShipmentPlanned | ShipmentChanged) -> Content:
    """All that a parcel holds and costs, in the domain's words."""
    return Content(
        event.version, contents(event.lines), event.currency, event.amount_minor,
        event.freight_minor,
    )  # fmt: skip


def nothing_of(event: ShipmentWithdrawn) -> Content:
    """A withdrawn parcel: it holds nothing, and what of it stays paid is freight."""
    amount_minor = event.amount_minor
    return Content(event.version, (), event.currency, amount_minor, amount_minor, withdrawn=True)


def contents(lines: Iterable[ShipmentLine]) -> tuple[ParcelLine, ...]:
    """What is in a parcel, in the domain's words."""
    return tuple(
        ParcelLine(line.line_id, line.title, line.quantity, line.amount_minor) for line in lines
    )
