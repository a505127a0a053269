"""What becomes of a parcel: packed, let go, changed, withdrawn. Rules without a database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shipping.domain.damage import DamageScan, check_damage
from services.shipping.domain.dispatching import DispatchScan, dispatches, may_leave
from services.shipping.domain.packing import PackScan, check_pack, check_packs
from services.shipping.domain.parcels import Cause, State, give_backs, without
from services.shipping.domain.planning import ParcelLine
from services.shipping.domain.units import Run, amount_minor
from tests.shipping.on_paper import NAME, NOON, a_parcel


def a_scan(version: int = 2, warehouse: str = "MAIN", **units: int) -> PackScan:
    return PackScan(NAME, warehouse, "p1", version, units or {"lamp": 3, "shade": 1}, NOON)


class TestPacking:
    @pytest.mark.parametrize(
        ("scan", "code", "unpack"),
        [
            (a_scan(), "packed", None),
            (a_scan(lamp=2, shade=1), "packed_short", None),
            (a_scan(lamp=3), "packed_short", None),
            (a_scan(lamp=4, shade=1), "too_many", {"lamp": 1}),
            (a_scan(lamp=3, shade=1, vase=2), "foreign_line", {"vase": 2}),
            (a_scan(lamp=4), "too_many", {"lamp": 1}),
            (a_scan(version=1), "other_version", {}),
            (a_scan(version=1, lamp=5), "other_version", {"lamp": 2}),
            (a_scan(version=3), "other_version", {}),
            (a_scan(warehouse="EAST"), "other_warehouse", None),
        ],
    )
    def test_only_what_was_asked_is_packed(
        self, scan: PackScan, code: str, unpack: dict[str, int] | None
    ) -> None:
        check = check_pack(scan, a_parcel())
        assert (check.code, check.unpack) == (code, unpack)

    def test_a_short_pack_is_packed_without_what_was_not_found(self) -> None:
        check = check_pack(a_scan(lamp=2), a_parcel())
        assert check.packed
        assert check.change
        assert (check.packed.state, check.packed.version) == ("packed", 3)
        assert (check.packed.units, check.packed.amount_minor) == ({"lamp": 2}, 200)
        assert {one.line_id: one.quantity for one in check.change.left} == {"lamp": 1, "shade": 1}

    @pytest.mark.parametrize("state", ["packed", "released", "dispatched"])
    def test_a_parcel_is_packed_once(self, state: State) -> None:
        assert check_pack(a_scan(), a_parcel(state)).code == "already_packed"

    @pytest.mark.parametrize("state", ["collecting", "planned"])
    def test_nothing_is_packed_before_it_is_asked_for(self, state: State) -> None:
        check = check_pack(a_scan(), a_parcel(state))
        assert (check.code, check.answered_at_the_dock) == ("not_asked", False)

    def test_a_withdrawn_parcel_is_unpacked_whole(self) -> None:
        check = check_pack(a_scan(), replace(a_parcel("withdrawn"), lines=()))
        assert (check.code, check.unpack) == ("withdrawn", {"lamp": 3, "shade": 1})

    def test_of_two_right_packs_the_first_counts(self) -> None:
        checks = check_packs([a_scan(), a_scan()], {NAME: a_parcel()})
        assert [check.code for check in checks] == ["packed", "already_packed"]
        short = check_packs([a_scan(lamp=1), a_scan()], {NAME: a_parcel()})
        assert [check.code for check in short] == ["packed_short", "already_packed"]


class TestLeaving:
    @pytest.mark.parametrize("captured", [400, 401])
    def test_a_packed_parcel_leaves_once_its_content_is_captured(self, captured: int) -> None:
        assert may_leave(replace(a_parcel("packed"), captured_minor=captured))

    @pytest.mark.parametrize(
        ("state", "captured"),
        [("packed", None), ("packed", 399), ("authorized", 400), ("dispatched", 400)],
    )
    def test_nothing_else_releases_it(self, state: State, captured: int | None) -> None:
        assert not may_leave(replace(a_parcel(state), captured_minor=captured))

    @pytest.mark.parametrize(
        ("state", "code"),
        [
            ("released", "dispatched"),
            ("packed", "dispatched_unreleased"),
            ("planned", "dispatched_unreleased"),
            ("withdrawn", "dispatched_unreleased"),
            ("dispatched", "dispatched_again"),
            ("collecting", "no_such_shipment"),
        ],
    )
    def test_a_dispatch_is_a_fact_whatever_should_have_been(self, state: State, code: str) -> None:
        found = dispatches([out()], {NAME: a_parcel(state)}, {"lamps:1": 4})
        assert [one.code for one in found] == [code]

    def test_the_last_parcel_completes_the_order(self) -> None:
        parcels = {NAME: a_parcel("released")}
        assert [one.complete for one in dispatches([out()], parcels, {"lamps:1": 5})] == [False]
        found = dispatches([out(), out("d2")], parcels, {"lamps:1": 4})
        assert [(one.code, one.complete) for one in found] == [
            ("dispatched", True),
            ("dispatched_again", False),
        ]


def out(scan_id: str = "d1") -> DispatchScan:
    return DispatchScan(NAME, "MAIN", scan_id, "Royal Mail", "RM1", NOON)


class TestChanges:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("collecting", "collecting"),
            ("planned", "planned"),
            ("authorized", "authorized"),
            ("packed", "authorized"),
            ("released", "authorized"),
        ],
    )
    def test_what_was_packed_is_packed_again_in_the_next_version(
        self, before: State, after: State
    ) -> None:
        change = without(a_parcel(before), {"lamp": 1})
        assert change.after.state == after
        assert change.after.version == (2 if before == "collecting" else 3)
        assert change.after.units == {"lamp": 2, "shade": 1}

    def test_a_parcel_without_units_is_withdrawn(self) -> None:
        change = without(a_parcel("packed"), {"lamp": 3, "shade": 1})
        assert (change.after.state, change.after.amount_minor) == ("withdrawn", 0)
        assert change.frees_the_freight

    def test_captured_freight_stays_paid_and_uncaptured_freight_moves_on(self) -> None:
        parcel = replace(a_parcel("packed"), freight_minor=495, amount_minor=895)
        all_of_it = parcel.units
        assert without(parcel, {"lamp": 1}).after.amount_minor == 795
        uncaptured = without(parcel, all_of_it)
        assert (uncaptured.after.amount_minor, uncaptured.frees_the_freight) == (0, True)
        captured = without(replace(parcel, captured_minor=895), all_of_it)
        assert (captured.after.amount_minor, captured.frees_the_freight) == (495, False)
        assert captured.keeps_the_freight

    @given(
        total=st.integers(0, 100_000),
        ordered=st.integers(2, 30),
        leaving=st.lists(st.integers(1, 9), max_size=6),
    )
    def test_a_parcel_and_what_left_it_cost_the_whole_line(
        self, total: int, ordered: int, leaving: list[int]
    ) -> None:
        line = ParcelLine("lamp", "LAMP", "", ordered, (Run(1, ordered),), total, ordered, total)
        parcel = replace(a_parcel("planned"), lines=(line,), amount_minor=total)
        left = 0
        for quantity in leaving:
            if parcel.state != "withdrawn":
                change = without(parcel, {"lamp": quantity})
                parcel, left = change.after, left + sum(one.amount_minor for one in change.left)
        kept = parcel.units.get("lamp", 0)
        assert parcel.amount_minor + left == total
        assert parcel.amount_minor == amount_minor(total, ordered, (Run(1, kept),) if kept else ())

    @pytest.mark.parametrize(
        ("cause", "suspended", "told"),
        [
            ("cancelled", {}, (2, 0, "closed", 0)),
            ("cancelled", {"lamps:1": 1}, (2, 0, "closed", 0)),
            ("damaged", {}, (0, 2, "eligible", 0)),
            ("missing", {}, (0, 2, "eligible", 0)),
            ("damaged", {"lamps:1": 3}, (0, 2, "suspended", 3)),
            ("payment_deadline", {"lamps:1": 1}, (2, 2, "suspended", 1)),
        ],
    )
    def test_each_cause_says_what_is_supply_and_what_is_wanted(
        self, cause: Cause, suspended: dict[str, int], told: tuple[int, int, str, int]
    ) -> None:
        [given] = give_backs([without(a_parcel(), {"lamp": 2})], cause, suspended)
        assert (given.returned, given.requeue, given.line_state, given.episode) == told


class TestDamage:
    @pytest.mark.parametrize(
        ("state", "units", "code"),
        [
            ("authorized", {"lamp": 1}, "damaged"),
            ("packed", {"lamp": 3, "shade": 1}, "damaged"),
            ("released", {"shade": 1}, "damaged"),
            ("planned", {"lamp": 1}, "not_asked"),
            ("dispatched", {"lamp": 1}, "already_dispatched"),
            ("withdrawn", {"lamp": 1}, "withdrawn"),
            ("packed", {"lamp": 4}, "not_in_parcel"),
            ("packed", {"vase": 1}, "not_in_parcel"),
        ],
    )
    def test_only_what_is_in_a_parcel_can_break_in_it(
        self, state: State, units: dict[str, int], code: str
    ) -> None:
        [check], leaving = check_damage([damage(**units)], {NAME: a_parcel(state)})
        assert check.code == code
        assert leaving == ({NAME: units} if code == "damaged" else {})

    def test_scans_of_one_parcel_add_up_to_what_it_holds(self) -> None:
        scans = [damage(lamp=2), damage(lamp=2), damage(lamp=1, shade=1), damage(lamp=1)]
        checks, leaving = check_damage(scans, {NAME: a_parcel()})
        assert [one.code for one in checks] == ["damaged", "not_in_parcel", "damaged", "withdrawn"]
        assert leaving == {NAME: {"lamp": 3, "shade": 1}}

    def test_a_refusal_says_what_to_do(self) -> None:
        [check], _ = check_damage([damage(vase=2)], {NAME: a_parcel()})
        assert "2 units of vase cannot be broken in lamps:1/1" in check.text
        assert "scan again" in check.text


def damage(**units: int) -> DamageScan:
    return DamageScan(NAME, "MAIN", "b1", units, NOON)
