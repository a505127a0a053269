"""What is packed, released and dispatched: shipping's handlers on real Postgres."""

from __future__ import annotations

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
    ORDER,
    a_reason,
    an_order,
    authorized,
    captured,
    confirmed,
    dispatched,
    granted,
    holding,
    packed,
    verified,
)
from tests.shipping.parcels import everything, planned, released, state_of


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
    async def test_a_parcel_is_not_released_for_less_than_what_is_in_it(
        self, shipping: Service
    ) -> None:
        shipment = await planned(shipping)
        await shipping.hear(authorized(shipment), packed(shipment))
        assert await shipping.hear(captured(shipment, amount_minor=1995)) == []
        assert await state_of(shipping) == "packed"

    async def test_a_packed_parcel_is_released_once_it_is_paid(self, shipping: Service) -> None:
        shipment = await planned(shipping)
        await shipping.hear(authorized(shipment), packed(shipment))
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
