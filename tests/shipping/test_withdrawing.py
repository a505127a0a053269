"""Which units leave which parcels for a cancel or a deadline. Rules without a database."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.shipping.domain.parcels import State
from services.shipping.domain.withdrawing import GrantedLine, PassedOn, unpaid, withdraw
from tests.shipping.on_paper import NAME, a_parcel


def passed(quantity: int, requeued_total: int = 0, cancel_id: str = "c1") -> PassedOn:
    return PassedOn("lamps:1", "lamp", "LAMP", cancel_id, quantity, 1, requeued_total)


def lamps(allocated: int, given_back: int = 0) -> dict[str, GrantedLine]:
    return {"lamp": GrantedLine("lamp", allocated, given_back, 0)}


class TestWithdrawing:
    def test_units_leave_where_they_have_come_least_far(self) -> None:
        states: tuple[State, ...] = ("packed", "packed", "released", "planned", "collecting")
        parcels = [a_parcel(state, n=n, lamp=1) for n, state in enumerate(states, start=1)]
        parcels[0] = replace(parcels[0], captured_minor=100)
        order: list[str] = []
        for quantity in range(1, 5):
            _, leaving = withdraw([passed(quantity)], lamps(5), parcels)
            order += sorted(leaving.keys() - set(order))
        assert order == ["lamps:1/5", "lamps:1/4", "lamps:1/2", "lamps:1/1"]

    @pytest.mark.parametrize(
        ("state", "code", "text"),
        [
            ("released", "parcel_released", "parcel already released (lamps:1/1)"),
            ("dispatched", "parcel_dispatched", "left the dock already (lamps:1/1)"),
        ],
    )
    def test_released_units_are_refused(self, state: State, code: str, text: str) -> None:
        [answer], leaving = withdraw([passed(2)], lamps(2), [a_parcel(state, lamp=2)])
        assert (answer.withdrawn, answer.refused, answer.reason) == (0, 2, (code, text))
        assert leaving == {}

    def test_units_given_back_before_are_followed(self) -> None:
        [answer], _ = withdraw([passed(3)], lamps(2, given_back=1), [a_parcel(lamp=2)])
        assert (answer.withdrawn, answer.forwarded, answer.refused) == (2, 1, 0)
        assert answer.reason is None

    def test_units_that_allocation_knew_of_are_not_followed(self) -> None:
        [answer], _ = withdraw([passed(2, requeued_total=1)], lamps(0, given_back=1), [])
        assert (answer.forwarded, answer.refused) == (0, 2)
        assert answer.reason == ("not_here", "no parcel holds these units any more")

    def test_no_unit_is_followed_twice(self) -> None:
        cancels = [passed(1), passed(1, cancel_id="c2"), passed(1, cancel_id="c3")]
        answers, _ = withdraw(cancels, lamps(0, given_back=2), [])
        assert [(one.forwarded, one.refused) for one in answers] == [(1, 0), (1, 0), (0, 1)]
        assert answers[1].forwarded_through == 2

    def test_several_cancels_share_what_is_there(self) -> None:
        cancels = [passed(2), passed(2, cancel_id="c2")]
        answers, leaving = withdraw(cancels, lamps(3), [a_parcel(lamp=3)])
        assert [(one.withdrawn, one.refused) for one in answers] == [(2, 0), (1, 1)]
        assert leaving == {NAME: {"lamp": 3}}

    def test_grants_that_did_not_come_are_a_bug(self) -> None:
        with pytest.raises(ValueError, match="1 units were granted, 0 came here"):
            withdraw([passed(1)], {}, [])

    @given(st.lists(st.integers(1, 4), max_size=5), st.integers(0, 3), st.integers(0, 5), st.data())
    def test_every_unit_passed_on_is_answered_once(
        self, cancels: list[int], given_back: int, in_hand: int, data: st.DataObject
    ) -> None:
        states: st.SearchStrategy[State] = st.sampled_from(
            ("collecting", "planned", "packed", "released", "dispatched")
        )
        parcels = [a_parcel(data.draw(states), n=n, lamp=1) for n in range(1, in_hand + 1)]
        count = in_hand + given_back
        requests = [
            PassedOn("lamps:1", "lamp", "LAMP", f"c{n}", quantity, count, 0)
            for n, quantity in enumerate(cancels)
        ]
        answers, leaving = withdraw(requests, lamps(in_hand, given_back), parcels)
        for request, answer in zip(requests, answers, strict=True):
            assert answer.withdrawn + answer.forwarded + answer.refused == request.quantity
        free = [one for one in parcels if one.state not in ("released", "dispatched")]
        taken = sum(sum(units.values()) for units in leaving.values())
        assert taken == sum(one.withdrawn for one in answers) == min(sum(cancels), len(free))
        assert sum(one.forwarded for one in answers) <= given_back

    def test_a_deadline_takes_what_nobody_will_pay(self) -> None:
        states: tuple[State, ...] = (
            "collecting", "planned", "authorized", "authorized", "packed", "packed", "released",
        )  # fmt: skip
        parcels = [a_parcel(state, n=n, lamp=1) for n, state in enumerate(states, start=1)]
        parcels[5] = replace(parcels[5], captured_minor=100)
        named = {"lamps:1/4", "lamps:1/5", "lamps:1/6", "lamps:1/7"}
        assert sorted(unpaid(parcels, named)) == [f"lamps:1/{n}" for n in (1, 2, 4, 5)]
