"""From the order to the dispatched parcel and the mail, as each party sees it."""

from __future__ import annotations

from datetime import timedelta

from schemas.allocation import UnitsRouted
from schemas.shipping import PackRequested, ParcelReleased
from schemas.shop_answers import (
    AnswerAccepted,
    AnswerAllocated,
    AnswerConfirmed,
    AnswerPromiseChanged,
    AnswerShipped,
)
from services.cli.stage import of
from tests.journeys.facts import (
    FREIGHT_MINOR,
    PRICE_MINOR,
    a_delivery,
    a_product,
    a_scan,
    an_order,
)
from tests.journeys.journey import Journey


async def test_an_order_from_an_empty_shelf_to_the_customers_door(journey: Journey) -> None:
    order, sku, amount = "acme:door", "DOOR-LAMP", 2 * PRICE_MINOR + FREIGHT_MINOR
    thursday = (journey.now + timedelta(days=3)).date()
    await journey.tell(
        a_product(sku, lead_time_days=21), a_delivery("D-door", sku, 5, thursday, journey.now)
    )

    seen = await journey.tell(an_order(order, journey.now, lines={sku: 2}))
    [accepted], [confirmed] = of(seen, AnswerAccepted), of(seen, AnswerConfirmed)
    assert accepted.total_minor == confirmed.total_minor == amount
    [line] = confirmed.lines
    assert (line.allocated, line.waiting, line.refused) == (0, 2, 0)
    assert line.promised_on is not None
    assert line.promised_on >= thursday
    assert [mail.kind for mail in journey.mails(order)] == ["confirmed"]
    assert await journey.book(order) == [("verify", "done", None)]

    await journey.later(days=3)
    with journey.dock_asleep():
        seen = await journey.tell_while_the_dock_sleeps(
            a_scan("door-1", sku, journey.now, delivery="D-door", good=5)
        )
        moves = {(m.move, m.quantity, m.order_id) for m in of(seen, UnitsRouted)}
        assert moves == {("cross_dock", 2, order), ("put_away", 3, None)}
        assert [(a.allocated, a.waiting) for a in of(seen, AnswerAllocated)] == [(2, 0)]
        [pack] = of(seen, PackRequested)
        assert [(line.sku, line.quantity) for line in pack.lines] == [(sku, 2)]
        assert not of(seen, ParcelReleased), "nothing may leave before it is packed and paid"
        assert await journey.book(order) == [
            ("verify", "done", None),
            ("authorize", "done", amount),
        ]
        assert [mail.kind for mail in journey.mails(order)] == ["confirmed", "about_to_ship"]

    seen = await journey.later(hours=1)
    [released], [shipped] = of(seen, ParcelReleased), of(seen, AnswerShipped)
    assert released.shipment_id == pack.shipment_id == shipped.shipment_id
    assert shipped.complete
    assert [(line.sku, line.quantity) for line in shipped.lines] == [(sku, 2)]
    assert shipped.tracking
    assert (await journey.book(order))[2:] == [("capture", "done", amount)]
    last = journey.mails(order)[-1]
    assert (last.kind, last.to) == ("shipped", "ada@example.invalid")
    assert shipped.tracking in last.text
    [exported] = journey.exported(order)
    names = "ordered", "allocated", "cancelled", "dispatched", "captured_minor"
    assert [exported[name] for name in names] == ["2", "2", "0", "2", str(2 * PRICE_MINOR)]
    journey.assert_audit_is_clean()


async def test_a_delivery_that_moves_moves_the_promise_and_is_told(journey: Journey) -> None:
    order, sku = "acme:moves", "MOVED-LAMP"
    first, second = ((journey.now + timedelta(days=d)).date() for d in (4, 11))
    await journey.tell(a_product(sku), a_delivery("D-moves", sku, 5, first, journey.now))
    seen = await journey.tell(an_order(order, journey.now, lines={sku: 1}))
    [confirmed] = of(seen, AnswerConfirmed)
    before = confirmed.lines[0].promised_on
    assert before is not None
    await journey.later(minutes=5)

    seen = await journey.tell(a_delivery("D-moves", sku, 5, second, journey.now))

    [changed] = of(seen, AnswerPromiseChanged)
    assert changed.promised_on is not None
    assert changed.promised_on >= second
    assert changed.promised_on > before
    assert [mail.kind for mail in journey.mails(order)] == ["confirmed"], "news gathers first"
    await journey.later(hours=2)
    assert [mail.kind for mail in journey.mails(order)] == ["confirmed", "date_changed"]
    journey.assert_audit_is_clean()


async def test_the_earlier_order_is_served_first_and_the_rest_waits_on(journey: Journey) -> None:
    sku = "QUEUE-LAMP"
    start = journey.now
    await journey.later(minutes=10)
    await journey.tell(a_product(sku))
    await journey.tell(an_order("acme:late", start + timedelta(minutes=2), lines={sku: 2}))
    await journey.tell(an_order("acme:early", start + timedelta(minutes=1), lines={sku: 2}))

    seen = await journey.tell(a_scan("queue-1", sku, journey.now, good=3))

    told = {a.order_id: (a.allocated, a.waiting) for a in of(seen, AnswerAllocated)}
    assert told == {"acme:early": (2, 0), "acme:late": (1, 1)}
    await journey.later(days=1)
    await journey.tell(a_scan("queue-2", sku, journey.now, good=1))
    seen = await journey.later(days=1)
    assert [row["dispatched"] for row in journey.exported("acme:late")] == ["2"]
    journey.assert_audit_is_clean()


async def test_a_scan_told_twice_counts_once(journey: Journey) -> None:
    sku = "TWICE-LAMP"
    await journey.tell(a_product(sku))
    scan = a_scan("twice-1", sku, journey.now, good=4)

    first = await journey.tell(scan)
    again = await journey.tell(scan, scan.model_copy(update={"device": "another scanner"}))

    assert [(move.move, move.quantity) for move in of(first, UnitsRouted)] == [("put_away", 4)]
    assert again == []
    [supply] = await journey.owners.fetch(
        "allocation", "SELECT on_shelf + at_dock AS free FROM supply WHERE sku = $1", sku
    )
    assert supply["free"] == 4
    journey.assert_audit_is_clean()


async def test_an_order_told_twice_is_one_order(journey: Journey) -> None:
    order, sku = "acme:twice", "ORDER-LAMP"
    await journey.tell(a_product(sku), a_scan("order-1", sku, journey.now, good=4))
    placed = an_order(order, journey.now, lines={sku: 1})

    first = await journey.tell(placed, placed)
    again = await journey.tell(placed)

    assert len(of(first, AnswerAccepted)) == len(of(first, AnswerConfirmed)) == 1
    assert again == []
    await journey.later(days=1)
    assert [op for op, _, _ in await journey.book(order)] == ["verify", "authorize", "capture"]
    assert [row["dispatched"] for row in journey.exported(order)] == ["1"]
    journey.assert_audit_is_clean()
