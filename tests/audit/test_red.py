"""The audit can go red: each law finds the violation planted for it, and is silent without it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from deploy.local.home import Addresses
from services.audit.checks import CHECKS
from services.audit.owners import Owners
from services.audit.report import Check, Evidence, audit, exit_code
from services.chassis.database import parameters
from services.chassis.settings import Deployment
from tests import stack
from tests.payments.provider import Provider, ProviderThread

BY_NAME = {check.name: check for check in CHECKS}

DISPATCHED_UNRELEASED = """
    INSERT INTO shipping.shipments (shipment_id, order_id, n, warehouse, state, opened_at,
        cut_off_at, planned_at, amount_minor, freight_minor, dispatched_at, dispatched_unreleased)
    VALUES ('shop:1/1', 'shop:1', 1, 'MAIN', 'dispatched', now(), now(), now(), 0, 0, now(), true)
"""
RELEASED_UNPAID = """
    INSERT INTO shipping.shipments (shipment_id, order_id, n, warehouse, state, opened_at,
        cut_off_at, planned_at, amount_minor, freight_minor, authorized_at, packed_version,
        captured_version, captured_minor, captured_at, released_at)
    VALUES ('shop:1/1', 'shop:1', 1, 'MAIN', 'released', now(), now(), now(), 500, 0, now(), 1,
        1, 500, now(), now());
    INSERT INTO shipping.shipment_lines VALUES ('shop:1/1', 'shop:1:1', 1, '{[1,2)}', 500)
"""
A_LINE = """
    INSERT INTO allocation.lines (line_id, order_id, sku, quantity, priority_class, placed_at,
        warehouses, requested_at, granted_total, waiting, refused, state, promise_version,
        eligible_since_decision)
    VALUES ('shop:{n}:1', 'shop:{n}', 'LAMP', 2, 5, '2026-03-0{n}', '{{MAIN}}', now(), {granted},
        {waiting}, 0, '{state}', 0, {since})
"""
A_GRANT = """
    INSERT INTO allocation.decisions (sku, decision_no, kind, line_id, quantity, warehouse, source,
        reason_code, reason_text, reason_parameters, decided_at)
    VALUES ('LAMP', 2, 'grant', 'shop:2:1', 2, 'MAIN', 'dock', 'received', '', '{}', now())
"""
EARLY_WAITS = A_LINE.format(n=1, granted=0, waiting=2, state="waiting", since=1)
LATE_SERVED = A_LINE.format(n=2, granted=2, waiting=0, state="closed", since=1)
ORDERED_ONLY = """
    INSERT INTO order_intake.lines
        (line_id, order_id, sku, ordinal, title, ordered, line_total_minor, requested_at)
    VALUES ('shop:1:1', 'shop:1', 'LAMP', 1, '', 2, 1000, now())
"""
CAME_IN = """
    INSERT INTO stock_receipts.adjustments
        (warehouse, adjustment_id, sku, quantity, reason, adjusted_at, taken_at)
    VALUES ('MAIN', 'A1', 'LAMP', 3, 'found', now(), now())
"""
FREE_AT_THE_DOCK = (
    "INSERT INTO allocation.supply (sku, warehouse, at_dock) VALUES ('LAMP', 'MAIN', 1)"
)
GIVEN_UP = """
    INSERT INTO payments.effects (kind, key, subject, due_at, request, state, told)
    VALUES ('capture', 'shop:1/1', 'shop:1/1', now(), '{}', 'given_up', 'after 500 attempts')
"""
WHOLE_LINE_UNDERPRICED = f"""
    {ORDERED_ONLY};
    INSERT INTO shipping.shipments (shipment_id, order_id, n, warehouse, state, opened_at,
        cut_off_at, planned_at, amount_minor, freight_minor, released_at, captured_at,
        captured_version, captured_minor, dispatched_at)
    VALUES ('shop:1/1', 'shop:1', 1, 'MAIN', 'dispatched', now(), now(), now(), 900, 0, now(),
        now(), 1, 900, now());
    INSERT INTO shipping.shipment_lines VALUES ('shop:1/1', 'shop:1:1', 2, '{{[1,3)}}', 900)
