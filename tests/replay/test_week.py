"""A real week with goods for all: each order is one parcel, and every unit is accounted for."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from tests.journeys.home import a_home
from tests.replay.retail import Replaying, allocated, shipments_by_order
from tests.replay.week import LINES, MINUTES, ORDERS, the_week


async def test_a_week_with_goods_for_all_is_one_parcel_an_order(tmp_path: Path) -> None:
    week = the_week(tmp_path)
    with a_home() as home:
        replay = Replaying(home, week.options, tmp_path / "replay.log")
        assert replay.wait(MINUTES * 60) == 0, replay.text

        assert f"{ORDERS} orders" in replay.text
        assert f"orders: used as lines {LINES}" in " ".join(replay.text.split())
        async with await home.owners() as owners:
            assert await allocated(owners) == week.totals
            shipments = await shipments_by_order(owners)
        assert Counter(shipments.values()) == {1: ORDERS}
        exported = home.crossdock("export", "lines")
        lines = list(csv.DictReader(io.StringIO(exported.out)))
        assert len(lines) == LINES
        assert all(row["dispatched"] == row["ordered"] for row in lines)
        judged = home.crossdock("audit", "--wait", "30")
        assert judged.code == 0, judged.out
