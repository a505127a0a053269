"""Shipping's handlers and its timer on real Postgres."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from itertools import permutations
from typing import Any

import pytest

from schemas.envelope import Event
from schemas.payments import PaymentMethodRefused
from schemas.shipping import (
    PackRefused,
    PackRequested,
    ParcelReleased,
    ShipmentDispatched,
    ShipmentPacked,
    ShipmentPlanned,
    ShipmentReleased,
)
from tests.harness import Service, only
from tests.shipping.builders import (
    CUT_OFF,
    DAY,
    ORDER,
    a_reason,
    an_order,
    authorized,
    captured,
    confirmed,
    dispatched,
    granted,
    holding,
    line_refused,
    packed,
    refused,
    verified,
)

MakeService = Callable[..., Awaitable[Service]]


@pytest.fixture
async def shipping(service: MakeService) -> Service:
    return await service("shipping")


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


class TestPlanning:
    async def test_an_order_whose_units_are_all_there_makes_one_shipment(
        self, shipping: Service
    ) -> None:
        shipment = await planned(shipping)
        assert shipment.shipment_id == f"{ORDER}/1"
        assert [(line.sku, line.quantity, line.amount_minor) for line in shipment.lines] == [
            ("LAMP", 3, 1000),
            ("SHADE", 1, 501),
        ]
        assert (shipment.amount_minor, shipment.freight_minor) == (1996, 495)
        assert await shipping.rows("SELECT FROM effects") == []

    async def test_the_facts_may_come_in_any_order(self, shipping: Service) -> None:
        for number, order in enumerate(permutations(range(5))):
            facts = everything(an_order(f"lamps:{number}"))
            said: list[Event] = []
            for place in order:
                said += await shipping.hear(facts[place])
            (shipment,) = only(said, ShipmentPlanned)
            assert shipment.amount_minor == 1996
        assert await shipping.rows("SELECT FROM effects") == []

    async def test_every_fact_twice_changes_nothing(self, shipping: Service) -> None:
        facts = everything()
        await shipping.hear(*facts)
        before = await shipping.rows(
            "SELECT * FROM shipments JOIN shipment_lines USING (shipment_id)"
        )
        assert await shipping.hear(*facts) == []
        assert before == await shipping.rows(
            "SELECT * FROM shipments JOIN shipment_lines USING (shipment_id)"
        )

    async def test_what_is_there_is_planned_at_the_cut_off(self, shipping: Service) -> None:
        order = an_order()
        assert await shipping.hear(order, granted("lamp", 2), confirmed(order), verified()) == []
        assert await shipping.fire() == []
        shipping.clock.set(CUT_OFF)
        (shipment,) = only(await shipping.fire(), ShipmentPlanned)
        assert [(line.sku, line.quantity, line.amount_minor) for line in shipment.lines] == [
            ("LAMP", 2, 666)
        ]

    async def test_the_rest_follows_in_a_further_shipment_without_freight(
        self, shipping: Service
    ) -> None:
        order = an_order()
        await shipping.hear(order, granted("lamp", 2), confirmed(order), verified())
        shipping.clock.set(CUT_OFF)
        first = only(await shipping.fire(), ShipmentPlanned)[0]
        second = await planned(shipping, granted("lamp", 1), granted("shade", 1))
        assert second.shipment_id == f"{ORDER}/2"
        assert second.freight_minor == 0
        assert first.amount_minor + second.amount_minor == 1996

    async def test_units_granted_at_the_very_cut_off_wait_for_the_next(
        self, shipping: Service
    ) -> None:
        order = an_order()
        shipping.clock.set(CUT_OFF)
        await shipping.hear(order, granted("lamp", 2), confirmed(order), verified())
        assert await shipping.fire() == []
        shipping.clock.set(CUT_OFF + DAY)
        assert len(only(await shipping.fire(), ShipmentPlanned)) == 1

    async def test_completion_before_the_cut_off_makes_its_timer_pointless(
        self, shipping: Service
    ) -> None:
        order = an_order()
        await shipping.hear(order, granted("lamp", 3), confirmed(order), verified())
        await planned(shipping, granted("shade", 1))
        shipping.clock.set(CUT_OFF)
        assert await shipping.fire() == []
        (closed,) = await shipping.rows("SELECT outcome FROM effects_history")
        assert closed["outcome"] == "superseded"

    async def test_no_two_shipments_of_an_order_are_planned_for_one_cut_off(
        self, shipping: Service
    ) -> None:
        order = an_order(lines={"lamp": (5, 1000)})
        await shipping.hear(order, granted("lamp", 1), confirmed(order), verified())
        for day in range(3):
            shipping.clock.set(CUT_OFF + day * DAY)
            await shipping.fire()
            await shipping.hear(granted("lamp", 1), *([granted("lamp", 1)] if day == 2 else []))
        shipments = await shipping.rows(
            "SELECT * FROM shipments WHERE state = 'planned' ORDER BY n"
        )
        assert [row["cut_off_at"] for row in shipments] == [CUT_OFF + day * DAY for day in range(4)]
        assert sum(row["amount_minor"] for row in shipments) == 1495

    async def test_a_refused_unit_completes_the_order(self, shipping: Service) -> None:
        order = an_order()
        await shipping.hear(order, granted("lamp", 3), confirmed(order), verified())
        shipment = await planned(shipping, line_refused("shade", 1))
        assert shipment.amount_minor == 1495

    async def test_ship_complete_waits_until_nothing_is_unfilled(self, shipping: Service) -> None:
        order = an_order(ship_preference="complete")
        await shipping.hear(order, granted("lamp", 3), confirmed(order), verified())
        shipping.clock.set(CUT_OFF + DAY)
        assert await shipping.fire() == []
        assert (await planned(shipping, granted("shade", 1))).amount_minor == 1996

    async def test_a_cut_off_without_a_method_is_kept_until_it_is_verified(
        self, shipping: Service
    ) -> None:
        order = an_order()
        await shipping.hear(order, granted("lamp", 3), confirmed(order))
        shipping.clock.set(CUT_OFF)
        assert await shipping.fire() == []
        await planned(shipping, verified())
        (row,) = await shipping.rows("SELECT cut_off_at FROM shipments")
        assert row["cut_off_at"] == CUT_OFF

    async def test_two_warehouses_send_two_parcels(self, shipping: Service) -> None:
        order = an_order()
        said = await shipping.hear(
            order,
            granted("lamp", 2),
            granted("lamp", 1, warehouse="EAST"),
            granted("shade", 1, warehouse="EAST"),
            confirmed(order),
            verified(),
        )
        main, east = only(said, ShipmentPlanned)
        assert (main.warehouse, east.warehouse) == ("MAIN", "EAST")
        assert main.amount_minor + east.amount_minor == 1996

    async def test_a_refused_order_plans_nothing_until_it_is_accepted_anew(
        self, shipping: Service
    ) -> None:
        order = an_order()
        grants = [granted("lamp", 3), granted("shade", 1)]
        assert await shipping.hear(order, *grants, refused(), confirmed(order), verified()) == []
        assert len(only(await shipping.hear(an_order()), ShipmentPlanned)) == 1

    async def test_a_thousand_cut_offs_come_at_once(self, shipping: Service) -> None:
        orders = [an_order(f"lamps:{n}") for n in range(1_000)]
        await shipping.hear(*orders, *(granted("lamp", 1, one.order_id) for one in orders))
        await shipping.hear(*map(confirmed, orders), *(verified(one.order_id) for one in orders))
        shipping.clock.set(CUT_OFF)
        assert len(only(await shipping.fire(), ShipmentPlanned)) == 1_000

    async def test_more_than_ordered_is_put_aside(self, shipping: Service) -> None:
        order = an_order()
        said = await shipping.hear(
            order,
            granted("lamp", 3),
            granted("lamp", 1),
            granted("shade", 1),
            confirmed(order),
            verified(),
        )
        (letter,) = await shipping.dead_letters()
        assert letter["code"] == "unprocessable"
        assert only(said, ShipmentPlanned)[0].amount_minor == 1996


class TestPacking:
    async def test_the_dock_is_asked_only_after_the_authorization(self, shipping: Service) -> None:
        shipment = await planned(shipping)
        (asked,) = only(await shipping.hear(authorized(shipment)), PackRequested)
        assert (asked.shipment_id, asked.version) == (shipment.shipment_id, 1)
        assert [(line.sku, line.quantity) for line in asked.lines] == [("LAMP", 3), ("SHADE", 1)]
        assert await shipping.hear(authorized(shipment)) == []

    async def test_exactly_what_was_asked_is_packed(self, shipping: Service) -> None:
        shipment = await planned(shipping)
        await shipping.hear(authorized(shipment))
        scan = packed(shipment)
        (done,) = only(await shipping.hear(scan), ShipmentPacked)
        assert (done.version, done.amount_minor) == (1, 1996)
        assert await shipping.hear(scan) == []

    async def test_a_wrong_pack_is_answered_with_what_to_unpack(self, shipping: Service) -> None:
        other = await planned(shipping, *everything(an_order("lamps:2", {"vase": (1, 100)})))
        shipment = await planned(shipping)
        await shipping.hear(authorized(shipment), authorized(other))
        foreign = packed(shipment, "p2", lines=(*packed(shipment).lines, *packed(other).lines))
        said = await shipping.hear(
            holding(shipment, "p1", lamp=4, shade=1),
            foreign,
            holding(shipment, "p3", lamp=2, shade=1),
            packed(shipment, "p4", version=2),
            holding(shipment, "p5", lamp=3, shade=1, ghost=1),
        )
        answers = only(said, PackRefused)
        assert [
            (one.scan_id, one.reason.code, [(line.sku, line.quantity) for line in one.unpack])
            for one in answers
        ] == [
            ("p1", "too_many", [("LAMP", 1)]),
            ("p2", "foreign_line", [("VASE", 1)]),
            ("p3", "short_pack", []),
            ("p4", "other_version", []),
            ("p5", "foreign_line", [("unknown", 1)]),
        ]
        assert all(len(one.lines) == 2 for one in answers)
        assert only(await shipping.hear(packed(shipment, "p6")), ShipmentPacked)

    async def test_a_parcel_is_packed_once(self, shipping: Service) -> None:
        shipment = await planned(shipping)
        await shipping.hear(authorized(shipment))
        said = await shipping.hear(packed(shipment, "p1"), packed(shipment, "p2"))
        assert len(only(said, ShipmentPacked)) == 1
        assert [one.reason.code for one in only(said, PackRefused)] == ["already_packed"]

    async def test_a_pack_that_nobody_asked_for_is_refused(self, shipping: Service) -> None:
        shipment = await planned(shipping)
        await shipping.hear(packed(shipment), packed(shipment, "p2", shipment_id="lamps:9/1"))
        codes = [letter["code"] for letter in await shipping.dead_letters()]
        assert codes == ["not_asked", "no_such_shipment"]
        assert await state_of(shipping) == "planned"


class TestLeaving:
    async def test_a_parcel_is_released_for_exactly_what_was_captured(
        self, shipping: Service
    ) -> None:
        shipment = await planned(shipping)
        await shipping.hear(authorized(shipment), packed(shipment))
        assert await shipping.hear(captured(shipment, version=2)) == []
        money = captured(shipment)
        said = await shipping.hear(money)
        assert [type(one) for one in said] == [ShipmentReleased, ParcelReleased]
        assert await shipping.hear(money) == []

    async def test_the_last_parcel_completes_the_order(self, shipping: Service) -> None:
        order = an_order()
        await shipping.hear(order, granted("lamp", 3), confirmed(order), verified())
        shipping.clock.set(CUT_OFF)
        (first,) = only(await shipping.fire(), ShipmentPlanned)
        await shipping.hear(authorized(first), packed(first))
        await shipping.hear(captured(first))
        (left,) = only(await shipping.hear(dispatched(first.shipment_id)), ShipmentDispatched)
        assert (left.complete, left.lines) == (False, first.lines)
        second = await released(shipping, granted("shade", 1))
        (gone,) = only(
            await shipping.hear(dispatched(second.shipment_id, "d2")), ShipmentDispatched
        )
        assert (gone.complete, gone.tracking) == (True, "RM1")

    async def test_a_parcel_leaves_once_however_often_it_is_scanned(
        self, shipping: Service
    ) -> None:
        shipment = await released(shipping)
        scan = dispatched(shipment.shipment_id)
        assert len(await shipping.hear(scan, dispatched(shipment.shipment_id, "d2"))) == 1
        assert await shipping.hear(scan, dispatched(shipment.shipment_id, "d3")) == []
        scans = await shipping.rows(
            "SELECT outcome FROM scans WHERE kind = 'dispatched' ORDER BY scan_id"
        )
        assert [row["outcome"] for row in scans] == [
            "dispatched", "dispatched_again", "dispatched_again",
        ]  # fmt: skip

    async def test_leaving_without_release_is_recorded_and_is_an_alarm(
        self, shipping: Service
    ) -> None:
        shipment = await planned(shipping)
        await shipping.hear(authorized(shipment), packed(shipment))
        said = await shipping.hear(dispatched(shipment.shipment_id))
        assert only(said, ShipmentDispatched)[0].complete
        assert await shipping.hear(captured(shipment)) == []
        (row,) = await shipping.rows(
            "SELECT state, dispatched_unreleased, captured_minor FROM shipments"
        )
        assert tuple(row) == ("dispatched", True, 1996)

    async def test_an_unknown_parcel_that_left_is_refused_with_a_reason(
        self, shipping: Service
    ) -> None:
        assert await shipping.hear(dispatched("lamps:9/1")) == []
        (letter,) = await shipping.dead_letters()
        assert letter["code"] == "no_such_shipment"
        assert "there is no shipment lamps:9/1" in letter["reason"]

    async def test_a_refused_method_plans_nothing_until_another_is_verified(
        self, shipping: Service
    ) -> None:
        facts = everything()
        no = PaymentMethodRefused(order_id=ORDER, method_id="m1", reason=a_reason())
        assert await shipping.hear(*facts[:-1], no) == []
        assert len(only(await shipping.hear(verified(ORDER, "m2")), ShipmentPlanned)) == 1
