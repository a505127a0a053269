"""Money that did not come in time: units go to the next in line, and come again with a new card."""

from __future__ import annotations

from itertools import permutations

import pytest

from schemas.envelope import Event
from schemas.shipping import (
    LineResumed,
    LineSuspended,
    PackRequested,
    ParcelWithdrawn,
    ShipmentPlanned,
    ShipmentWithdrawn,
    UnitsGivenBack,
)
from tests.harness import Service, only
from tests.shipping.builders import (
    CUT_OFF,
    DAY,
    ORDER,
    an_order,
    authorized,
    captured,
    confirmed,
    deadline_passed,
    granted,
    packed,
    resolved,
    verified,
)
from tests.shipping.parcels import at, everything, planned, released, state_of, units_add_up


def suspended(said: list[Event]) -> list[tuple[str, int]]:
    return [(one.sku, one.episode) for one in only(said, LineSuspended)]


def resumed(said: list[Event]) -> list[tuple[str, int]]:
    return [(one.sku, one.episode) for one in only(said, LineResumed)]


class TestDeadline:
    @pytest.mark.parametrize("stage", ["planned", "authorized", "packed"])
    async def test_an_unpaid_shipment_goes_to_the_next_in_line(
        self, shipping: Service, stage: str
    ) -> None:
        shipment = await at(shipping, stage)
        said = await shipping.hear(deadline_passed(shipment.shipment_id))
        (gone,) = only(said, ShipmentWithdrawn)
        assert (gone.cause, gone.amount_minor, gone.version) == ("payment_deadline", 0, 2)
        assert len(only(said, ParcelWithdrawn)) == (0 if stage == "planned" else 1)
        lamps, _ = only(said, UnitsGivenBack)
        assert (lamps.quantity, lamps.returned, lamps.requeue) == (3, 3, 3)
        assert (lamps.line_state, lamps.episode, lamps.cause) == (
            "suspended", 1, "payment_deadline",
        )  # fmt: skip
        assert suspended(said) == [("LAMP", 1), ("SHADE", 1)]
        assert await state_of(shipping) == "withdrawn"
        await units_add_up(shipping)

    async def test_collected_units_go_back_and_waiting_lines_are_passed_over(
        self, shipping: Service
    ) -> None:
        order = an_order()
        await shipping.hear(order, granted("lamp", 2), confirmed(order))
        said = await shipping.hear(deadline_passed())
        assert [(one.sku, one.requeue) for one in only(said, UnitsGivenBack)] == [("LAMP", 2)]
        assert suspended(said) == [("LAMP", 1), ("SHADE", 1)]
        assert only(said, ShipmentWithdrawn) == []
        shipping.clock.set(CUT_OFF)
        assert await shipping.fire() == []

    async def test_a_shipment_that_is_authorized_and_not_named_goes_on(
        self, shipping: Service
    ) -> None:
        order = an_order()
        await shipping.hear(order, granted("lamp", 3), confirmed(order), verified())
        shipping.clock.set(CUT_OFF)
        (first,) = only(await shipping.fire(), ShipmentPlanned)
        await shipping.hear(authorized(first))
        second = await planned(shipping, granted("shade", 1))
        said = await shipping.hear(deadline_passed(second.shipment_id))
        assert [one.shipment_id for one in only(said, ShipmentWithdrawn)] == [second.shipment_id]
        assert suspended(said) == [("SHADE", 1)]
        said = await shipping.hear(packed(first))
        await shipping.hear(captured(first))
        assert await state_of(shipping) == "released"

    async def test_what_was_paid_all_the_same_is_kept(self, shipping: Service) -> None:
        shipment = await released(shipping)
        assert await shipping.hear(deadline_passed(shipment.shipment_id)) == []
        assert await state_of(shipping) == "released"

    async def test_the_same_deadline_again_changes_nothing(self, shipping: Service) -> None:
        shipment = await at(shipping, "planned")
        passed = deadline_passed(shipment.shipment_id)
        assert await shipping.hear(passed)
        assert await shipping.hear(passed) == []
        await units_add_up(shipping)

    async def test_nothing_of_a_suspended_order_waits_for_a_cut_off(
        self, shipping: Service
    ) -> None:
        order = an_order()
        await shipping.hear(order, granted("lamp", 2), confirmed(order), verified())
        await shipping.hear(deadline_passed())
        for day in range(2):
            shipping.clock.set(CUT_OFF + day * DAY)
            assert await shipping.fire() == []


