"""What payments needs of a provider, checked against the stand-in as a server of its own.

It cannot catch what only a real provider does: its own declines, limits and slow settlement.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest

from services.chassis.effects import Done, GaveUp, Refused, Retry, Unknown
from services.payments.domain.operations import Authorize, Capture, Refund, Verify, Void
from services.payments.gateway import HttpGateway, open_client, wire_key
from tests.payments.provider import Provider

ORDER, SHIPMENT = "shop:7 ü", "shop:7 ü/1"
TIMEOUT_SECONDS = 2
_numbers = count(1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    one = Provider(tmp_path_factory.mktemp("provider"), silent_seconds="4").start()
    yield one
    one.stop()


@pytest.fixture
async def gateway(running: Provider) -> AsyncIterator[HttpGateway]:
    client = open_client(running.url, "", connections=4, timeout_seconds=TIMEOUT_SECONDS)
    yield HttpGateway(client, "standin")
    await client.aclose()


def a_key() -> str:
    return f"key:{next(_numbers)} ü"


def an_authorization(token: str = "tok_ok", amount_minor: int = 500) -> Authorize:
    return Authorize(ORDER, SHIPMENT, token, amount_minor, "GBP")


async def a_capture(
    gateway: HttpGateway, token: str = "tok_ok", amount_minor: int = 500
) -> Capture:
    held = await gateway.make(an_authorization(token), a_key())
    assert isinstance(held, Done)
    return Capture(ORDER, SHIPMENT, held.result["reference"], amount_minor, "GBP")


def lines(provider: Provider, operation: str, reference: str) -> int:
    return sum(line["reference"] == reference for line in provider.book(operation))


async def test_a_working_method_is_verified(gateway: HttpGateway):
    found = await gateway.make(Verify(ORDER, "tok_ok_visa"), a_key())
    assert found == Done({"provider": "standin"})


async def test_a_method_is_refused_with_code_and_sentence(gateway: HttpGateway):
    found = await gateway.make(Verify(ORDER, "tok_unverifiable"), a_key())
    assert found == Refused(
        {"code": "invalid_account", "text": "The issuer does not know this card.", "soft": False}
    )


async def test_an_authorization_says_until_when_it_holds(gateway: HttpGateway):
    found = await gateway.make(an_authorization(), a_key())
    assert isinstance(found, Done)
    begin = datetime.fromisoformat(found.result["authorized_at"])
    assert (datetime.fromisoformat(found.result["valid_until"]) - begin).days == 7


async def test_a_decline_is_a_value(gateway: HttpGateway):
    found = await gateway.make(an_authorization("tok_insufficient"), a_key())
    assert isinstance(found, Refused)
    assert found.result["code"] == "insufficient_funds"
    assert found.result["soft"] is True


async def test_exactly_the_packed_amount_is_captured_once(gateway: HttpGateway, running: Provider):
    capture, key = await a_capture(gateway, amount_minor=300), a_key()
    first, again = [await gateway.make(capture, key) for _ in range(2)]
    assert isinstance(first, Done)
    assert first == again
    assert [
        line["answer"]["captured_minor"]
        for line in running.book("capture")
        if line["reference"] == key
    ] == [300]


async def test_a_capture_made_under_a_forgotten_key_is_known_again(gateway: HttpGateway):
    capture = await a_capture(gateway)
    first = await gateway.make(capture, a_key())
    assert isinstance(first, Done)
    assert await gateway.make(capture, a_key()) == first
    assert await gateway.ask(capture, a_key()) == first


async def a_refund(gateway: HttpGateway, token: str = "tok_ok", amount_minor: int = 200) -> Refund:
    capture = await a_capture(gateway, token)
    assert isinstance(await gateway.make(capture, a_key()), Done)
    return Refund(ORDER, SHIPMENT, capture.authorization, amount_minor, "GBP")


async def a_void(gateway: HttpGateway, token: str = "tok_ok") -> Void:
    return Void(ORDER, SHIPMENT, (await a_capture(gateway, token)).authorization)


async def test_a_capture_may_be_declined(gateway: HttpGateway):
    found = await gateway.make(await a_capture(gateway, "tok_declined_capture"), a_key())
    assert isinstance(found, Refused)
    assert found.result["code"] == "card_declined"


async def test_a_refund_is_made_once_and_found_under_its_reference(
    gateway: HttpGateway, running: Provider
):
    refund, key = await a_refund(gateway), a_key()
    first, again = [await gateway.make(refund, key) for _ in range(2)]
    assert isinstance(first, Done)
    assert first == again == await gateway.ask(refund, key)
    assert first == await gateway.look_for(refund, key)  # as when the key is forgotten
    assert lines(running, "refund", key) == 1


async def test_a_void_is_made_once_and_known_again_under_a_forgotten_key(gateway: HttpGateway):
    void = await a_void(gateway)
    first = await gateway.make(void, a_key())
    assert isinstance(first, Done)
    assert await gateway.ask(void, a_key()) == first
    assert await gateway.make(void, a_key()) == first


@pytest.mark.parametrize("fault", ["lost", "silent", "deaf"])
@pytest.mark.parametrize("operation", ["void", "refund"])
async def test_what_goes_back_is_found_out_when_its_answer_is_lost(
    gateway: HttpGateway, fault: str, operation: str
):
    make, key = a_void if operation == "void" else a_refund, a_key()
    asked = await make(gateway, f"tok_{fault}_once_{operation}")
    assert isinstance(await gateway.make(asked, key), Unknown)
    found = await gateway.ask(asked, key)
    assert isinstance(found, Retry if fault == "deaf" else Done)
    assert isinstance(await gateway.make(asked, key), Done)


@pytest.mark.parametrize(
    ("token", "amount_minor", "code"),
    [("tok_no_refund", 200, "refund_declined"), ("tok_ok", 501, "amount_too_large")],
)
async def test_a_refund_that_is_not_given_is_for_a_person(
    gateway: HttpGateway, token: str, amount_minor: int, code: str
):
    found = await gateway.make(await a_refund(gateway, token, amount_minor), a_key())
    assert isinstance(found, GaveUp)
    assert code in found.reason


async def test_over_capture_is_for_a_person(gateway: HttpGateway):
    found = await gateway.make(await a_capture(gateway, amount_minor=501), a_key())
    assert isinstance(found, GaveUp)
    assert "amount_too_large" in found.reason


async def test_a_key_used_for_something_else_is_for_a_person(gateway: HttpGateway):
    key = a_key()
    await gateway.make(an_authorization(), key)
    assert isinstance(await gateway.make(an_authorization(amount_minor=1), key), GaveUp)


@pytest.mark.parametrize("token", ["tok_lost_once", "tok_silent_once"])
async def test_a_lost_answer_is_unknown_and_then_found_out(
    gateway: HttpGateway, running: Provider, token: str
):
    operation, key = an_authorization(token), a_key()
    assert isinstance(await gateway.make(operation, key), Unknown)
    assert isinstance(await gateway.ask(operation, key), Done)
    assert lines(running, "authorize", key) == 1


async def test_what_never_happened_may_be_tried_again(gateway: HttpGateway, running: Provider):
    operation, key = an_authorization("tok_deaf_once"), a_key()
    assert isinstance(await gateway.make(operation, key), Unknown)
    assert isinstance(await gateway.ask(operation, key), Retry)
    assert isinstance(await gateway.make(operation, key), Done)
    assert lines(running, "authorize", key) == 1


async def test_a_declined_answer_that_was_lost_is_found_out(gateway: HttpGateway):
    operation, key = an_authorization("tok_declined"), a_key()
    first = await gateway.make(operation, key)
    assert isinstance(first, Refused)
    assert await gateway.ask(operation, key) == first


async def test_many_at_once_under_one_key_move_money_once(gateway: HttpGateway, running: Provider):
    operation, key = an_authorization(), a_key()
    await asyncio.gather(*(gateway.make(operation, key) for _ in range(20)))
    assert isinstance(await gateway.ask(operation, key), Done)
    assert lines(running, "authorize", key) == 1


async def test_nobody_there_means_not_sent_but_asking_nobody_finds_out_nothing(tmp_path: Path):
    gone = Provider(tmp_path).start()
    gone.stop()
    client = open_client(gone.url, "", connections=1, timeout_seconds=TIMEOUT_SECONDS)
    gateway = HttpGateway(client, "standin")
    assert isinstance(await gateway.make(an_authorization(), "k"), Retry)
    assert isinstance(await gateway.ask(an_authorization(), "k"), Unknown)
    await client.aclose()


@pytest.mark.parametrize("key", ["authorize:shop:1/1:1", "ü", "k" * 256, "with space", "line\nend"])
def test_every_key_fits_a_header(key: str):
    found = wire_key(key)
    assert found.isascii()
    assert found.isprintable()
    assert 1 <= len(found) <= 255
    assert wire_key(key) == found
