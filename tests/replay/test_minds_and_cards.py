"""Two real months in which customers cancel and cards fail: to the unit, and to the cent."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.home import Home, a_home
from tests.reliability import keep
from tests.replay.independent_totals import rows, totals
from tests.replay.retail import Totals, allocated, files
from tests.replay.test_two_months import MONTHS, TwoMonths, replayed

pytestmark = pytest.mark.long

CARDS = {
    "CROSSDOCK_PROVIDER_SEED": "20101201",
    "CROSSDOCK_PROVIDER_DECLINE_PERCENT": "3",
    "CROSSDOCK_PROVIDER_EXPIRE_PERCENT": "1",
    "CROSSDOCK_PROVIDER_LOST_PERCENT": "1",
}
"""What befalls cards: drawn from a hash of seed and order, never from the order of calls."""
FAILED = "SELECT order_id FROM accounts WHERE episode > 0 ORDER BY order_id"
LEFT = "SELECT kind, state, count(*) AS n FROM effects GROUP BY kind, state"
LEAST_FAILED = 50


def minds_and_cards(home: Home, log: Path) -> TwoMonths:
    """Replay the two months with everything that goes wrong in them."""
    return replayed(home, log, "--cancellations", "include", given=CARDS)


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoMonths]:
    """A home through which they went."""
    with a_home() as home:
        yield minds_and_cards(home, tmp_path_factory.mktemp("replay") / "replay.log")


def independent(home: Home) -> Totals:
    """Units per SKU from the files, less what the exported lines say was cancelled."""
    exported = home.crossdock("export", "lines", seconds=600)
    lines = csv.DictReader(io.StringIO(exported.out))
    return totals(rows(files("orders", MONTHS)), rows(files("receipts", MONTHS)), lines=iter(lines))


async def failed(home: Home) -> list[str]:
    """The orders whose card failed."""
    async with await home.owners() as owners:
        return [row["order_id"] for row in await owners.fetch("payments", FAILED)]


async def test_each_sku_ends_with_what_came_or_what_was_still_wanted(months: TwoMonths) -> None:
    async with await months.home.owners() as owners:
        assert await allocated(owners) == independent(months.home)


async def test_nothing_is_left_and_the_audit_is_clean(months: TwoMonths) -> None:
    async with await months.home.owners() as owners:
        left = {service: rows for service, rows in (await owners.of_all(LEFT)).items() if rows}
    assert left == {}
    judged = months.home.crossdock("audit", "--wait", "30", seconds=600)
    assert judged.code == 0, judged.out
    assert len(await failed(months.home)) > LEAST_FAILED
    keep("two months with cancels and failing cards", times=1, seconds=months.seconds)


async def test_the_same_cards_fail_on_a_second_home(months: TwoMonths, tmp_path: Path) -> None:
    before = await failed(months.home)
    with a_home() as home:
        second = minds_and_cards(home, tmp_path / "replay.log")
        assert await failed(home) == before
        async with await home.owners() as owners:
            assert await allocated(owners) == independent(home)
    keep("cancels and failing cards on a second home", times=1, seconds=second.seconds)
