"""Units that the dock does not find, or finds broken: the parcel goes on without them."""

from __future__ import annotations

import pytest

from schemas.shipping import (
    LineSuspended,
    PackRefused,
    PackRequested,
    ParcelReleased,
    ParcelWithdrawn,
    ShipmentChanged,
    ShipmentDispatched,
    ShipmentPacked,
    ShipmentPlanned,
    ShipmentReleased,
    ShipmentWithdrawn,
    UnitsGivenBack,
)
from tests.harness import Service, only
from tests.shipping.builders import (
    ORDER,
    authorized,
    captured,
    damaged,
    deadline_passed,
    dispatched,
    granted,
    holding,
    packed,
)
from tests.shipping.parcels import at, planned, released, state_of, units_add_up


def version(shipment: ShipmentPlanned, number: int, scan_id: str, **units: int):
    """A pack of a later version."""
    return holding(shipment, scan_id, **units).model_copy(update={"version": number})


class TestShortPacks:
    async def test_exactly_what_was_packed_is_captured(self, shipping: Service) -> None:
        shipment = await at(shipping, "authorized")
        said = await shipping.hear(holding(shipment, "p1", lamp=2, shade=1))
        assert [type(one) for one in said] == [ShipmentChanged, UnitsGivenBack, ShipmentPacked]
        (changed,), (done,) = only(said, ShipmentChanged), only(said, ShipmentPacked)
        assert (changed.version, changed.cause, changed.amount_minor) == (2, "missing", 1662)
        assert (done.version, done.amount_minor) == (2, 1662)
        assert await state_of(shipping) == "packed"
        await units_add_up(shipping)

    async def test_what_was_not_found_is_wanted_still_and_is_no_supply(
        self, shipping: Service
    ) -> None:
        shipment = await at(shipping, "authorized")
        (given,) = only(await shipping.hear(holding(shipment, lamp=3)), UnitsGivenBack)
        assert (given.sku, given.cause, given.quantity) == ("SHADE", "missing", 1)
        assert (given.returned, given.requeue, given.line_state) == (0, 1, "eligible")

    async def test_the_rest_leaves_and_what_is_granted_anew_follows(
        self, shipping: Service
    ) -> None:
        shipment = await at(shipping, "authorized")
        await shipping.hear(holding(shipment, lamp=3))
        said = await shipping.hear(captured(shipment, version=2, amount_minor=1495))
        assert [one.version for one in only(said, ShipmentReleased)] == [2]
        (left,) = only(await shipping.hear(dispatched(shipment.shipment_id)), ShipmentDispatched)
        assert not left.complete
        second = await released(shipping, granted("shade", 1))
        assert (second.amount_minor, second.freight_minor) == (501, 0)
        said = await shipping.hear(dispatched(second.shipment_id, "d2"))
        assert only(said, ShipmentDispatched)[0].complete

    async def test_packed_short_again_after_its_capture_it_leaves_at_once(
        self, shipping: Service
    ) -> None:
        shipment = await released(shipping)
        await shipping.hear(damaged(shipment.shipment_id, lamp=1))
        said = await shipping.hear(version(shipment, 2, "p2", lamp=1, shade=1))
        assert [one.version for one in only(said, ParcelReleased)] == [3]
        assert only(said, ShipmentChanged)[0].amount_minor == 495 + 333 + 501
        await units_add_up(shipping)

    async def test_the_same_short_pack_again_changes_nothing(self, shipping: Service) -> None:
        shipment = await at(shipping, "authorized")
        scan = holding(shipment, lamp=3)
        assert await shipping.hear(scan)
        assert await shipping.hear(scan) == []
        (answer,) = only(await shipping.hear(packed(shipment, "p2")), PackRefused)
        assert (answer.reason.code, answer.version) == ("already_packed", 2)
        assert [line.sku for line in answer.unpack] == ["SHADE"]


