"""The rules of allocation, one by one, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.allocation.domain import news, reasons
from services.allocation.domain.calendar import next_working_day, working_days_after
from services.allocation.domain.changes import Cancel, GiveBack
from services.allocation.domain.expected import Counted, Deliveries, Expected
from services.allocation.domain.outlook import Outlook
from services.allocation.domain.policy import Product
from services.allocation.domain.queue import Line, Promise, in_turn
from services.allocation.domain.supply import Arrival, Count, Supply
from services.allocation.domain.walk import Walk
from tests.allocation.builders import MONDAY
from tests.allocation.memory import Memory, Received

TODAY = MONDAY.date()
TUESDAY, WEDNESDAY, FRIDAY = (TODAY + timedelta(days=days) for days in (1, 2, 4))
UNLIMITED = Product(1, "unlimited")


def a_line(waiting: int = 1, *, minute: int = 0, warehouses: tuple[str, ...] = ("MAIN",)) -> Line:
    """A line that waits."""
    return Line(
        f"web:{minute}:1", f"web:{minute}", "LAMP", waiting, 5,
        MONDAY + timedelta(minutes=minute), warehouses, MONDAY, waiting=waiting, state="waiting",
    )  # fmt: skip


def a_delivery(
    delivery: str, units: int, expected_on: date, *, warehouse: str = "MAIN"
) -> Expected:
    """A delivery line that owes all of its units."""
    return Expected(warehouse, "SUP", delivery, units, units, expected_on, "ordered", MONDAY)


def outlook(*deliveries: Expected) -> Outlook:
    """What should come, seen on Monday, with one working day of handling."""
    return Outlook(deliveries, TODAY, handling_days=1)


def test_units_go_to_one_line_after_another_that_lists_the_warehouse() -> None:
    queue = [a_line(2), a_line(3, minute=1, warehouses=("NORTH",)), a_line(4, minute=2)]
    turns = [(line.order_id, units) for line, units in in_turn(5, "MAIN", queue)]
    assert turns == [("web:0", 2), ("web:2", 3)]


@pytest.mark.parametrize(
    ("product", "waiting", "room"),
    [
        (UNLIMITED, 10**6, None),
        (Product(1, "none"), 0, 0),
        (Product(1, "limited", 10), 8, 2),
        (Product(1, "limited", 10), 12, 0),
    ],
)
def test_room_to_wait(product: Product, waiting: int, room: int | None) -> None:
    assert product.room_for(waiting) == room


def test_a_line_is_reached_by_the_delivery_that_covers_those_ahead_and_itself() -> None:
    coming = outlook(a_delivery("D1", 5, WEDNESDAY), a_delivery("D2", 5, FRIDAY))
    days = [coming.reaching(a_line(), 3, {"MAIN": ahead}) for ahead in (0, 2, 3, 7, 8)]
    assert [due and due.delivery.delivery for due in days] == ["D1", "D1", "D2", "D2", None]


def test_a_line_is_reached_by_the_earliest_of_its_warehouses() -> None:
    coming = outlook(a_delivery("D1", 5, FRIDAY), a_delivery("D2", 5, TUESDAY, warehouse="NORTH"))
    both, main = a_line(warehouses=("MAIN", "NORTH")), a_line()
    ahead = {"MAIN": 0, "NORTH": 0}
    reached = [coming.reaching(line, 1, ahead) for line in (both, main)]
    assert [due and due.on for due in reached] == [TUESDAY, FRIDAY]


def test_a_passed_day_counts_as_the_next_working_day() -> None:
    late = a_delivery("D1", 5, TODAY - timedelta(days=3))
    assert late.counts_for(TODAY) == TUESDAY
    assert late.counts_for(FRIDAY) == FRIDAY + timedelta(days=3)
    promise, _ = outlook(late).promise(a_line(), 1, {}, UNLIMITED)
    assert promise.promised_on == WEDNESDAY


def test_working_days_leave_out_the_weekend() -> None:
    assert next_working_day(FRIDAY) == TODAY + timedelta(days=7)
    assert working_days_after(FRIDAY, 2) == TODAY + timedelta(days=8)
    assert working_days_after(FRIDAY, 0) == FRIDAY


def test_a_promise_by_lead_time_is_kept_when_promised_again_later() -> None:
    product = Product(1, "unlimited", lead_time_days=10)
    told, _ = outlook().promise(a_line(), 1, {}, product)
    waiting = replace(a_line(), promise=told)
    later = Outlook((), TODAY + timedelta(days=4), handling_days=1)
    assert Walk(product, later, (), {}).along([waiting]) == []


def test_a_walk_tells_only_days_that_changed_and_counts_versions_up() -> None:
    told = Promise(3, WEDNESDAY, reasons.DELIVERY_EXPECTED)
    queue = [replace(a_line(2, minute=minute), promise=told) for minute in range(3)]
    coming = outlook(a_delivery("D1", 2, TUESDAY), a_delivery("D2", 2, WEDNESDAY))
    changes = Walk(UNLIMITED, coming, (), {}).along(queue)
    found = [(one.line.order_id, one.line.promise.promised_on) for one in changes]
    assert found == [("web:1", WEDNESDAY + timedelta(days=1)), ("web:2", None)]
    assert [one.line.promise.version for one in changes] == [4, 4]


def test_expected_units_pay_the_shortfall_before_they_reach_a_line() -> None:
    coming = outlook(a_delivery("D1", 5, TUESDAY))
    walk = Walk(UNLIMITED, coming, [Supply("MAIN", shortfall=4)], {})
    (change,) = walk.along([a_line(1), a_line(1, minute=1)])
    assert change.line.order_id == "web:0"


def test_the_latest_notice_of_a_delivery_holds() -> None:
    deliveries = Deliveries([a_delivery("D1", 5, TUESDAY)], TODAY)
    earlier = replace(a_delivery("D1", 9, FRIDAY), announced_at=MONDAY - timedelta(minutes=1))
    assert not deliveries.announced(earlier)
    assert not deliveries.announced(a_delivery("D1", 5, TUESDAY))
    assert deliveries.announced(a_delivery("D1", 5, FRIDAY))


@pytest.mark.parametrize(
    ("good", "delivery", "owes", "foreseen"),
    [
        (5, "D1", 0, True),
        (3, "D1", 2, True),
        (4, "D1", 0, False),
        (7, "D1", 0, False),
        (5, "D2", 0, False),
        (5, None, 0, False),
        (0, None, 0, True),
    ],
)
def test_a_scan_goes_as_foreseen(
    good: int, delivery: str | None, owes: int, *, foreseen: bool
) -> None:
    deliveries = Deliveries([a_delivery("D1", 5, TUESDAY), a_delivery("D2", 5, FRIDAY)], TODAY)
    counted = Counted(("MAIN", "SUP", delivery), owes) if delivery else None
    assert deliveries.received(good, counted) is foreseen


def test_an_opening_balance_adds_and_a_cycle_count_compares() -> None:
    assert Count("C", "MAIN", 7, opening=True).difference(3) == 7
    assert Count("C", "MAIN", 7, opening=False).difference(10) == -3


def test_units_balance_over_the_places() -> None:
    stand = Supply("MAIN").arrived(9, "dock").sent_to_lane(4, "dock").put_away(5)
    stand = stand.sent_to_lane(2, "shelf").wrote_off(5)
    assert stand == Supply("MAIN", on_shelf=0, at_dock=0, in_lane=6, shortfall=2, written_off=5)
    assert stand.arrived(3, "dock").paid(2, "dock").at_dock == 1


def a_granted_line(units: int) -> Memory:
    """A line of so many units, all granted from the shelf of MAIN."""
    memory = Memory(TODAY)
    memory.hear([UNLIMITED])
    memory.hear([Received(Arrival("MAIN", units, "dock", "received", "came in"))])
    memory.hear([replace(a_line(units), waiting=0, state="undecided")])
    return memory


def damaged(units: int) -> GiveBack:
    """Units found damaged, which the line wants again."""
    return GiveBack("web:0:1", "MAIN", "web:0/1", "damaged", units, 0, "lane", units)


def test_units_refused_by_shipping_are_not_passed_on_again_but_those_granted_since_are() -> None:
    memory = a_granted_line(5)
    memory.hear([Cancel("web:0:1", "released already", 5)])
    memory.hear([damaged(2)])
    memory.hear([Received(Arrival("MAIN", 2, "dock", "received", "came in"))])
    memory.hear([Cancel("web:0:1", "once more", 5)])
    answers = [(one.cancelled, one.passed_on, one.refused) for one in memory.answers]
    assert answers == [(0, 5, 0), (0, 2, 3)]


def test_units_that_wait_again_keep_the_place_and_not_the_old_day() -> None:
    memory = a_granted_line(3)
    memory.hear([replace(UNLIMITED, revision=2, lead_time_days=10)])
    memory.hear([damaged(1)])
    line = memory.lines["web:0:1"]
    assert line.promise.promised_on == TODAY + timedelta(days=10)
    memory.today = TODAY + timedelta(days=4)
    memory.hear([damaged(1)])
    again = memory.lines["web:0:1"]
    assert again.promise.promised_on == TODAY + timedelta(days=14)
    assert (again.place, again.eligible_since_decision) == (
        line.place,
        line.eligible_since_decision,
    )


def test_a_changed_day_tells_what_changed_it() -> None:
    moved = news.announced(a_delivery("D1", 5, FRIDAY), a_delivery("D1", 5, TUESDAY))
    told = Promise(1, WEDNESDAY, reasons.DELIVERY_EXPECTED)
    waiting = replace(a_line(2), promise=told)
    (change,) = Walk(UNLIMITED, outlook(), (), {}).along([waiting], moved)
    assert change.reason.code == reasons.NO_SUPPLY_KNOWN
    assert change.reason.parameters["cause"] == "delivery_moved"
    assert change.reason.text == (
        "delivery D1 of SUP moved from 2026-03-03 to 2026-03-06; "
        "2 units wait, first in line; no delivery is known that reaches that place"
    )
