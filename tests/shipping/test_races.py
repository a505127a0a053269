"""Facts that race over topics: every pair in both orders, each fact twice, and what it ends as."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from schemas.envelope import Event
from schemas.shipping import (
    LineWithdrawalAnswered,
    PackRequested,
    ParcelReleased,
    ParcelWithdrawn,
    ShipmentPacked,
    ShipmentPlanned,
)
from schemas.warehouses import PackedLine
from tests.harness import Service, only
from tests.shipping.builders import (
    ORDER,
    an_order,
    authorized,
    cancelled,
    captured,
    confirmed,
    damaged,
    deadline_passed,
    dispatched,
    granted,
    holding,
    packed,
    resolved,
    verified,
)
from tests.shipping.parcels import at, units_add_up

Fact = Callable[[ShipmentPlanned], Event]


@dataclass(frozen=True)
class Race:
    """Two facts that race when a parcel has come so far, and what leaves the dock in the end.

    ``sent`` is units of lamps and shades, when the first fact comes first and when it comes last.
    """

    stage: str
    one: Fact
    other: Fact
    sent: tuple[tuple[int, int], tuple[int, int]]


def cancel(lamps: int, shades: int = 0, **given: Any) -> Fact:
    """A cancel of lamps, or of a shade."""
    if shades:
        return lambda _: cancelled("shade", shades, **given)
    return lambda _: cancelled("lamp", lamps, **{"granted_total": 3} | given)


def broken(lamps: int) -> Fact:
    return lambda shipment: damaged(shipment.shipment_id, lamp=lamps)


def short(lamps: int) -> Fact:
    return lambda shipment: holding(shipment, "short", lamp=lamps, shade=1)


def deadline(shipment: ShipmentPlanned) -> Event:
    return deadline_passed(shipment.shipment_id)


def a_new_card(_: ShipmentPlanned) -> Event:
    return verified(method_id="m2", episode=1)


ALL, TWO, ONE, NONE = (3, 1), (2, 1), (1, 1), (0, 0)

RACES = {
    "cancel x authorized": Race("planned", cancel(1), authorized, (TWO, TWO)),
    "whole cancel x authorized": Race("planned", cancel(3), authorized, ((0, 1), (0, 1))),
    "cancel x pack": Race("authorized", cancel(1), packed, (TWO, TWO)),
    "cancel x short pack": Race("authorized", cancel(1), short(2), (TWO, ONE)),
    "cancel x capture": Race("packed", cancel(1), captured, (TWO, ALL)),
    "cancel x cancel": Race("packed", cancel(1), cancel(2, cancel_id="c2"), ((0, 1), (0, 1))),
    "cancel x cancel of the other line": Race(
        "packed", cancel(3), cancel(0, shades=1), (NONE, NONE)
    ),
    "cancel x damage, authorized": Race("authorized", cancel(1), broken(1), (ONE, ONE)),
    "cancel x damage, packed": Race("packed", cancel(1), broken(1), (ONE, ONE)),
    "cancel x damage, released": Race("released", cancel(1), broken(1), (TWO, ONE)),
    "damage x pack": Race("authorized", broken(1), packed, (TWO, TWO)),
    "damage x capture": Race("packed", broken(1), captured, (TWO, TWO)),
    "damage x damage": Race(
        "packed", broken(1), lambda it: damaged(it.shipment_id, "b2", lamp=1), (ONE, ONE)
    ),
    "deadline x new card": Race("authorized", deadline, a_new_card, (NONE, ALL)),
    "deadline x same card": Race("authorized", deadline, lambda _: resolved(1), (NONE, ALL)),
    "deadline x authorized": Race("planned", deadline, authorized, (NONE, NONE)),
    "deadline x pack": Race("authorized", deadline, packed, (NONE, NONE)),
    "deadline x capture": Race("packed", deadline, captured, (NONE, ALL)),
    "deadline x cancel": Race("authorized", deadline, cancel(1), (NONE, NONE)),
    "deadline x damage": Race("authorized", deadline, broken(1), (NONE, NONE)),
}
"""Where the ends differ, the first fact to come was final: a parcel released, a trouble over."""


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("name", RACES)
async def test_two_facts_race(shipping: Service, name: str, first: int) -> None:
    race = RACES[name]
    shipment = await at(shipping, race.stage)
    facts = [race.one(shipment), race.other(shipment)]
    world = World(shipping, shipment, captured=race.stage == "released")
    for fact in facts if first == 0 else reversed(facts):
        await world.hear(fact)
        assert await shipping.hear(fact) == []
        await units_add_up(shipping)
    await world.finish()
    assert await sent(shipping) == race.sent[first]


@pytest.mark.parametrize("name", RACES)
async def test_two_facts_come_in_one_batch(shipping: Service, name: str) -> None:
    race = RACES[name]
    shipment = await at(shipping, race.stage)
    world = World(shipping, shipment, captured=race.stage == "released")
    await world.hear(race.one(shipment), race.other(shipment))
    await units_add_up(shipping)
    await world.finish()
    assert await sent(shipping) in race.sent


class World:
    """Payments and dock around one parcel: they do what they are told, until all is quiet."""

    def __init__(self, shipping: Service, shipment: ShipmentPlanned, *, captured: bool) -> None:
        self.shipping = shipping
        self.shipment = shipment
        self.captured = captured
        self.said: list[Event] = []

    async def hear(self, *facts: Event) -> None:
        """Let shipping hear facts."""
        self.captured |= any(fact.TYPE == "payment.captured" for fact in facts)
        self.said += await self.shipping.hear(*facts)

    async def finish(self) -> None:
        """Authorize, pack, capture and send what is left of the parcel; nothing leaves unreleased."""
        if only(self.said, ParcelWithdrawn) or not await self.rows("state <> 'withdrawn'"):
            return
        await self.hear(authorized(self.shipment))
        if await self.rows("state = 'authorized'"):
            await self.hear(await self.last_pack())
        if not self.captured and (done := only(self.said, ShipmentPacked)):
            amount = done[-1].amount_minor
            await self.hear(captured(self.shipment, version=done[-1].version, amount_minor=amount))
        elif not self.captured:
            await self.hear(captured(self.shipment))
        assert only(self.said, ParcelReleased) or await self.rows("state = 'released'")
        await self.hear(dispatched(self.shipment.shipment_id))
        assert not await self.rows("dispatched_unreleased")

    async def last_pack(self) -> Event:
        """The scan of what was asked for last; the first request was heard before the race."""
        if not (asked := only(self.said, PackRequested)):
            return packed(self.shipment, "last")
        lines = tuple(
            PackedLine(line_id=line.line_id, quantity=line.quantity) for line in asked[-1].lines
        )
        return packed(self.shipment, "last", version=asked[-1].version, lines=lines)

    async def rows(self, condition: str) -> bool:
        """Whether the parcel fulfills a condition."""
        found = await self.shipping.rows(f"SELECT FROM shipments WHERE n = 1 AND {condition}")
        return bool(found)


async def sent(shipping: Service) -> tuple[int, int]:
    """Units of lamps and of shades in the parcel that left."""
    rows = await shipping.rows(
        """SELECT l.sku, sum(s.quantity)::int AS units
           FROM shipment_lines s JOIN lines l USING (line_id) JOIN shipments p USING (shipment_id)
           WHERE p.state = 'dispatched' GROUP BY l.sku"""
    )
    units = {row["sku"]: row["units"] for row in rows}
    return units.get("LAMP", 0), units.get("SHADE", 0)


class TestGrantsAndSuspension:
    @pytest.mark.parametrize("first", ["grant", "deadline"])
    async def test_a_grant_that_meets_a_deadline_goes_back(
        self, shipping: Service, first: str
    ) -> None:
        order = an_order()
        await shipping.hear(order, confirmed(order), verified())
        facts = [granted("lamp", 2), deadline_passed()]
        for fact in facts if first == "grant" else reversed(facts):
            await shipping.hear(fact)
        await units_add_up(shipping)
        rows = await shipping.rows(
            "SELECT allocated, given_back, suspended_episode FROM lines WHERE sku = 'LAMP'"
        )
        assert [tuple(row) for row in rows] == [(0, 2, 1)]

    @pytest.mark.parametrize("first", ["grant", "verified"])
    async def test_a_grant_that_meets_a_resumption_goes_back_or_is_kept(
        self, shipping: Service, first: str
    ) -> None:
        order = an_order()
        await shipping.hear(order, confirmed(order), deadline_passed())
        facts = [granted("lamp", 2), verified(method_id="m2", episode=1)]
        for fact in facts if first == "grant" else reversed(facts):
            await shipping.hear(fact)
        rows = await shipping.rows("SELECT allocated, given_back FROM lines WHERE sku = 'LAMP'")
        assert [tuple(row) for row in rows] == [(0, 2) if first == "grant" else (2, 0)]
        await units_add_up(shipping)


def interleaved(*topics: Sequence[Event]) -> Iterator[list[Event]]:
    """All orders that keep each topic's own."""
    if not any(topics):
        yield []
    for place, topic in enumerate(topics):
        if topic:
            rest = (*topics[:place], topic[1:], *topics[place + 1 :])
            yield from ([topic[0], *others] for others in interleaved(*rest))


