"""The shop's page shows how orders stand, from the answers alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from schemas.envelope import Event
from schemas.order_intake import AcceptedLine, LineAnswer, SettledLine
from schemas.shop_answers import (
    AnswerAccepted,
    AnswerAllocated,
    AnswerBackordered,
    AnswerCancelSettled,
    AnswerConfirmed,
    AnswerPaymentNeeded,
    AnswerPaymentResolved,
    AnswerPromiseChanged,
    AnswerRefunded,
    AnswerRefused,
    AnswerRequestRefused,
    AnswerShipped,
    AnswerSuspended,
    ShippedLine,
)
from schemas.values import Reason
from services.standins import shop_page
from services.standins.shop_page import OrderStatus, StatusPage

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
FRIDAY = date(2026, 3, 6)


def accepted() -> AnswerAccepted:
    """An order of three lamps, taken."""
    line = AcceptedLine(line_id="L", sku="LAMP", title="Lamp", quantity=3, line_total_minor=300)
    return AnswerAccepted(order_id="web:7", currency="GBP", total_minor=300, lines=(line,))


def confirmed(waiting: int = 2) -> AnswerConfirmed:
    """The order confirmed, some of it waiting until Friday."""
    line = LineAnswer(
        line_id="L", sku="LAMP", title="Lamp", quantity=3, line_total_minor=300,
        allocated=3 - waiting, waiting=waiting, refused=0, promised_on=FRIDAY, promise_version=1,
    )  # fmt: skip
    return AnswerConfirmed(order_id="web:7", currency="GBP", total_minor=300, lines=(line,))


def moved(version: int, to: date | None) -> AnswerPromiseChanged:
    """Another date."""
    return AnswerPromiseChanged(
        order_id="web:7", line_id="L", sku="LAMP", waiting=2, promised_on=to,
        promise_version=version, reason=Reason(code="delivery_moved", text="the truck is late"),
    )  # fmt: skip


def shipped(shipment: str, quantity: int, *, complete: bool) -> AnswerShipped:
    """A parcel left."""
    return AnswerShipped(
        order_id="web:7", shipment_id=shipment, dispatched_at=MONDAY, carrier="Meadow Parcels",
        tracking="MP-1", complete=complete,
        lines=(ShippedLine(line_id="L", sku="LAMP", quantity=quantity),),
    )  # fmt: skip


def settled(cancelled: int, *, waiting: int = 0, cancel_id: str = "c1") -> AnswerCancelSettled:
    """A cancel came to its end."""
    line = SettledLine(
        line_id="L", sku="LAMP", title="Lamp", requested=cancelled, cancelled=cancelled, refused=0,
        waiting=waiting,
    )  # fmt: skip
    return AnswerCancelSettled(
        order_id="web:7", cancel_id=cancel_id, cause="shop", lines=(line,), whole=False
    )


def needed() -> AnswerPaymentNeeded:
    """The card failed."""
    deadline = MONDAY + timedelta(hours=72)
    return AnswerPaymentNeeded(
        order_id="web:7", shipment_id=None, cause="declined", deadline=deadline
    )


def again(version: int = 2) -> AnswerBackordered:
    """A unit broke: it waits again."""
    return AnswerBackordered(
        order_id="web:7", line_id="L", sku="LAMP", allocated=2, waiting=1, promised_on=None,
        promise_version=version, reason=Reason(code="damaged", text="it broke"),
    )  # fmt: skip


def page_of(*answers: Event) -> OrderStatus:
    """How the order stands after answers."""
    page = StatusPage()
    page.take(answers)
    return page.orders["web:7"]


def test_a_confirmed_line_shows_what_waits_and_until_when() -> None:
    order = page_of(accepted(), confirmed(waiting=2))
    assert order.status == "confirmed"
    assert (order.lines["L"].waiting, order.lines["L"].promised_on) == (2, FRIDAY)


def test_a_later_date_replaces_an_earlier_one_only() -> None:
    order = page_of(accepted(), confirmed(), moved(3, None), moved(2, FRIDAY))
    assert order.lines["L"].promised_on is None


def test_a_partly_shipped_order_is_shipped_when_nothing_is_to_come() -> None:
    first, last = shipped("web:7/1", 1, complete=False), shipped("web:7/2", 2, complete=True)
    assert page_of(accepted(), confirmed(), first).status == "partly shipped"
    order = page_of(accepted(), confirmed(), first, last)
    assert order.status == "shipped"
    assert sum(parcel.units["L"] for parcel in order.parcels.values()) == 3


def test_an_answer_heard_twice_changes_nothing() -> None:
    allocated = AnswerAllocated(order_id="web:7", line_id="L", sku="LAMP", allocated=2, waiting=0)
    answers: Sequence[Event] = (
        accepted(), confirmed(), moved(2, None), allocated, shipped("web:7/1", 3, complete=True),
    )  # fmt: skip
    twice = [answer for answer in answers for _ in range(2)]
    assert page_of(*twice) == page_of(*answers)


def test_a_refused_order_says_why() -> None:
    reason = Reason(code="not_sold", text="LAMP is not sold any more")
    order = page_of(AnswerRefused(order_id="web:7", reasons=(reason,)))
    assert (order.status, order.reasons) == ("refused", ["LAMP is not sold any more"])


def test_cancelled_units_and_those_sent_make_up_the_order() -> None:
    sent = shipped("web:7/1", 1, complete=True)
    order = page_of(accepted(), confirmed(waiting=2), settled(2), sent)
    assert (order.status, order.lines["L"].cancelled, order.lines["L"].waiting) == ("shipped", 2, 0)


def test_an_order_cancelled_in_two_parts_is_cancelled() -> None:
    order = page_of(accepted(), confirmed(), settled(1, waiting=1))
    assert (order.status, order.lines["L"].waiting) == ("confirmed", 1)
    both = (settled(1, waiting=1), settled(2, cancel_id="c2"))
    assert page_of(accepted(), confirmed(), *both, *both).status == "cancelled"


def test_units_that_broke_wait_again() -> None:
    order = page_of(accepted(), confirmed(waiting=0), again())
    assert (order.lines["L"].waiting, order.lines["L"].promised_on) == (1, None)


def test_payment_trouble_shows_until_it_is_over() -> None:
    suspended = AnswerSuspended(order_id="web:7", until=MONDAY + timedelta(days=17))
    over = AnswerPaymentResolved(order_id="web:7")
    assert page_of(accepted(), confirmed(), needed()).payment_needed_until == needed().deadline
    late = page_of(accepted(), confirmed(), needed(), suspended)
    assert (late.payment_needed_until, late.suspended_until) == (None, suspended.until)
    mended = page_of(accepted(), confirmed(), needed(), suspended, over)
    assert (mended.payment_needed_until, mended.suspended_until) == (None, None)


def test_refunds_add_up_and_refused_requests_say_why() -> None:
    refunds = [
        AnswerRefunded(
            order_id="web:7", shipment_id="web:7/1", amount_minor=100, refunded_total_minor=total,
            currency="GBP", refunded_at=MONDAY,
        )
        for total in (100, 200)
    ]  # fmt: skip
    reason = Reason(code="unknown_line", text="there is no line `9`")
    refused = AnswerRequestRefused(
        order_id="web:7", request="cancel", request_id="c9", reasons=(reason,)
    )
    order = page_of(accepted(), confirmed(), *refunds, refused, *refunds)
    assert order.refunded_minor == {"web:7/1": 200}
    assert order.refused_requests == {"c9": ["there is no line `9`"]}


def test_the_page_keeps_the_latest_orders(tmp_path: Path) -> None:
    page = StatusPage()
    over = shop_page.ORDERS_KEPT + 5
    page.take(accepted().model_copy(update={"order_id": f"web:{n}"}) for n in range(over))
    assert len(page.orders) == shop_page.ORDERS_KEPT
    assert "web:4" not in page.orders
    page.write(tmp_path / "run" / "shop.json")
    assert StatusPage.read(tmp_path / "run" / "shop.json") == page
