"""The rules of shipping, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shipping.domain.cut_offs import CutOff, CutOffs, cut_offs
from services.shipping.domain.planning import (
    CollectedLine,
    OpenShipment,
    Order,
    is_ready,
    plan,
    waits,
)
from services.shipping.domain.units import (
    Numbers,
    Run,
    amount_minor,
    count,
    lowest_free,
    split_off,
    together,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TWO = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)


class TestCutOffs:
    def test_the_cut_off_of_the_day_comes_first(self) -> None:
        assert CutOffs().next_after("MAIN", NOON) == TWO

    def test_units_granted_at_the_very_instant_wait_for_the_next(self) -> None:
        assert CutOffs().next_after("MAIN", TWO) == TWO.replace(day=3)

    def test_a_warehouse_closes_in_its_own_zone_in_summer_and_in_winter(self) -> None:
        found = cut_offs("13:00, MAIN=14:00@Europe/London")
        assert found.next_after("MAIN", NOON) == TWO
        assert found.next_after("MAIN", NOON.replace(month=7)) == TWO.replace(month=7, hour=13)
        assert found.next_after("EAST", NOON) == TWO.replace(hour=13)

    def test_the_day_is_the_warehouses_day(self) -> None:
        tokyo = CutOff(time(14, 0), ZoneInfo("Asia/Tokyo"))
        assert tokyo.next_after(datetime(2026, 3, 1, 23, 0, tzinfo=UTC)) == TWO.replace(hour=5)

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("noon", "'noon' cannot be read: write HH:MM"),
            ("25:00", "25:00 is no time of day"),
            ("MAIN=14:00@Mars/Base", "'Mars/Base' is no time zone"),
            ("MAIN=14:00,MAIN=15:00", "MAIN is given twice"),
            ("14:00,15:00", "the default is given twice"),
        ],
    )
    def test_a_setting_that_cannot_be_read_is_named(self, text: str, told: str) -> None:
        with pytest.raises(ValueError, match=told):
            cut_offs(text)

    @given(st.integers(0, 365 * 24 * 60))
    def test_every_moment_has_a_cut_off_within_a_day_and_an_hour(self, minutes: int) -> None:
        now = NOON + timedelta(minutes=minutes)
        due = CutOff(time(1, 30), ZoneInfo("Europe/London")).next_after(now)
        assert now < due
        assert (due - now).total_seconds() <= 25 * 3600


class TestMoney:
    @given(
        total=st.integers(0, 1_000_000),
        parts=st.lists(st.integers(1, 50), min_size=1, max_size=12),
    )
    def test_any_split_of_a_line_sums_to_its_total(self, total: int, parts: list[int]) -> None:
        ordered, taken, paid = sum(parts), (), 0
        for quantity in parts:
            numbers = lowest_free(taken, ordered, quantity)
            paid += amount_minor(total, ordered, numbers)
            taken = together(taken, numbers)
        assert paid == total
        assert taken == (Run(1, ordered),)

    @given(
        total=st.integers(0, 1_000_000),
        ordered=st.integers(1, 40),
        moves=st.lists(st.tuples(st.booleans(), st.integers(0, 40)), max_size=30),
    )
    def test_units_that_leave_and_come_again_keep_the_sum(
        self, total: int, ordered: int, moves: list[tuple[bool, int]]
    ) -> None:
        held: list[Numbers] = []
        for leaves, size in moves:
            left = ordered - sum(map(count, held))
            if leaves and held:
                held.pop(size % len(held))
            elif left:
                held.append(lowest_free(together(*held), ordered, 1 + size % left))
        if left := ordered - sum(map(count, held)):
            held.append(lowest_free(together(*held), ordered, left))
        assert sum(amount_minor(total, ordered, numbers) for numbers in held) == total

    def test_holes_are_filled_from_the_lowest_number(self) -> None:
        assert lowest_free((Run(2, 3), Run(6, 6)), 9, 4) == (Run(1, 1), Run(4, 5), Run(7, 7))

    def test_what_leaves_frees_the_highest_numbers(self) -> None:
        held = (Run(1, 2), Run(5, 7), Run(9, 9))
        assert split_off(held, 2) == ((Run(1, 2), Run(5, 6)), (Run(7, 7), Run(9, 9)))
        assert split_off(held, 0) == (held, ())
        assert split_off(held, 6) == ((), held)

    @given(total=st.integers(0, 1_000_000), ordered=st.integers(1, 40), leaving=st.integers(0, 40))
    def test_what_stays_and_what_leaves_cost_what_they_cost_together(
        self, total: int, ordered: int, leaving: int
    ) -> None:
        stays, leaves = split_off((Run(1, ordered),), min(leaving, ordered))
        assert count(leaves) == min(leaving, ordered)
        costs = [amount_minor(total, ordered, part) for part in (stays, leaves)]
        assert sum(costs) == total

    def test_more_than_ordered_cannot_be_planned(self) -> None:
        with pytest.raises(ValueError, match="1 too many"):
            lowest_free((Run(1, 2),), 3, 2)


def an_order(**given: object) -> Order:
    fields: dict[str, object] = {
        "order_id": "lamps:1",
        "currency": "GBP",
        "freight_minor": 495,
        "ships_complete": False,
        "confirmed": True,
        "refused": False,
        "verified": True,
        "freight_placed": False,
        "freight_kept": False,
        "suspended": False,
        "unfilled": 1,
        "open": (OPEN,),
    }
    return Order(**fields | given)  # pyright: ignore[reportArgumentType]  # filled in by name


OPEN = OpenShipment("lamps:1/1", "MAIN", None)
DUE = OpenShipment("lamps:1/1", "MAIN", TWO)


class TestPlanning:
    def test_a_complete_order_is_planned_at_once(self) -> None:
        assert is_ready(an_order(unfilled=0), OPEN, NOON)

    @pytest.mark.parametrize(
        "missing",
        [
            {"currency": None},
            {"confirmed": False},
            {"verified": False},
            {"refused": True},
            {"suspended": True},
        ],
    )
    def test_nothing_is_planned_before_its_premises(self, missing: dict[str, object]) -> None:
        assert not is_ready(an_order(unfilled=0, **missing), OPEN, NOON)

    def test_what_is_there_is_planned_when_the_cut_off_comes(self) -> None:
        assert not is_ready(an_order(), DUE, NOON)
        assert is_ready(an_order(), DUE, TWO)

    def test_ship_complete_waits_beyond_any_cut_off(self) -> None:
        assert not is_ready(an_order(ships_complete=True), DUE, TWO)
        assert is_ready(an_order(ships_complete=True, unfilled=0), DUE, TWO)

    def test_an_open_shipment_begins_to_wait_once(self) -> None:
        assert [wait.cut_off_at for wait in waits([an_order()], NOON, CutOffs())] == [TWO]
        assert waits([an_order(open=(DUE,))], NOON, CutOffs()) == []
        assert waits([an_order(ships_complete=True)], NOON, CutOffs()) == []
        assert waits([an_order(suspended=True)], NOON, CutOffs()) == []

    def test_a_cut_off_that_came_without_a_method_is_kept(self) -> None:
        late = TWO.replace(hour=20)
        assert is_ready(an_order(), DUE, late)
        planned = plan([(an_order(), DUE)], {"lamps:1/1": [a_line()]}, late, CutOffs())
        assert planned[0].cut_off_at == TWO

    def test_two_warehouses_share_the_numbers_and_one_carries_the_freight(self) -> None:
        east = OpenShipment("lamps:1/2", "EAST", None)
        order = an_order(unfilled=0, open=(OPEN, east))
        contents = {"lamps:1/1": [a_line(2)], "lamps:1/2": [a_line(1)]}
        main, other = plan([(order, OPEN), (order, east)], contents, NOON, CutOffs())
        assert main.lines[0].numbers == (Run(1, 2),)
        assert other.lines[0].numbers == (Run(3, 3),)
        assert (main.amount_minor, other.amount_minor) == (666 + 495, 334)


def a_line(quantity: int = 1) -> CollectedLine:
    return CollectedLine("lamps:1:lamp", "LAMP", "A lamp", quantity, 3, 1000, ())
