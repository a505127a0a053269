"""`status`, `explain`, `mails`, `export lines` and `audit` on a home at work."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from schemas.topics import SERVICES
from services.chassis.database import parameters
from services.standins.publishing import Publisher
from tests.cli.waiting import until
from tests.journeys.facts import a_product, a_scan, an_order
from tests.journeys.home import Home

NOW = datetime.now(UTC)
OWNER = "crossdock"


def as_json(fact: object) -> str:
    return fact.model_dump_json(exclude_unset=True)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def order(home: Home) -> str:
    """An order of two, of which one is there."""
    name = f"acme:{uuid4().hex[:8]}"
    told = as_json(a_product("LOOK-CUP"))
    assert home.crossdock("send", "product", "-", told=told).code == 0
    assert home.crossdock("scan", "D-look", "LOOK-CUP", "1").code == 0
    told = as_json(an_order(name, NOW, lines={"LOOK-CUP": 2}))
    assert home.crossdock("send", "order", "-", told=told).code == 0
    return name


def test_status_tells_addresses_lag_and_what_waits(home: Home, order: str) -> None:
    shown = home.crossdock("status")
    assert shown.code == 0, shown.err
    assert home.deployment.kafka in shown.out
    assert home.deployment.postgres in shown.out
    assert all(service in shown.out for service in SERVICES)
    assert "Waiting" in shown.out
    assert "✗" not in shown.out, "all six are ready, nothing is wrong"


def test_mails_lists_them_and_shows_one_order_whole(home: Home, order: str) -> None:
    listed = until(lambda: order in (shown := home.crossdock("mails").out) and shown)
    assert listed, "the confirmation did not come"
    shown = home.crossdock("mails", order)
    assert shown.code == 0
    assert "LOOK-CUP of brass" in shown.out
    [path] = [line.split("HTML: ")[1] for line in shown.out.splitlines() if "HTML: " in line][:1]
    assert path.strip().endswith(".html")
    assert "<html" in Path(path.strip()).read_text()
    assert "No mails of order acme:nobody" in home.crossdock("mails", "acme:nobody").out


def test_export_lines_is_csv_with_a_row_a_line(home: Home, order: str) -> None:
    exported = home.crossdock("export", "lines")
    assert exported.code == 0, exported.err
    assert exported.out.splitlines()[0] == (
        "order_id,line,sku,ordered,allocated,cancelled,dispatched,captured_minor,requested_at,"
        "allocated_at"
    )
    [row] = [r for r in csv.DictReader(io.StringIO(exported.out)) if r["order_id"] == order]
    assert (row["line"], row["sku"], row["ordered"], row["allocated"]) == (
        "1",
        "LOOK-CUP",
        "2",
        "1",
    )
    assert row["requested_at"].startswith(f"{NOW:%Y}")


def test_explain_tells_the_story_with_its_reasons_and_mails(home: Home, order: str) -> None:
    text = " ".join(home.crossdock("explain", order).out.split())
    assert f"Order {order} as of" in text
    assert "2 units are to come" in text
    assert "1 unit waits for goods: 1 without a date" in text
    assert "1 × LOOK-CUP of brass granted from the shelf of MAIN" in text
    assert f"mailed: order confirmed “Order {order.partition(':')[2]} is confirmed”" in text
    assert "What comes next" in text
    assert "the warehouse's cut-off: what is there by then is packed together" in text
    assert home.crossdock("explain", order.partition(":")[2]).out.startswith(f"Order {order}")
    assert "LOOK-CUP of brass" in home.crossdock("explain", order, "--mails").out


def test_the_audit_is_clean_once_all_is_at_rest(home: Home, order: str) -> None:
    judged = home.crossdock("audit", "--wait", "30")
    assert judged.code == 0, judged.out + judged.err
    marks = [line[0] for line in judged.out.splitlines() if line and line[0] in "✓✗?"]
    assert len(marks) >= 14
    assert set(marks) == {"✓"}


def test_the_audit_cannot_judge_while_something_is_in_flight(home: Home) -> None:
    told = as_json(a_product("FLIGHT-CUP"))
    assert home.crossdock("send", "product", "-", told=told).code == 0
    assert home.crossdock("audit", "--wait", "30").code == 0
    with frozen(home, "stock_receipts"):
        asyncio.run(publish_a_scan(home))
        judged = home.crossdock("audit")
    assert judged.code == 2, judged.out + judged.err
    assert "not settling: stock_receipts: 1 messages to read" in judged.out
    assert "✓ captured-once" in judged.out, "what holds at any instant is judged all the same"
    assert home.crossdock("audit", "--wait", "30").code == 0


def test_the_audit_names_what_is_violated(home: Home, order: str) -> None:
    asyncio.run(change(home, 1))
    try:
        judged = home.crossdock("audit", "--wait", "30")
    finally:
        asyncio.run(change(home, -1))
    assert judged.code == 1, judged.out + judged.err
    [broken] = [line for line in judged.out.splitlines() if line.startswith("✗")]
    assert broken.startswith("✗ every-place-balances")
    assert "LOOK-CUP in MAIN: 1 came in" in judged.out
    assert home.crossdock("audit", "--wait", "30").code == 0


@contextmanager
def frozen(home: Home, worker: str) -> Generator[None]:
    pid = home.process(worker)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def publish_a_scan(home: Home) -> None:
    found = home.deployment
    async with Publisher(found.kafka, found.namespace) as publisher:
        scan = a_scan(uuid4().hex, "FLIGHT-CUP", NOW, good=1)
        await publisher.publish([scan], "/tests", NOW)


async def change(home: Home, units: int) -> None:
    """Do what no service may: put units on a shelf that nobody brought."""
    found = home.deployment
    connection = await asyncpg.connect(**parameters(found.postgres, OWNER, found.passfile))
    try:
        done = await connection.execute(
            "UPDATE allocation.supply SET lost = lost + $1 WHERE sku = 'LOOK-CUP'", units
        )
        assert done == "UPDATE 1"
    finally:
        await connection.close()
