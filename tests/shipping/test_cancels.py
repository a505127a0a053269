"""Cancels that allocation passes on: what leaves, what is refused, what becomes of money."""

from __future__ import annotations

import pytest

from schemas.allocation import LineCancelAnswered
from schemas.envelope import Event
from schemas.shipping import (
    LineCancelForwarded,
    LineWithdrawalAnswered,
    PackRequested,
    ParcelReleased,
    ParcelWithdrawn,
    ShipmentChanged,
    ShipmentPlanned,
    ShipmentWithdrawn,
    UnitsGivenBack,
)
from tests.harness import Service, only
from tests.shipping.builders import (
    CUT_OFF,
    ORDER,
    an_order,
    authorized,
    cancelled,
    captured,
    confirmed,
    damaged,
    dispatched,
    granted,
    holding,
    packed,
    refused,
    verified,
)
from tests.shipping.parcels import at, everything, planned, released, state_of, units_add_up


def answers(said: list[Event]) -> list[tuple[int, int, int]]:
    """Withdrawn, refused, forwarded."""
    found = only(said, LineWithdrawalAnswered)
    return [(one.withdrawn, one.refused, one.forwarded) for one in found]


def whole_order() -> list[LineCancelAnswered]:
    return [cancelled("lamp", 3), cancelled("shade", 1)]


class TestBeforeThePlan:
    async def test_collected_units_leave_and_nobody_else_is_told(self, shipping: Service) -> None:
        order = an_order()
        await shipping.hear(order, granted("lamp", 3), confirmed(order), verified())
        said = await shipping.hear(cancelled("lamp", 2, granted_total=3))
        (given,) = only(said, UnitsGivenBack)
        assert (given.cause, given.quantity, given.returned, given.requeue) == (
            "cancelled",
            2,
            2,
            0,
        )
        assert (given.line_state, given.stands, given.shipment_id) == (
            "closed", "lane", f"{ORDER}/1",
        )  # fmt: skip
        assert answers(said) == [(2, 0, 0)]
        assert len(said) == 2
        await units_add_up(shipping)

    async def test_an_emptied_shipment_waits_for_no_cut_off(self, shipping: Service) -> None:
        order = an_order()
        await shipping.hear(order, granted("lamp", 3), confirmed(order), verified())
        await shipping.hear(cancelled("lamp", 3))
        assert await state_of(shipping) == "withdrawn"
        shipping.clock.set(CUT_OFF)
        assert await shipping.fire() == []
        shipment = await planned(shipping, granted("shade", 1))
        assert (shipment.shipment_id, shipment.amount_minor) == (f"{ORDER}/2", 501 + 495)

    async def test_a_cancel_of_what_waits_completes_the_order(self, shipping: Service) -> None:
        order = an_order(ship_preference="complete")
        await shipping.hear(order, granted("lamp", 3), confirmed(order), verified())
        shipment = await planned(shipping, cancelled("shade", cancelled=1))
        assert shipment.amount_minor == 1495

    async def test_a_cancel_of_what_is_here_completes_the_order_too(
        self, shipping: Service
    ) -> None:
        order = an_order(lines={"lamp": (3, 1000)}, ship_preference="complete")
        await shipping.hear(order, granted("lamp", 2), confirmed(order), verified())
        answer = cancelled("lamp", 1, granted_total=2, cancelled=1)
        said = await shipping.hear(answer)
        (shipment,) = only(said, ShipmentPlanned)
        assert [(line.quantity, line.amount_minor) for line in shipment.lines] == [(1, 333)]

    async def test_a_cancel_heard_before_the_order_counts(self, shipping: Service) -> None:
        order = an_order()
        await shipping.hear(granted("lamp", 2), cancelled("lamp", 1, granted_total=2, cancelled=1))
        await shipping.hear(cancelled("shade", cancelled=1), verified())
        (shipment,) = only(await shipping.hear(order, confirmed(order)), ShipmentPlanned)
        assert [line.quantity for line in shipment.lines] == [1]

    async def test_units_of_a_refused_order_come_back(self, shipping: Service) -> None:
        await shipping.hear(an_order(), granted("lamp", 3), granted("shade", 1), refused())
        said = await shipping.hear(*(one.model_copy(update={"cancel_id": "refused"})
                                     for one in whole_order()))  # fmt: skip
        assert answers(said) == [(3, 0, 0), (1, 0, 0)]
        assert await shipping.rows("SELECT FROM shipment_lines") == []


