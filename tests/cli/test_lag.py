"""The trend of a lag: rates, and the time until all is read."""

from __future__ import annotations

import pytest

from services.audit.lag import PartitionLag
from services.cli.lag import Trends

NAME = "allocation", "stock"


def looks(*found: tuple[float, int, int]) -> Trends:
    """A trend of looks: at, position, end."""
    trends = Trends()
    for at, position, end in found:
        trends.take([PartitionLag(*NAME, 0, position, end, seconds=3.0)], at)
    return trends


def test_whoever_reads_faster_than_others_say_will_be_done() -> None:
    trends = looks((0.0, 0, 1_000), (10.0, 500, 1_200))
    assert trends.rates(NAME) == (20.0, 50.0)
    assert trends.drain_seconds(NAME) == pytest.approx(700 / 30)


def test_whoever_reads_slower_is_never_done_like_this() -> None:
    assert looks((0.0, 0, 1_000), (10.0, 100, 2_000)).drain_seconds(NAME) is None


def test_whoever_has_read_all_is_done() -> None:
    assert looks((0.0, 7, 7), (10.0, 9, 9)).drain_seconds(NAME) == 0.0


def test_one_look_is_no_trend() -> None:
    assert looks((0.0, 0, 5)).rates(NAME) == (0.0, 0.0)


def test_what_is_read_to_its_end_is_shown_only_when_asked_for() -> None:
    trends = looks((0.0, 7, 7), (10.0, 7, 7))
    assert trends.table(everything=True).row_count == 1
    assert [*trends.table(everything=False).columns[0].cells] == [
        "[green]all services have read everything[/green]"
    ]


def test_a_row_past_the_end_is_no_lag() -> None:
    assert PartitionLag(*NAME, 0, 9, 7).messages == 0
