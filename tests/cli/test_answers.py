"""What `send` tells of the pipeline's answers, judged event by event."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas import payments, shipping, shop_answers, shops, warehouses
from schemas.allocation import UnitsRouted
from schemas.envelope import Event, InboundEvent
from schemas.order_intake import SettledLine
from schemas.topics import DOCK_PARCELS, SHIPMENTS, SHOP_ANSWERS
from schemas.values import Reason
from services.cli.answers import WATCHES, RoutedWatch, Watch, topics_of
from services.cli.entrance import corrected, ended

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORDER, SHIPMENT = "acme:7", "acme:7/1"
WHY = Reason(code="released", text="the parcel is released already")
LINE = {"line_id": "acme:7:1", "sku": "LAMP", "title": "Lamp", "quantity": 2}
MONEY = {"currency": "GBP", "amount_minor": 4_000, "freight_minor": 0}


def watching(kind: type[InboundEvent], **fields: Any) -> Watch:
    """A watch on a fact of which only these fields matter."""
    return WATCHES[kind](kind.model_construct(**fields))


def in_parcel(kind: type[Event], **fields: Any) -> Event:
    """Something about the one shipment."""
    known = {"order_id": ORDER, "shipment_id": SHIPMENT, "warehouse": "MAIN", "version": 2}
    return kind.model_validate({**known, **fields})


def test_a_cancel_is_told_line_by_line_and_only_once() -> None:
    watch = watching(shops.OrderCancelRequested, order_id=ORDER, cancel_id="C1")
    line = SettledLine.model_validate(
        {**LINE, "requested": 3, "cancelled": 2, "refused": 1, "reason": WHY}
    )
    settled = shop_answers.AnswerCancelSettled(
        order_id=ORDER, cancel_id="C1", cause="shop", lines=(line,), whole=False
    )
    assert watch.hear(settled.model_copy(update={"cancel_id": "C2"})) is None
    assert watch.hear(settled) == (
        "acme:7 C1 settled\n  3 × LAMP: 2 cancelled, 1 refused (the parcel is released already)"
    )
    assert watch.done


def test_a_method_is_told_with_the_trouble_that_it_ends() -> None:
    watch = watching(shops.OrderPaymentMethodGiven, order_id=ORDER, method_id="card-2")
    other = payments.PaymentMethodVerified(order_id=ORDER, method_id="card-1")
    assert watch.hear(other) is None
    verified = other.model_copy(update={"method_id": "card-2", "episode": 1})
    assert watch.hear(verified) == "acme:7 card-2 verified: payment trouble 1 is over"
    refused = payments.PaymentMethodRefused(order_id=ORDER, method_id="card-2", reason=WHY)
    assert "not verified: the parcel is released" in str(watch.hear(refused))


@pytest.mark.parametrize("backwards", [False, True])
def test_a_pack_is_told_until_the_parcel_may_leave(backwards: bool) -> None:
    watch = watching(warehouses.ParcelPacked, shipment_id=SHIPMENT, scan_id="P1")
    packed = in_parcel(shipping.ShipmentPacked, amount_minor=0, packed_at=NOW)
    events = [packed, in_parcel(shipping.ParcelReleased)]
    told = [watch.hear(event) for event in (reversed(events) if backwards else events)]
    assert sorted(map(str, told)) == [
        "acme:7/1 is paid and may leave",
        "acme:7/1 packed, version 2",
    ]
    assert watch.done


def test_a_wrong_pack_is_told_with_what_to_put_right() -> None:
    watch = watching(warehouses.ParcelPacked, shipment_id=SHIPMENT, scan_id="P1")
    fields = {"reason": WHY, "unpack": [{**LINE, "quantity": 1}], "lines": [LINE]}
    assert watch.hear(in_parcel(shipping.PackRefused, scan_id="P0", **fields)) is None
    told = watch.hear(in_parcel(shipping.PackRefused, scan_id="P1", **fields))
    assert str(told).splitlines()[1:] == ["  take out 1 × LAMP", "  it must hold 2 × LAMP"]
    assert watch.done


def test_damage_is_told_with_what_the_parcel_holds_now() -> None:
    priced = {**LINE, "amount_minor": 4_000}
    change = {**MONEY, "changed_at": NOW, "withdrawn_at": NOW, "lines": [priced]}
    watch = watching(warehouses.ParcelDamaged, shipment_id=SHIPMENT)
    assert watch.hear(in_parcel(shipping.ShipmentChanged, cause="cancelled", **change)) is None
    changed = in_parcel(shipping.ShipmentChanged, cause="damaged", **change)
    assert watch.hear(changed) == "acme:7/1 holds 2 × LAMP now, version 2"
    empty = watching(warehouses.ParcelDamaged, shipment_id=SHIPMENT)
    withdrawn = in_parcel(shipping.ShipmentWithdrawn, cause="damaged", **change)
    assert "will not leave" in str(empty.hear(withdrawn))
    assert watch.done
    assert empty.done


def test_a_dispatch_is_told_with_what_is_to_come() -> None:
    watch = watching(warehouses.ParcelDispatched, shipment_id=SHIPMENT)
    left = in_parcel(
        shipping.ShipmentDispatched,
        carrier="", tracking="", dispatched_at=NOW, complete=True, lines=[],
    )  # fmt: skip
    assert watch.hear(left) == "acme:7/1 left; nothing of the order is to come"


def test_units_are_followed_until_the_last_has_a_place() -> None:
    fact = warehouses.ReceiptScanned.model_construct(scan_id="S1")
    watch = RoutedWatch(fact, units_left=5)
    routed = UnitsRouted(
        sku="LAMP", warehouse="MAIN", move="cross_dock", quantity=2, order_id=ORDER, line_id=None,
        dock=None, scan_id="S1", delivery=None, decision_no=1,
    )  # fmt: skip
    assert watch.hear(routed.model_copy(update={"scan_id": "S2"})) is None
    assert watch.hear(routed) == "cross dock: 2 × LAMP → acme:7"
    assert not watch.done
    rest = {"move": "put_away", "quantity": 3, "order_id": None}
    assert watch.hear(routed.model_copy(update=rest)) == "put away: 3 × LAMP → shelf"
    assert watch.done


def test_only_topics_that_may_answer_are_listened_to() -> None:
    cancel = shops.OrderCancelRequested.model_construct()
    pack = warehouses.ParcelPacked.model_construct()
    count = warehouses.StockCounted.model_construct()
    assert topics_of([cancel, pack, count]) == [DOCK_PARCELS, SHIPMENTS, SHOP_ANSWERS]
    assert topics_of([count]) == []


def test_a_correction_is_told_with_its_difference_or_as_overtaken() -> None:
    figures = {"good": 10, "damaged": 1, "good_change": -2, "damaged_change": 1}
    assert corrected("S1", **figures, overtaken=False) == (
        "S1 says 10 good, 1 damaged now (good -2, damaged +1)"
    )
    assert corrected("S1", **figures, overtaken=True).endswith("a later correction holds")


def test_an_end_is_told_for_each_line() -> None:
    assert ended(sku="LAMP", ended=True, short=4) == "  LAMP: 4 will not come"
    assert ended(sku="LAMP", ended=True, short=0) == "  LAMP: nothing is missing"
    assert "announced later" in ended(sku="LAMP", ended=False, short=0)
