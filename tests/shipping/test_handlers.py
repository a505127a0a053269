"""What is planned when: shipping's handlers and its timer on real Postgres."""

from __future__ import annotations

from itertools import permutations

from schemas.envelope import Event
from schemas.shipping import (
    ShipmentPlanned,
)
from tests.harness import Service, only
from tests.shipping.builders import (
    CUT_OFF,
    DAY,
    ORDER,
    an_order,
    confirmed,
    granted,
    line_refused,
    refused,
    verified,
)
from tests.shipping.parcels import everything, planned


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
