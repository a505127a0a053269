"""What the first release left behind, taken over by the second."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from deploy.local.home import Addresses
from schemas.stock_receipts import DeliveryShort
from services.chassis.database import parameters
from services.chassis.migrate import migrate
from tests import harness, stack
from tests.harness import only
from tests.stock_receipts.builders import MONDAY

NAME = "stock_receipts"
FIRST = "0001_stock_receipts.sql"
LINES = """
    INSERT INTO delivery_lines (sku, warehouse, delivery, supplier, quantity, expected_on, stage,
        announced_at, good, damaged)
    VALUES ('LAMP', 'MAIN', 'D7', 'ACME', 10, '2026-03-06', 'sent', $1, 6, 0),
           ('MÜG "3"', 'MAIN', 'D7', 'ACME', 10, '2026-03-06', 'sent', $1, 0, 0),
           ('VASE', 'MAIN', 'D7', 'ACME', 10, '2026-03-06', 'sent', $1, 10, 0)
"""
SCANS = """
    INSERT INTO receipts
    VALUES ('MAIN', 'S1', 'LAMP', 'DOCK-2', 'D7', 'ACME', 4, 0, $1, $2),
           ('MAIN', 'S2', 'LAMP', 'DOCK-2', 'D7', 'ACME', 2, 0, $2, $2),
           ('MAIN', 'S3', 'VASE', 'DOCK-2', 'D7', 'ACME', 10, 0, $2, $2)
"""


@pytest.fixture
async def address(servers: Addresses, tmp_path: Path) -> AsyncIterator[str]:
    """A database of the first release, with deliveries under way, migrated to this one."""
    folder = stack.migration_folders()[NAME]
    first = tmp_path / "first"
    first.mkdir()
    shutil.copy(folder / FIRST, first)
    database = stack.new_name()
    await stack.administer(servers, f"CREATE DATABASE {database}")
    address = stack.named(servers, database)
    owner = await asyncpg.connect(**parameters(address, stack.OWNER, servers.passfile))
    await migrate(owner, {NAME: first})
    await owner.execute(f"SET search_path = {NAME}")
    await owner.execute(LINES, MONDAY)
    await owner.execute(SCANS, MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=2))
    await migrate(owner, {NAME: folder})
    await owner.close()
    yield address
    await stack.drop(servers, address)


async def test_deliveries_of_the_first_release_end_as_those_of_this_one(
    servers: Addresses, address: str, tmp_path: Path
) -> None:
    receipts = await harness.service(NAME, address, servers.passfile, tmp_path)
    assert await receipts.fire() == []
    rows = await receipts.rows("SELECT subject, due_at FROM effects ORDER BY subject")
    assert [tuple(row) for row in rows] == [
        ("LAMP", MONDAY + timedelta(days=2, hours=1)),
        ('MÜG "3"', datetime(2026, 3, 14, tzinfo=UTC)),
    ]
    receipts.clock.set(datetime(2026, 3, 14, tzinfo=UTC))
    said = only(await receipts.fire(), DeliveryShort)
    assert [(one.sku, one.short, one.cause) for one in said] == [
        ("LAMP", 4, "closed"), ('MÜG "3"', 10, "overdue"),
    ]  # fmt: skip
    receipts.pool.terminate()
