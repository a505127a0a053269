"""Whole lives of orders, by topic and as they happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from schemas.envelope import Event
from schemas.values import Reason
from tests.notifications.builders import (
    MONDAY,
    PRICE_MINOR,
    THE_24TH,
    a_cancel,
    a_cancelled_wait,
    a_confirmation,
    a_contact,
    a_grant,
    a_new_date,
    a_refused_line,
    a_settled_line,
    a_wait,
    a_withdrawal,
    an_accepted_order,
    an_answer,
)
from tests.notifications.parcels import (
    a_capture,
    a_change,
    a_dispatch,
    a_missed_deadline,
    a_new_method,
    a_parcel_withdrawn,
    a_plan,
    a_refund,
    a_trouble,
    an_authorization,
)

PASSED_OVER = Reason(code="suspended", text="They keep their place, unserved.")


def a_changed_order(order: str) -> dict[str, list[Event]]:
    """Everything that is said about one order, by topic, each in its own order.

    Of nine lamps three wait. Two of those and one of the others are cancelled. Two of the five that
    are left in the first parcel are damaged after the capture, wait again, get a later date, and
    leave with the ninth in the second parcel. The shade's card fails and is replaced.
    """
    lines = (
        an_answer("lamp", 9, waiting=3, order=order),
        an_answer("shade", 1, order=order),
        an_answer("bulb", 2, refused=2, order=order),
    )
    return {
        "orders": [
            an_accepted_order(*lines, order=order),
            a_confirmation(*lines, order=order),
            a_cancel(a_settled_line("lamp", 3, order=order), order=order),
        ],
        "contacts": [a_contact(order)],
        "allocations": [
            a_grant("lamp", 6, unfilled=3, decision_no=1, order=order),
            a_wait("lamp", 3, granted_total=6, decision_no=1, order=order),
            a_grant("shade", 1, decision_no=1, order=order),
            a_refused_line("bulb", 2, order=order),
            a_cancelled_wait(
                "lamp", 2, passed_on=1, granted_total=6, waiting=1, decision_no=5, order=order
            ),
            a_wait(
                "lamp", 3, granted_total=6, requeued_total=2, version=2, decision_no=7, order=order
            ),
            a_new_date("lamp", THE_24TH, version=3, waiting=3, order=order),
            a_grant(
                "lamp", 3, granted_total=9, requeued_total=2, decision_no=9, order=order
            ),
        ],
        "shipments": [
            a_plan(1, order, freight_minor=495, lamp=6),
            a_change(1, order, version=2, freight_minor=495, lamp=5),
            a_withdrawal("lamp", 1, order=order),
            a_change(1, order, cause="damaged", version=3, freight_minor=495, lamp=3),
            a_dispatch(1, order, complete=False, lamp=3),
            a_plan(2, order, lamp=3),
            a_plan(3, order, shade=1),
            a_dispatch(2, order, complete=False, lamp=3),
            a_dispatch(3, order, shade=1),
        ],
        "payments": [
            an_authorization(1, 6 * PRICE_MINOR + 495, order),
            a_capture(1, 5 * PRICE_MINOR + 495, order),
            a_refund(1, 2 * PRICE_MINOR, order=order),
            an_authorization(2, 3 * PRICE_MINOR, order),
            a_trouble(3, order=order),
            a_new_method(order=order),
            an_authorization(3, PRICE_MINOR, order),
            a_capture(2, 3 * PRICE_MINOR, order),
            a_capture(3, PRICE_MINOR, order),
        ],
    }  # fmt: skip


def an_order_not_paid_in_time(order: str) -> dict[str, list[Event]]:
    """The same of an order whose card fails for good.

    Its lamps are planned, the deadline passes (it has, by the clock), they wait again; the shade is
    granted only then and given back at once, out of no parcel. A new method comes, and all is sent.
    """
    lines = an_answer("lamp", 5, order=order), an_answer("shade", 1, waiting=1, order=order)
    return {
        "orders": [an_accepted_order(*lines, order=order), a_confirmation(*lines, order=order)],
        "contacts": [a_contact(order)],
        "allocations": [
            a_grant("lamp", 5, decision_no=1, order=order),
            a_wait("shade", 1, decision_no=1, order=order),
            a_wait(
                "lamp", 5, granted_total=5, requeued_total=5, promised_on=None, version=1,
                decision_no=3, reason=PASSED_OVER, order=order,
            ),
            a_grant("shade", 1, decision_no=4, order=order),
            a_wait(
                "shade", 1, granted_total=1, requeued_total=1, promised_on=None, version=2,
                decision_no=5, reason=PASSED_OVER, order=order,
            ),
            a_wait(
                "lamp", 5, granted_total=5, requeued_total=5, promised_on=THE_24TH, version=2,
                decision_no=6, order=order,
            ),
            a_wait(
                "shade", 1, granted_total=1, requeued_total=1, promised_on=THE_24TH, version=3,
                decision_no=7, order=order,
            ),
            a_grant("lamp", 5, granted_total=10, requeued_total=5, decision_no=8, order=order),
            a_grant("shade", 1, granted_total=2, requeued_total=1, decision_no=9, order=order),
        ],
        "shipments": [
            a_plan(1, order, freight_minor=495, lamp=5),
            a_parcel_withdrawn(1, order, cause="payment_deadline", lamp=5),
            a_plan(2, order, freight_minor=495, lamp=5, shade=1),
            a_dispatch(2, order, lamp=5, shade=1),
        ],
        "payments": [
            an_authorization(1, 5 * PRICE_MINOR + 495, order),
            a_trouble(1, deadline=MONDAY, order=order),
            a_missed_deadline(order=order),
            a_new_method(order=order),
            an_authorization(2, 6 * PRICE_MINOR + 495, order),
            a_capture(2, 6 * PRICE_MINOR + 495, order),
        ],
    }  # fmt: skip


def turns_of(story: Mapping[str, Sequence[Event]]) -> Iterator[Sequence[Event]]:
    """The changed order's life as it happened: how far each topic is at each of its turns."""
    turns = (
        ("contacts", 1), ("orders", 1), ("allocations", 4), ("orders", 2), ("shipments", 1),
        ("payments", 1), ("allocations", 5), ("shipments", 3), ("orders", 3), ("payments", 2),
        ("shipments", 4), ("allocations", 6), ("payments", 3), ("allocations", 7),
        ("shipments", 5), ("allocations", 8), ("shipments", 6), ("payments", 4), ("shipments", 7),
        ("payments", 5), ("payments", 9), ("shipments", 9),
    )  # fmt: skip
    done = dict.fromkeys(story, 0)
    for topic, until in turns:
        yield story[topic][done[topic] : until]
        done[topic] = until
    assert done == {topic: len(events) for topic, events in story.items()}
