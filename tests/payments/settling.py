"""The service beside a running provider: let effects settle, look at what the books say."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TYPE_CHECKING

from schemas.envelope import Event
from tests.harness import Service
from tests.payments.builders import a_pack, a_plan, an_order
from tests.payments.provider import Provider

if TYPE_CHECKING:
    from tests.conftest import MakeService

SETTLED_SECONDS = 20
LOOK_SECONDS = 0.02

MakePayments = Callable[..., Awaitable[Service]]


def maker(service: MakeService, provider: Provider) -> MakePayments:
    """Makes the service, with short pauses between attempts."""

    async def make(**settings: object) -> Service:
        known = {"first_retry_seconds": 0.05, "longest_retry_seconds": 0.2}
        known |= {"provider_timeout_seconds": 1, **settings}
        return await service("payments", provider_url=provider.url, **known)

    return make


async def settle(payments: Service) -> list[Event]:
    """Run effects until none that is due is open; the events said."""
    said: list[Event] = []
    end = monotonic() + SETTLED_SECONDS
    while True:
        said += await payments.fire()
        if not await open_effects(payments):
            return said
        assert monotonic() < end, "effects do not settle"
        await asyncio.sleep(LOOK_SECONDS)


async def open_effects(payments: Service) -> int:
    """How many effects are due or under way."""
    rows = await payments.rows(
        "SELECT count(*) FROM effects WHERE state <> 'given_up' AND due_at <= $1",
        payments.clock.now(),
    )
    return rows[0]["count"]


async def started(payments: Service, kind: str, running: asyncio.Task[list[Event]]) -> None:
    """Wait until a call of a kind is being made."""
    end = monotonic() + SETTLED_SECONDS
    while not await payments.rows(
        "SELECT FROM effects WHERE kind = $1 AND state = 'started'", kind
    ):
        assert not running.done(), f"no {kind} was made"
        assert monotonic() < end, f"no {kind} was started"
        await asyncio.sleep(LOOK_SECONDS / 4)


async def while_under_way(payments: Service, kind: str, *events: Event) -> list[Event]:
    """Hear events while a call of a kind is being made; everything said until all is settled."""
    running = asyncio.create_task(payments.fire())
    await started(payments, kind, running)
    said = await payments.hear(*events)
    return said + await running + await settle(payments)


async def told(payments: Service, *events: Event) -> list[Event]:
    """Hear events one after another, everything settled after each."""
    said: list[Event] = []
    for event in events:
        said += await payments.hear(event)
        said += await settle(payments)
    return said


async def shipped(payments: Service, token: str = "tok_ok") -> list[Event]:
    """An order, its parcel planned and packed, everything settled after each."""
    return await told(payments, an_order(token=token), a_plan(), a_pack())


async def balances(payments: Service) -> dict[str, int]:
    """The ledger's accounts that are not empty."""
    rows = await payments.rows(
        """SELECT account, sum(amount_minor)::bigint AS amount FROM ledger
           GROUP BY account HAVING sum(amount_minor) <> 0"""
    )
    return {row["account"]: row["amount"] for row in rows}


async def scheduled(payments: Service) -> list[str]:
    """Kinds of effects that are still to come."""
    rows = await payments.rows("SELECT kind FROM effects ORDER BY kind")
    return [row["kind"] for row in rows]


def done(provider: Provider, operation: str) -> list[int]:
    """Amounts of an operation that happened, as the provider's own book says."""
    return [
        line.get("amount_minor", 0)
        for line in provider.book(operation)
        if line["outcome"] == "done"
    ]


def kept(provider: Provider) -> dict[str, int]:
    """What the provider took and did not give back, by shipment; nothing where it is nothing."""
    found: Counter[str] = Counter()
    for line in provider.book():
        if line["outcome"] == "done" and line["operation"] in ("capture", "refund"):
            sign = 1 if line["operation"] == "capture" else -1
            found[line["shipment_id"]] += sign * line["amount_minor"]
    return {name: amount for name, amount in found.items() if amount}


def reserved(provider: Provider) -> int:
    """What the provider's book says is reserved."""
    last: dict[str, tuple[str, int]] = {}
    for line in provider.book():
        if found := line["authorization"]:
            last[found["id"]] = found["status"], found["amount_minor"]
    return sum(amount for status, amount in last.values() if status == "authorized")
