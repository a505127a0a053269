"""How far a parcel has come: what the tests of shipping begin with."""

from __future__ import annotations

from typing import Any

from schemas.envelope import Event
from schemas.shipping import (
    ParcelReleased,
    ShipmentPlanned,
)
from tests.harness import Service, only
from tests.shipping.builders import (
    ORDER,
    an_order,
    authorized,
    captured,
    confirmed,
    granted,
    packed,
    verified,
)


def everything(order: Any = None) -> list[Event]:
    """All facts of an order whose units are all there."""
    order = order or an_order()
    grants = [granted(line.sku.lower(), line.quantity, order.order_id) for line in order.lines]
    return [order, *grants, confirmed(order), verified(order.order_id)]


async def planned(shipping: Service, *events: Event) -> ShipmentPlanned:
    """The one shipment that these facts plan."""
    (shipment,) = only(await shipping.hear(*(events or everything())), ShipmentPlanned)
    return shipment


async def released(shipping: Service, *events: Event) -> ShipmentPlanned:
    """A shipment that may leave."""
    shipment = await planned(shipping, *events)
    said = await shipping.hear(authorized(shipment))
    said += await shipping.hear(packed(shipment, f"pack of {shipment.shipment_id}"))
    said += await shipping.hear(captured(shipment))
    assert only(said, ParcelReleased)
    return shipment


async def state_of(shipping: Service, n: int = 1) -> str:
    rows = await shipping.rows(
        "SELECT state FROM shipments WHERE order_id = $1 AND n = $2", ORDER, n
    )
    return rows[0]["state"]