def facts_of(name: str) -> tuple[list[Event], list[Event], list[Event]]:
    """An order, its answers and its card, each on its topic."""
    order = an_order(name)
    return (
        [order, confirmed(order)],
        [
            granted("lamp", 2, name),
            cancelled("lamp", 1, order_id=name, granted_total=2, cancelled=1),
            granted("shade", 1, name),
        ],
        [verified(name)],
    )


async def test_orders_grants_cancels_and_cards_end_the_same_in_any_order(
    shipping: Service,
) -> None:
    histories = 60
    for number in range(histories):
        name = f"lamps:{number}"
        found = list(interleaved(*facts_of(name)))
        assert len(found) == histories
        history = found[number]
        said = [one for fact in history for one in await shipping.hear(fact)]
        answers = only(said, LineWithdrawalAnswered)
        assert [(one.withdrawn, one.refused, one.forwarded) for one in answers] == [(1, 0, 0)]
        rows = await shipping.rows(
            """SELECT l.sku, sum(s.quantity)::int AS units, sum(s.amount_minor)::int AS amount
               FROM lines l JOIN shipment_lines s USING (line_id)
               WHERE l.order_id = $1 GROUP BY l.sku ORDER BY l.sku""",
            name,
        )
        assert [tuple(row) for row in rows] == [("LAMP", 1, 333), ("SHADE", 1, 501)]
    await units_add_up(shipping)


async def test_every_fact_of_a_life_twice_changes_nothing(shipping: Service) -> None:
    shipment = await at(shipping, "released")
    facts = [
        damaged(shipment.shipment_id, lamp=1),
        holding(shipment, "p2", lamp=2, shade=1).model_copy(update={"version": 2}),
        damaged(shipment.shipment_id, "b2", shade=1),
        cancelled("shade", 0, cancelled=1, granted_total=1, requeued_total=1),
        cancelled("lamp", 1, granted_total=3, requeued_total=1),
        granted("lamp", 1),
        deadline_passed(f"{ORDER}/2"),
        verified(method_id="m2", episode=1),
    ]
    for fact in facts:
        await shipping.hear(fact)
    before = await shipping.rows(
        "SELECT * FROM shipments s JOIN lines l USING (order_id) ORDER BY 1"
    )
    assert await shipping.hear(*facts) == []
    assert await shipping.hear(*reversed(facts)) == []
    assert before == await shipping.rows(
        "SELECT * FROM shipments s JOIN lines l USING (order_id) ORDER BY 1"
    )
    await units_add_up(shipping)
