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


async def at(shipping: Service, stage: str) -> ShipmentPlanned:
    """The one shipment of an order whose units are all there, as far as it is said to be."""
    shipment = await planned(shipping)
    steps: list[Event] = [authorized(shipment), packed(shipment), captured(shipment)]
    for step in steps[: STAGES.index(stage)]:
        await shipping.hear(step)
    return shipment


STAGES = ("planned", "authorized", "packed", "released")


async def units_add_up(shipping: Service) -> None:
    """What is counted in lines is what lies in shipments, and what was given back."""
    wrong = await shipping.rows(
        """SELECT l.* FROM lines l
           CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS held FROM shipment_lines s
                               WHERE s.line_id = l.line_id) AS s
           CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS back,
                                      coalesce(sum(quantity - requeue), 0) AS closed
                               FROM give_backs g WHERE g.line_id = l.line_id) AS g
           WHERE l.allocated <> held OR l.given_back <> back OR l.withdrawn <> closed"""
    )
    assert wrong == []
    wrong = await shipping.rows(
        """SELECT s.shipment_id FROM shipments s
           LEFT JOIN shipment_lines l USING (shipment_id) WHERE s.planned_at IS NOT NULL
           GROUP BY s.shipment_id
           HAVING s.amount_minor <> s.freight_minor + coalesce(sum(l.amount_minor), 0)
               OR (s.state = 'withdrawn') <> (count(l.line_id) = 0)"""
    )
    assert wrong == []


async def state_of(shipping: Service, n: int = 1) -> str:
    rows = await shipping.rows(
        "SELECT state FROM shipments WHERE order_id = $1 AND n = $2", ORDER, n
    )
    return rows[0]["state"]