class TestGrantsWhileSuspended:
    async def test_they_are_given_back_at_once(self, shipping: Service) -> None:
        order = an_order()
        await shipping.hear(order, confirmed(order), deadline_passed())
        said = await shipping.hear(granted("lamp", 2), granted("lamp", 1))
        (given,) = said
        assert isinstance(given, UnitsGivenBack)
        assert (given.quantity, given.returned, given.requeue) == (3, 3, 3)
        assert (given.line_state, given.episode) == ("suspended", 1)
        assert await shipping.hear(granted("lamp", 3)) != []
        await units_add_up(shipping)

    async def test_an_order_that_comes_after_its_deadline_is_suspended_too(
        self, shipping: Service
    ) -> None:
        assert await shipping.hear(deadline_passed()) == []
        assert suspended(await shipping.hear(an_order())) == [("LAMP", 1), ("SHADE", 1)]


class TestResuming:
    @pytest.mark.parametrize("way", ["verified", "resolved"])
    async def test_lines_are_served_again_and_their_units_planned(
        self, shipping: Service, way: str
    ) -> None:
        shipment = await at(shipping, "planned")
        await shipping.hear(deadline_passed(shipment.shipment_id))
        over = resolved(1) if way == "resolved" else verified(method_id="m2", episode=1)
        said = await shipping.hear(over)
        assert resumed(said) == [("LAMP", 1), ("SHADE", 1)]
        assert await shipping.hear(over) == []
        second = await planned(shipping, granted("lamp", 3), granted("shade", 1))
        assert (second.shipment_id, second.amount_minor) == (f"{ORDER}/2", 1996)
        await units_add_up(shipping)

    async def test_a_trouble_that_is_over_suspends_nothing(self, shipping: Service) -> None:
        shipment = await at(shipping, "planned")
        await shipping.hear(verified(method_id="m2", episode=1))
        assert await shipping.hear(deadline_passed(shipment.shipment_id)) == []
        assert await state_of(shipping) == "planned"

    async def test_the_next_trouble_suspends_again(self, shipping: Service) -> None:
        await shipping.hear(an_order(), deadline_passed(episode=1))
        assert resumed(await shipping.hear(verified(method_id="m2", episode=1))) == [
            ("LAMP", 1), ("SHADE", 1),
        ]  # fmt: skip
        said = await shipping.hear(deadline_passed(episode=2))
        assert suspended(said) == [("LAMP", 2), ("SHADE", 2)]
        assert await shipping.hear(resolved(1)) == []
        assert resumed(await shipping.hear(resolved(2))) == [("LAMP", 2), ("SHADE", 2)]

    async def test_facts_of_two_troubles_end_the_same_in_any_order(self, shipping: Service) -> None:
        for number, order in enumerate(permutations(range(4))):
            name = f"lamps:{number}"
            facts = [
                deadline_passed(episode=1).model_copy(update={"order_id": name}),
                verified(name, "m2", 1),
                deadline_passed(episode=2).model_copy(update={"order_id": name}),
                an_order(name),
            ]
            said = [one for place in order for one in await shipping.hear(facts[place])]
            told = {"LAMP": 0, "SHADE": 0}
            over = {"LAMP": 0, "SHADE": 0}
            for one in only(said, LineSuspended):
                told[one.sku] = max(told[one.sku], one.episode)
            for one in only(said, LineResumed):
                over[one.sku] = max(over[one.sku], one.episode)
            assert told == {"LAMP": 2, "SHADE": 2}
            assert set(over.values()) <= {0, 1}

    async def test_an_authorization_renewed_is_no_new_pack(self, shipping: Service) -> None:
        shipment = await at(shipping, "packed")
        later = authorized(shipment).model_copy(
            update={"valid_until": authorized(shipment).valid_until + DAY}
        )
        assert only(await shipping.hear(later), PackRequested) == []
        (row,) = await shipping.rows("SELECT state, authorized_until FROM shipments")
        assert tuple(row) == ("packed", later.valid_until)

    async def test_freight_of_a_withdrawn_shipment_is_charged_with_the_next(
        self, shipping: Service
    ) -> None:
        (shipment,) = only(await shipping.hear(*everything()), ShipmentPlanned)
        await shipping.hear(deadline_passed(shipment.shipment_id))
        await shipping.hear(verified(method_id="m2", episode=1))
        second = await planned(shipping, granted("lamp", 3), granted("shade", 1))
        assert second.freight_minor == 495
