from __future__ import annotations

from typing import TYPE_CHECKING

import asyncpg
import pytest

from tests.harness import START, Service

if TYPE_CHECKING:
    from tests.conftest import MakeService

POST = """INSERT INTO ledger
    (entry, posting, order_id, shipment_id, account, currency, amount_minor, booked_at)
    VALUES ('e', 1, 'o', 's', 'provider', 'GBP', 5, $1), ('e', 2, 'o', 's', 'customers', $2, $3, $1)
"""


@pytest.fixture
async def payments(service: MakeService) -> Service:
    return await service("payments", provider_url="http://127.0.0.1:1")


@pytest.mark.parametrize(("currency", "amount_minor"), [("GBP", -4), ("EUR", -5)])
async def test_an_entry_out_of_balance_in_a_currency_is_refused(
    payments: Service, currency: str, amount_minor: int
):
    with pytest.raises(asyncpg.CheckViolationError, match="does not sum to zero"):
        await payments.rows(POST, START, currency, amount_minor)


@pytest.mark.parametrize(
    "change", ["UPDATE ledger SET amount_minor = 6", "DELETE FROM ledger WHERE entry = 'e'"]
)
async def test_what_was_booked_stays(payments: Service, change: str):
    await payments.rows(POST, START, "GBP", -5)
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await payments.rows(change)


async def test_nothing_is_booked_twice(payments: Service):
    await payments.rows(POST, START, "GBP", -5)
    with pytest.raises(asyncpg.UniqueViolationError):
        await payments.rows(POST, START, "GBP", -5)
