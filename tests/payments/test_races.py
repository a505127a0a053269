"""Every pair of racing facts about money: one before, during and after the call that it races.

The books must end the same whichever came first, and nothing may stay reserved or scheduled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from schemas.envelope import Event
from schemas.payments import PaymentCaptured, PaymentDeadlinePassed, PaymentMethodVerified
from tests.harness import START, Service, only
from tests.payments.builders import (
    SHIPMENT,
    a_change,
    a_method,
    a_pack,
    a_plan,
    a_whole_cancel,
    a_withdrawal,
    an_order,
)
from tests.payments.provider import Provider, ProviderThread
from tests.payments.settling import (
    balances,
    kept,
    maker,
    reserved,
    scheduled,
    settle,
    started,
    told,
    while_under_way,
)

if TYPE_CHECKING:
    from tests.conftest import MakeService

LATENCY_MILLISECONDS = "150"
LATER = START + timedelta(hours=1)


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    """A provider slow enough that something may happen meanwhile."""
    one = ProviderThread(tmp_path, latency_milliseconds=LATENCY_MILLISECONDS).start()
    yield one
    one.stop()


@dataclass(frozen=True)
class Race:
    """A fact against a call: what came before, what makes the call due, what is told at the end."""

    call: str
    fact: Event
    kept_minor: int
    before: tuple[Event, ...]
    cause: Event | None = None
    after: tuple[Event, ...] = ()
    passed: timedelta = timedelta(0)
    """Time that makes the call due."""


AUTHORIZED = (an_order(), a_plan())
CAPTURED = (*AUTHORIZED, a_pack())
PACKED_ANEW = (a_pack(version=2, amount_minor=3_000),)
NEW_CARD = a_method(given_at=LATER)
RENEWAL = timedelta(days=6)

RACES = {
    "a change × the authorization": Race(
        "authorize", a_change(3_000), 3_000, (an_order(),), a_plan(), PACKED_ANEW
    ),
    "a withdrawal × the authorization": Race(
        "authorize", a_withdrawal(), 0, (an_order(),), a_plan()
    ),
    "a change × the capture": Race(
        "capture", a_change(3_000), 3_000, AUTHORIZED, a_pack(), PACKED_ANEW
    ),
    "a change to nothing × the capture": Race(
        "capture", a_change(0), 0, AUTHORIZED, a_pack(), (a_pack(version=2, amount_minor=0),)
    ),
    "a withdrawal × the capture": Race("capture", a_withdrawal(), 0, AUTHORIZED, a_pack()),
    "a change × a refund": Race(
        "refund", a_change(2_000, version=3), 2_000, CAPTURED, a_change(3_000)
    ),
    "a withdrawal × a refund": Race(
        "refund", a_withdrawal(3), 0, CAPTURED, a_change(3_000)
    ),
    "a withdrawal × a void": Race("void", a_withdrawal(3), 0, AUTHORIZED, a_change(0)),
    "a pack × the renewal": Race(
        "authorize", a_pack(packed_at=START + RENEWAL), 4_200, AUTHORIZED, passed=RENEWAL
    ),
    "a change × the renewal": Race(
        "authorize", a_change(3_000), 3_000, AUTHORIZED, None, PACKED_ANEW, RENEWAL
    ),
    "a withdrawal × the renewal": Race(
        "authorize", a_withdrawal(), 0, AUTHORIZED, passed=RENEWAL
    ),
    "a new method × the decline of the old": Race(
        "authorize", NEW_CARD, 4_200, (an_order(token="tok_declined"),), a_plan(), (a_pack(),)
    ),
    "a new method × the old one tried again": Race(
        "authorize", NEW_CARD, 4_200, (an_order(token="tok_insufficient"), a_plan()),
        None, (a_pack(),), timedelta(hours=24),
    ),
    "the end of the order × its verification": Race(
        "verify", a_whole_cancel(), 0, (), an_order()
    ),
}  # fmt: skip


async def in_turn(one: Service, race: Race, when: str) -> None:
    """Run a race with the fact before, during or behind the call."""
    await told(one, *race.before)
    if when == "before":
        await one.hear(race.fact)
    if race.passed:
        one.clock.set(START + race.passed)
    if race.cause is not None:
        await one.hear(race.cause)
    if when == "during":
        await while_under_way(one, race.call, race.fact)
    await settle(one)
    if when == "after":
        await one.hear(race.fact)
    await told(one, *race.after)


@pytest.mark.parametrize("when", ["before", "during", "after"])
@pytest.mark.parametrize("name", RACES)
async def test_whichever_comes_first_the_books_end_the_same(
    service: MakeService, provider: Provider, name: str, when: str
):
    one, race = await maker(service, provider)(), RACES[name]
    await in_turn(one, race, when)
    await settle(one)
    found = {SHIPMENT: race.kept_minor} if race.kept_minor else {}
    assert kept(provider) == found
    assert reserved(provider) == 0
    assert await scheduled(one) == []
    assert await balances(one) == (
        {"provider": race.kept_minor, "customers": -race.kept_minor} if found else {}
    )


@pytest.mark.parametrize("when", ["before", "during"])
async def test_a_method_given_in_time_pays_also_when_the_deadline_passes_meanwhile(
    service: MakeService, provider: Provider, when: str
):
    one = await maker(service, provider)()
    await told(one, an_order(token="tok_declined"), a_plan(), a_pack())
    await one.hear(a_method(given_at=LATER))
    said: list[Event] = []
    if when == "before":
        said += await settle(one)
        one.clock.set(START + timedelta(hours=72))
    else:
        running = asyncio.create_task(one.fire())
        await started(one, "verify", running)
        one.clock.set(START + timedelta(hours=72))
        said += await one.fire()
        said += await running
    said += await settle(one)
    assert len(only(said, PaymentDeadlinePassed)) == (0 if when == "before" else 1)
    assert [event.episode for event in only(said, PaymentMethodVerified)] == [1]
    assert len(only(said, PaymentCaptured)) == 1
    assert await told(one, a_withdrawal(cause="payment_deadline")) != []
    assert (kept(provider), await balances(one), await scheduled(one)) == ({}, {}, [])
