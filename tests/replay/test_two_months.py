"""Two real months on an empty shelf: everything ends as the files alone say it must."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journeys.home import Home, a_home
from tests.reliability import keep
from tests.replay.business import business_digests
from tests.replay.independent_totals import rows, totals
from tests.replay.retail import Replaying, Totals, allocated, arguments, files
from tests.replay.watching import Watch

MONTHS = "2010-12", "2011-01"
MINUTES_ALLOWED = 60
"""A replay that hangs ends here; how long it takes is measured, not tested."""
WORKER_LIMIT_MEGABYTES = 200
LOOK_SECONDS = 2.0

SAME_CUT_OFF = """
    SELECT order_id, warehouse, cut_off_at, count(*) AS n FROM shipments
    WHERE state <> 'withdrawn' GROUP BY 1, 2, 3 HAVING count(*) > 1
"""
LEFT = "SELECT kind, state, told, count(*) AS n FROM effects GROUP BY kind, state, told"


@dataclass(frozen=True)
class TwoMonths:
    """A home through which the two months went."""

    home: Home
    watch: Watch
    text: str
    seconds: float


def replayed(
    home: Home, log: Path, *options: str, given: Mapping[str, str] | None = None
) -> TwoMonths:
    """Replay the two months and watch the processes meanwhile."""
    started = time.monotonic()
    replay, watch = Replaying(home, [*arguments(MONTHS), *options], log, given), Watch(home)
    try:
        while replay.process.poll() is None and watch.seconds < MINUTES_ALLOWED * 60:
            watch.look()
            time.sleep(LOOK_SECONDS)
        assert replay.process.poll() == 0, replay.text
    finally:
        replay.stop()
    return TwoMonths(home, watch, replay.text, time.monotonic() - started)


@pytest.fixture(scope="module")
def two_months(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoMonths]:
    """The two months on an empty home, once for all tests of this file."""
    files("orders", MONTHS)
    with a_home() as home:
        yield replayed(home, tmp_path_factory.mktemp("two-months") / "replay.log")


@pytest.fixture
def expected() -> Totals:
    """Units per SKU, from the CSV files alone."""
    return totals(rows(files("orders", MONTHS)), rows(files("receipts", MONTHS)))


async def test_each_sku_ends_with_what_came_or_what_was_asked(
    two_months: TwoMonths, expected: Totals
) -> None:
    async with await two_months.home.owners() as owners:
        assert await allocated(owners) == expected


async def test_nothing_is_left_and_the_audit_is_clean(two_months: TwoMonths) -> None:
    async with await two_months.home.owners() as owners:
        left = {service: rows for service, rows in (await owners.of_all(LEFT)).items() if rows}
    assert left == {}
    assert "left scheduled after the drain" not in two_months.text
    judged = two_months.home.crossdock("audit", "--wait", "30", seconds=600)
    assert judged.code == 0, judged.out
    keep("two months", times=1, seconds=two_months.seconds)


async def test_no_order_has_two_parcels_of_one_cut_off(two_months: TwoMonths) -> None:
    async with await two_months.home.owners() as owners:
        assert await owners.fetch("shipping", SAME_CUT_OFF) == []


def test_no_worker_needs_more_than_its_memory(two_months: TwoMonths) -> None:
    peaks = two_months.watch.peaks
    assert len(peaks) == 6
    too_large = {w: mb for w, mb in peaks.items() if mb > WORKER_LIMIT_MEGABYTES}
    assert too_large == {}


@pytest.mark.long
async def test_a_second_home_ends_with_the_same_units(
    two_months: TwoMonths, tmp_path: Path
) -> None:
    async with await two_months.home.owners() as owners:
        first = await allocated(owners)
    with a_home() as home:
        second = replayed(home, tmp_path / "replay.log")
        async with await home.owners() as owners:
            assert await allocated(owners) == first
    keep("two months on a second home", times=1, seconds=second.seconds)


@pytest.mark.long
async def test_the_same_files_again_change_no_business_row(
    two_months: TwoMonths, tmp_path: Path
) -> None:
    before = await digests(two_months.home)
    again = replayed(two_months.home, tmp_path / "again.log")
    assert "The same files again" in again.text
    assert await digests(two_months.home) == before
    keep("the same two months again: no row changed", times=1, seconds=again.seconds)


async def digests(home: Home) -> dict[str, tuple[int, str]]:
    async with await home.owners() as owners:
        return await business_digests(owners)
