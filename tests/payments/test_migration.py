"""What the first release left is taken over: costs, lapsed authorizations, deadlines."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import pytest

from deploy.local.home import Addresses
from schemas.payments import PaymentCaptured, PaymentDeadlinePassed
from services.chassis.database import parameters
from services.chassis.migrate import migrate
from tests import harness, stack
from tests.harness import START, only
from tests.payments.builders import ORDER, SHIPMENT, a_change, a_method, a_pack
from tests.payments.provider import Provider
from tests.payments.settling import balances, kept, settle, told

if TYPE_CHECKING:
    from asyncpg import Connection, Record

MIGRATIONS = stack.SERVICES / "payments" / "migrations"
LEFT = """
SET search_path = payments;
INSERT INTO accounts (order_id, episode, deadline)
VALUES ('shop:1001', 1, '2026-03-05 09:00+00'), ('shop:2', 0, NULL);
INSERT INTO methods (order_id, method_id, token, given_at, state)
SELECT order_id, 'm-1', 'tok_ok', '2026-03-02 09:00+00', 'verified' FROM accounts;
INSERT INTO authorizations (shipment_id, order_id, version, amount_minor, currency, planned_at,
    state, epoch, method_id, provider, provider_ref, authorized_at, valid_until)
SELECT order_id || '/1', order_id, 1, 4200, 'GBP', '2026-03-02 09:00+00', 'authorized', 1, 'm-1',
    'standin', 'auth of ' || order_id, '2026-03-02 09:00+00', '2026-03-09 09:00+00' FROM accounts;
INSERT INTO captures (shipment_id, order_id, version, amount_minor, packed_at, state,
    reason_code, reason_text)
VALUES ('shop:1001/1', 'shop:1001', 1, 4200, '2026-03-02 09:00+00', 'refused',
    'authorization_lapsed', 'It has lapsed.');
INSERT INTO ledger
    (entry, posting, order_id, shipment_id, account, currency, amount_minor, booked_at)
SELECT 'authorize:' || shipment_id || ':1', p.posting, order_id, shipment_id, p.account, 'GBP',
    p.sign * 4200, authorized_at
FROM authorizations CROSS JOIN (VALUES (1, 'reserved', 1), (2, 'reservations', -1))
    AS p (posting, account, sign);
"""


@pytest.fixture
async def address(servers: Addresses, tmp_path: Path) -> AsyncIterator[str]:
    """A database of the first release, with its rows, brought to this one."""
    name = stack.new_name()
    await stack.administer(servers, f"CREATE DATABASE {name}")
    found = stack.named(servers, name)
    first = tmp_path / "first"
    first.mkdir()
    shutil.copy(MIGRATIONS / "0001_payments.sql", first)
    connection: Connection[Record] = await asyncpg.connect(
        **parameters(found, stack.OWNER, servers.passfile)
    )
    await migrate(connection, {"payments": first})
    await connection.execute(LEFT)
    await migrate(connection, {"payments": MIGRATIONS})
    await connection.close()
    yield found
    await stack.drop(servers, found)


@pytest.fixture
async def payments(
    servers: Addresses, address: str, tmp_path: Path, provider: Provider
) -> AsyncIterator[harness.Service]:
    """This release on that database."""
    one = await harness.service(
        "payments", address, servers.passfile, tmp_path, provider_url=provider.url
    )
    yield one
    for close in one.worker.closing:
        await close()
    one.pool.terminate()


async def test_what_had_lapsed_is_paid_with_another_method(
    payments: harness.Service, provider: Provider
):
    said = await told(payments, a_method(given_at=START + timedelta(hours=1)))
    assert len(only(said, PaymentCaptured)) == 1
    assert kept(provider) == {SHIPMENT: 4_200}
    assert await balances(payments) == {
        "provider": 4_200, "customers": -4_200, "reserved": 4_200, "reservations": -4_200,
    }  # fmt: skip


async def test_an_open_trouble_has_its_deadline(payments: harness.Service):
    payments.clock.set(START + timedelta(hours=72))
    passed = only(await settle(payments), PaymentDeadlinePassed)
    assert [(event.order_id, event.shipment_ids) for event in passed] == [(ORDER, (SHIPMENT,))]


async def test_a_planned_parcel_has_its_cost_and_its_renewal(payments: harness.Service):
    rows = await payments.rows("SELECT shipment_id, amount_minor, packed_at FROM targets")
    assert {(row["shipment_id"], row["amount_minor"]) for row in rows} == {
        (SHIPMENT, 4_200), ("shop:2/1", 4_200),
    }  # fmt: skip
    rows = await payments.rows("SELECT key FROM effects WHERE kind = 'renew_authorization'")
    assert [row["key"] for row in rows] == ["shop:2/1:1"]


async def test_facts_that_an_older_worker_wrote_after_the_migration_are_known(
    payments: harness.Service,
):
    await payments.rows("DELETE FROM targets WHERE shipment_id = 'shop:2/1'")
    assert await payments.hear(a_change(3_000, order_id="shop:2")) == []
    assert await payments.hear(a_pack("shop:2", amount_minor=3_000, version=2)) == []
    rows = await payments.rows("SELECT key FROM effects WHERE kind = 'capture'")
    assert [row["key"] for row in rows] == ["shop:2/1:1"]