class TestAfterThePlan:
    @pytest.mark.parametrize("stage", ["planned", "authorized", "packed"])
    async def test_a_part_leaves_and_everybody_hears_the_whole(
        self, shipping: Service, stage: str
    ) -> None:
        shipment = await at(shipping, stage)
        said = await shipping.hear(cancelled("lamp", 1, granted_total=3))
        (changed,) = only(said, ShipmentChanged)
        assert (changed.version, changed.cause, changed.amount_minor) == (
            2,
            "cancelled",
            1996 - 334,
        )
        assert [(line.sku, line.quantity) for line in changed.lines] == [("LAMP", 2), ("SHADE", 1)]
        asked = only(said, PackRequested)
        assert [(one.version, one.unpack[0].quantity) for one in asked] == (
            [] if stage == "planned" else [(2, 1)]
        )
        assert answers(said) == [(1, 0, 0)]
        assert await state_of(shipping) == ("planned" if stage == "planned" else "authorized")
        if stage == "planned":
            (asked_first,) = only(await shipping.hear(authorized(shipment)), PackRequested)
            assert (asked_first.version, asked_first.unpack) == (2, ())
        await units_add_up(shipping)

    @pytest.mark.parametrize("stage", ["planned", "authorized", "packed"])
    async def test_all_of_it_withdraws_the_parcel(self, shipping: Service, stage: str) -> None:
        shipment = await at(shipping, stage)
        said = await shipping.hear(*whole_order())
        (gone,) = only(said, ShipmentWithdrawn)
        assert (gone.version, gone.amount_minor, gone.lines) == (2, 0, shipment.lines)
        unpacked = only(said, ParcelWithdrawn)
        assert len(unpacked) == (0 if stage == "planned" else 1)
        assert all(len(one.unpack) == 2 and one.version == 2 for one in unpacked)
        assert await shipping.hear(authorized(shipment)) == []
        assert await state_of(shipping) == "withdrawn"
        await units_add_up(shipping)

    async def test_a_changed_parcel_is_packed_again_and_leaves(self, shipping: Service) -> None:
        shipment = await at(shipping, "packed")
        (changed,) = only(
            await shipping.hear(cancelled("lamp", 1, granted_total=3)), ShipmentChanged
        )
        again = holding(shipment, "p2", lamp=2, shade=1).model_copy(update={"version": 2})
        await shipping.hear(again)
        said = await shipping.hear(captured(shipment, version=2, amount_minor=changed.amount_minor))
        assert [one.version for one in only(said, ParcelReleased)] == [2]

    @pytest.mark.parametrize("left", [False, True])
    async def test_what_was_released_is_refused(self, shipping: Service, left: bool) -> None:
        shipment = await released(shipping)
        if left:
            await shipping.hear(dispatched(shipment.shipment_id))
        said = await shipping.hear(cancelled("lamp", 2, granted_total=3))
        (answer,) = only(said, LineWithdrawalAnswered)
        assert (answer.withdrawn, answer.refused) == (0, 2)
        assert answer.reason
        assert answer.reason.code == ("parcel_dispatched" if left else "parcel_released")
        assert len(said) == 1

    async def test_the_same_answer_again_changes_nothing(self, shipping: Service) -> None:
        await at(shipping, "packed")
        answer = cancelled("lamp", 1, granted_total=3)
        assert await shipping.hear(answer)
        assert await shipping.hear(answer) == []
        await units_add_up(shipping)

    async def test_a_cancel_follows_units_given_back_before_it(self, shipping: Service) -> None:
        shipment = await at(shipping, "authorized")
        await shipping.hear(damaged(shipment.shipment_id, lamp=2))
        said = await shipping.hear(cancelled("lamp", 3))
        assert answers(said) == [(1, 0, 2)]
        (forwarded,) = only(said, LineCancelForwarded)
        assert (forwarded.quantity, forwarded.cancel_id, forwarded.sku) == (2, "c1", "LAMP")
        kinds = [type(one) for one in said]
        assert kinds.index(UnitsGivenBack) < kinds.index(LineCancelForwarded)
        again = cancelled("lamp", 0, cancelled=2, granted_total=3, requeued_total=2)
        assert await shipping.hear(again) == []
        rows = await shipping.rows("SELECT * FROM lines WHERE sku = 'LAMP'")
        assert [(row["allocated"], row["cancelled"], row["withdrawn"]) for row in rows] == [
            (0, 2, 1)
        ]

    async def test_a_forwarded_cancel_that_comes_back_takes_the_new_grant(
        self, shipping: Service
    ) -> None:
        shipment = await at(shipping, "authorized")
        await shipping.hear(damaged(shipment.shipment_id, lamp=2))
        await shipping.hear(cancelled("lamp", 3))
        await shipping.hear(granted("lamp", 2))
        said = await shipping.hear(cancelled("lamp", 2, granted_total=5, requeued_total=2))
        assert answers(said) == [(2, 0, 0)]
        await units_add_up(shipping)