class TestDamage:
    @pytest.mark.parametrize("stage", ["authorized", "packed", "released"])
    async def test_broken_units_leave_and_the_rest_is_packed_anew(
        self, shipping: Service, stage: str
    ) -> None:
        shipment = await at(shipping, stage)
        said = await shipping.hear(damaged(shipment.shipment_id, lamp=1))
        assert [type(one) for one in said] == [ShipmentChanged, PackRequested, UnitsGivenBack]
        (changed,), (asked,) = only(said, ShipmentChanged), only(said, PackRequested)
        assert (changed.cause, changed.version, changed.amount_minor) == ("damaged", 2, 1662)
        assert [(line.sku, line.quantity) for line in asked.lines] == [("LAMP", 2), ("SHADE", 1)]
        assert [(line.sku, line.quantity) for line in asked.unpack] == [("LAMP", 1)]
        (given,) = only(said, UnitsGivenBack)
        assert (given.cause, given.returned, given.requeue) == ("damaged", 0, 1)
        assert given.line_state == "eligible"
        assert await state_of(shipping) == "authorized"
        await units_add_up(shipping)

    async def test_a_released_parcel_is_released_anew_without_a_new_capture(
        self, shipping: Service
    ) -> None:
        shipment = await released(shipping)
        await shipping.hear(damaged(shipment.shipment_id, lamp=1))
        said = await shipping.hear(version(shipment, 2, "p2", lamp=2, shade=1))
        assert [type(one) for one in said] == [ShipmentPacked, ShipmentReleased, ParcelReleased]
        (left,) = only(await shipping.hear(dispatched(shipment.shipment_id)), ShipmentDispatched)
        assert [line.quantity for line in left.lines] == [2, 1]
        (row,) = await shipping.rows("SELECT dispatched_unreleased FROM shipments")
        assert not row["dispatched_unreleased"]

    async def test_it_may_not_leave_on_its_former_release(self, shipping: Service) -> None:
        shipment = await released(shipping)
        await shipping.hear(damaged(shipment.shipment_id, lamp=1))
        await shipping.hear(dispatched(shipment.shipment_id))
        (row,) = await shipping.rows("SELECT state, dispatched_unreleased FROM shipments")
        assert tuple(row) == ("dispatched", True)

    async def test_a_parcel_that_is_all_broken_is_withdrawn(self, shipping: Service) -> None:
        shipment = await released(shipping)
        said = await shipping.hear(
            damaged(shipment.shipment_id, lamp=3), damaged(shipment.shipment_id, "b2", shade=1)
        )
        (gone,) = only(said, ShipmentWithdrawn)
        assert (gone.amount_minor, gone.cause) == (495, "damaged")
        (told,) = only(said, ParcelWithdrawn)
        assert (told.reason.code, len(told.unpack)) == ("damaged", 2)
        assert await state_of(shipping) == "withdrawn"
        second = await released(shipping, granted("lamp", 3), granted("shade", 1))
        assert (second.freight_minor, second.amount_minor) == (0, 1501)
        await units_add_up(shipping)

    async def test_the_same_damage_again_changes_nothing(self, shipping: Service) -> None:
        shipment = await at(shipping, "packed")
        scan = damaged(shipment.shipment_id, lamp=1)
        assert await shipping.hear(scan)
        assert await shipping.hear(scan) == []
        await units_add_up(shipping)

    async def test_damage_of_a_suspended_order_waits_suspended(self, shipping: Service) -> None:
        shipment = await at(shipping, "authorized")
        await shipping.hear(deadline_passed(episode=2))
        said = await shipping.hear(damaged(shipment.shipment_id, lamp=1))
        (given,) = only(said, UnitsGivenBack)
        assert (given.line_state, given.episode) == ("suspended", 2)
        assert [(one.sku, one.episode) for one in only(said, LineSuspended)] == [("LAMP", 2)]


class TestBadInput:
    async def test_what_cannot_be_broken_is_refused_with_what_to_do(
        self, shipping: Service
    ) -> None:
        shipment = await at(shipping, "planned")
        name = shipment.shipment_id
        await shipping.hear(damaged(name, "b1", lamp=1))
        await shipping.hear(authorized(shipment))
        await shipping.hear(
            damaged(name, "b2", lamp=4),
            damaged(name, "b3", lamp=1, ghost=1),
            damaged(f"{ORDER}/9", "b4", lamp=1),
            damaged(name, "b5", lamp=1).model_copy(update={"warehouse": "EAST"}),
        )
        await shipping.hear(packed(shipment), captured(shipment))
        await shipping.hear(dispatched(name))
        await shipping.hear(damaged(name, "b6", lamp=1))
        letters = await shipping.dead_letters()
        assert [letter["code"] for letter in letters] == [
            "not_asked", "not_in_parcel", "not_in_parcel", "no_such_shipment", "other_warehouse",
            "already_dispatched",
        ]  # fmt: skip
        assert "which must hold 3 of them: scan again" in letters[1]["reason"]
        assert "has left the dock" in letters[5]["reason"]
        await units_add_up(shipping)

    async def test_damage_of_a_withdrawn_parcel_is_stock_now(self, shipping: Service) -> None:
        shipment = await at(shipping, "packed")
        await shipping.hear(damaged(shipment.shipment_id, lamp=3, shade=1))
        assert await shipping.hear(damaged(shipment.shipment_id, "b2", lamp=1)) == []
        (letter,) = await shipping.dead_letters()
        assert letter["code"] == "withdrawn"
        assert "stock.adjusted" in letter["reason"]
        scans = await shipping.rows("SELECT outcome FROM scans WHERE kind = 'damaged' ORDER BY 1")
        assert [row["outcome"] for row in scans] == ["damaged", "withdrawn"]

    async def test_a_pack_of_a_withdrawn_parcel_is_unpacked(self, shipping: Service) -> None:
        shipment = await at(shipping, "authorized")
        await shipping.hear(damaged(shipment.shipment_id, lamp=3, shade=1))
        (answer,) = only(await shipping.hear(packed(shipment)), PackRefused)
        assert (answer.reason.code, answer.lines) == ("withdrawn", ())
        assert [line.quantity for line in answer.unpack] == [3, 1]


async def test_a_withdrawn_parcel_that_leaves_is_an_alarm(shipping: Service) -> None:
    shipment = await at(shipping, "packed")
    await shipping.hear(damaged(shipment.shipment_id, lamp=3, shade=1))
    (left,) = only(await shipping.hear(dispatched(shipment.shipment_id)), ShipmentDispatched)
    assert left.lines == ()
    (row,) = await shipping.rows("SELECT state, dispatched_unreleased FROM shipments")
    assert tuple(row) == ("dispatched", True)
    assert await planned(shipping, granted("lamp", 3), granted("shade", 1))