"""

PLANTED = {
    "released-after-capture": DISPATCHED_UNRELEASED,
    "granted-what-is-there": A_GRANT,
    "nobody-overtaken": f"{EARLY_WAITS};{LATE_SERVED};{A_GRANT}",
    "every-unit-accounted": ORDERED_ONLY,
    "granted-units-in-parcels": LATE_SERVED,
    "every-place-balances": CAME_IN,
    "no-idle-units": f"{EARLY_WAITS};{FREE_AT_THE_DOCK}",
    "captured-what-was-released": RELEASED_UNPAID,
    "whole-lines-at-their-price": WHOLE_LINE_UNDERPRICED,
    "nothing-stuck": GIVEN_UP,
}


@pytest.fixture
async def evidence(servers: Addresses, database: str) -> AsyncIterator[Evidence]:
    """What the auditor sees of a migrated database in which nothing has happened."""
    deployment = Deployment(
        kafka=servers.kafka, postgres=database, passfile=servers.passfile,
        namespace="nobody.", home=None,
    )  # fmt: skip
    async with await Owners.open(deployment) as owners:
        yield Evidence(deployment, owners, None, ())


async def plant(servers: Addresses, evidence: Evidence, sql: str) -> None:
    """Write behind the services' backs, as the owner."""
    connection = await asyncpg.connect(
        **parameters(evidence.deployment.postgres, stack.OWNER, servers.passfile)
    )
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


@pytest.mark.parametrize("name", PLANTED)
async def test_a_planted_violation_is_found(
    servers: Addresses, evidence: Evidence, name: str
) -> None:
    check: Check = BY_NAME[name]
    assert await check.find(evidence) == []
    await plant(servers, evidence, PLANTED[name])
    [finding] = await audit(evidence, [check], ())
    assert finding.verdict == "violated", finding
    assert exit_code([finding]) == 1


async def test_a_released_parcel_without_capture_is_found(
    servers: Addresses, evidence: Evidence
) -> None:
    await plant(servers, evidence, RELEASED_UNPAID)
    assert await BY_NAME["released-after-capture"].find(evidence) == [
        "shop:1/1 was released without a capture"
    ]


async def test_a_message_that_came_twice_is_found(evidence: Evidence) -> None:
    twice = Evidence(evidence.deployment, evidence.owners, None, ("<a@x>", "<b@x>", "<a@x>"))
    assert await BY_NAME["no-message-twice"].find(twice) == ["<a@x> came 2 times"]


async def test_what_is_in_flight_keeps_the_laws_of_rest_from_being_judged(
    evidence: Evidence,
) -> None:
    at_rest = [check for check in CHECKS if not check.always]
    findings = await audit(evidence, at_rest, ("allocation: 3 messages to read",))
    assert {finding.verdict for finding in findings} == {"not judged"}
    assert exit_code(findings) == 2


async def test_without_a_provider_its_book_cannot_be_judged(evidence: Evidence) -> None:
    [finding] = await audit(evidence, [BY_NAME["books-agree"]], ())
    assert (finding.verdict, exit_code([finding])) == ("not judged", 2)


def a_capture(provider: Provider) -> None:
    """Authorize and capture one parcel at the provider, behind our back."""
    body = {"reference": "r", "order_id": "shop:1", "shipment_id": "shop:1/1"}
    money = {"amount_minor": 500, "currency": "GBP"}
    with httpx.Client(base_url=provider.url) as client:
        made = client.post(
            "/v1/authorizations", json={**body, **money, "token": "tok_ok"},
            headers={"Idempotency-Key": "authorize"},
        )  # fmt: skip
        client.post(
            f"/v1/authorizations/{made.raise_for_status().json()['id']}/capture",
            json={**body, **money}, headers={"Idempotency-Key": "capture"},
        ).raise_for_status()  # fmt: skip


async def test_a_capture_that_only_the_provider_knows_is_found(
    evidence: Evidence, tmp_path: Path
) -> None:
    provider = ProviderThread(tmp_path).start()
    try:
        seen = Evidence(evidence.deployment, evidence.owners, provider.url, ())
        assert await BY_NAME["books-agree"].find(seen) == []
        a_capture(provider)
        assert await BY_NAME["captured-once"].find(seen) == []
        assert await BY_NAME["books-agree"].find(seen) == [
            "shop:1/1: None in our ledger, 500 in the provider's book"
        ]
    finally:
        provider.stop()


async def test_a_parcel_captured_twice_is_found(evidence: Evidence, tmp_path: Path) -> None:
    provider = ProviderThread(tmp_path).start()
    a_capture(provider)
    provider.stop()
    book = tmp_path / "provider" / "book.jsonl"
    last = book.read_bytes().splitlines(keepends=True)[-1]
    with book.open("ab") as file:
        file.write(last.replace(b'"key":"capture"', b'"key":"again"'))
    provider = ProviderThread(tmp_path).start()
    try:
        seen = Evidence(evidence.deployment, evidence.owners, provider.url, ())
        assert await BY_NAME["captured-once"].find(seen) == ["shop:1/1 was captured 2 times"]
    finally:
        provider.stop()