class TestFreight:
    async def test_uncaptured_freight_moves_to_the_shipment_planned_next(
        self, shipping: Service
    ) -> None:
        order = an_order()
        await shipping.hear(order, granted("lamp", 3), confirmed(order), verified())
        shipping.clock.set(CUT_OFF)
        (first,) = only(await shipping.fire(), ShipmentPlanned)
        assert first.freight_minor == 495
        (gone,) = only(await shipping.hear(cancelled("lamp", 3)), ShipmentWithdrawn)
        assert gone.amount_minor == 0
        second = await planned(shipping, granted("shade", 1))
        assert (second.freight_minor, second.amount_minor) == (495, 996)

    async def test_captured_freight_stays_paid_while_something_is_to_come(
        self, shipping: Service
    ) -> None:
        first = await captured_and_changed(shipping)
        said = await shipping.hear(cancelled("lamp", 2, granted_total=3, cancel_id="c2"))
        (gone,) = only(said, ShipmentWithdrawn)
        assert (gone.shipment_id, gone.amount_minor, gone.version) == (first.shipment_id, 495, 3)
        said = await shipping.hear(cancelled("shade", cancelled=1))
        (over,) = only(said, ShipmentWithdrawn)
        assert (over.amount_minor, over.version, over.cause, over.lines) == (0, 4, "freight", ())
        await units_add_up(shipping)

    async def test_captured_freight_is_not_charged_again(self, shipping: Service) -> None:
        await captured_and_changed(shipping)
        await shipping.hear(cancelled("lamp", 2, granted_total=3, cancel_id="c2"))
        second = await planned(shipping, granted("shade", 1))
        assert (second.freight_minor, second.amount_minor) == (0, 501)
        gone, over = only(await shipping.hear(cancelled("shade", 1)), ShipmentWithdrawn)
        assert (gone.shipment_id, gone.amount_minor) == (second.shipment_id, 0)
        assert (over.cause, over.amount_minor, over.version) == ("freight", 0, 4)

    async def test_all_money_goes_back_when_the_last_unit_is_cancelled(
        self, shipping: Service
    ) -> None:
        shipment = await at(shipping, "packed")
        await shipping.hear(cancelled("lamp", 1, granted_total=3))
        await shipping.hear(captured(shipment))
        last = [cancelled("lamp", 2, granted_total=3, cancel_id="c2"), cancelled("shade", 1)]
        (gone,) = only(await shipping.hear(*last), ShipmentWithdrawn)
        assert (gone.amount_minor, gone.version) == (0, 3)


async def captured_and_changed(shipping: Service) -> ShipmentPlanned:
    """A shipment of three lamps, changed to two while its capture was on its way; a shade waits."""
    order = an_order()
    await shipping.hear(order, granted("lamp", 3), confirmed(order), verified())
    shipping.clock.set(CUT_OFF)
    (first,) = only(await shipping.fire(), ShipmentPlanned)
    await shipping.hear(authorized(first), packed(first))
    await shipping.hear(cancelled("lamp", 1, granted_total=3))
    assert await shipping.hear(captured(first)) == []
    return first


async def test_a_thousand_cancels_come_at_once(shipping: Service) -> None:
    orders = [an_order(f"lamps:{n}") for n in range(500)]
    await shipping.hear(*(fact for order in orders for fact in everything(order)))
    cancels = [
        cancelled(line, quantity, order_id=order.order_id)
        for order in orders
        for line, quantity in (("lamp", 3), ("shade", 1))
    ]
    said = await shipping.hear(*cancels)
    assert len(only(said, ShipmentWithdrawn)) == 500
    assert len(only(said, LineWithdrawalAnswered)) == 1_000
    await units_add_up(shipping)
