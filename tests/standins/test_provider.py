from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from httpx import AsyncClient

from services.chassis.clock import set_clock
from services.standins.provider.book import Book
from tests.payments.provider import Provider
from tests.standins.asking import Asking, code_of

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
async def asking(tmp_path: Path) -> AsyncIterator[Asking]:
    set_clock(tmp_path, MONDAY)
    one = Asking(tmp_path)
    yield one
    await one.client.aclose()


async def test_the_same_key_and_body_get_the_stored_answer(asking: Asking):
    first = await asking.authorize()
    again = await asking.authorize()
    assert first.json() == again.json()
    assert (await asking.book())["last"] == 1


async def test_the_same_key_with_another_body_is_refused(asking: Asking):
    await asking.authorize(amount=500)
    assert (await asking.authorize(amount=501)).status_code == 422
    assert (await asking.book())["last"] == 1


async def test_a_declined_answer_is_stored_too(asking: Asking):
    first = await asking.authorize(token="tok_declined")
    assert (first.status_code, code_of(first)) == (402, "card_declined")
    assert (await asking.authorize(token="tok_declined")).json() == first.json()
    assert (await asking.book())["last"] == 1


@pytest.mark.parametrize(
    ("token", "code"),
    [
        ("tok_declined", "card_declined"),
        ("tok_insufficient", "insufficient_funds"),
        ("tok_expired", "expired_card"),
        ("tok_authentication_7", "authentication_required"),
        ("tok_misspelled", "no_such_method"),
    ],
)
async def test_tokens_decide_how_an_authorization_ends(asking: Asking, token: str, code: str):
    assert code_of(await asking.authorize(token=token)) == code


async def test_a_card_that_no_issuer_knows_is_refused_at_verification(asking: Asking):
    good = await asking.post("/v1/methods/verify", "v1", token="tok_declined")
    bad = await asking.post("/v1/methods/verify", "v2", token="tok_unverifiable")
    assert good.json()["status"] == "verified"
    assert (bad.status_code, code_of(bad)) == (402, "invalid_account")


async def test_a_card_number_never_gets_in(asking: Asking):
    bad = await asking.post("/v1/methods/verify", "v1", token="tok_ok", number="4242424242424242")
    assert bad.status_code == 400
    assert (await asking.book())["last"] == 0


async def test_an_authorization_is_captured_once_and_never_over(asking: Asking):
    name = (await asking.authorize(amount=500)).json()["id"]
    assert code_of(await asking.capture(name, "c0", amount=501)) == "amount_too_large"
    taken = await asking.capture(name, "c1", amount=400)
    assert taken.json()["captured_minor"] == 400
    assert code_of(await asking.capture(name, "c2", amount=100)) == "authorization_captured"


async def test_an_authorization_lapses_after_seven_days_of_business_time(asking: Asking):
    first = (await asking.authorize("a1")).json()["id"]
    second = (await asking.authorize("a2")).json()["id"]
    set_clock(asking.home, MONDAY + timedelta(days=7) - timedelta(microseconds=1))
    assert (await asking.capture(first, "c1")).status_code == 200
    set_clock(asking.home, MONDAY + timedelta(days=7))
    assert code_of(await asking.capture(second, "c2")) == "authorization_lapsed"
    assert (await asking.client.get(f"/v1/authorizations/{second}")).json()["status"] == "lapsed"
    assert (await asking.client.get(f"/v1/authorizations/{first}")).json()["status"] == "captured"


async def test_what_is_voided_cannot_be_captured_and_what_is_captured_not_voided(asking: Asking):
    one, two = [(await asking.authorize(key)).json()["id"] for key in ("a1", "a2")]
    await asking.post(f"/v1/authorizations/{one}/void", "v1", shipment_id="shop:1/1")
    assert code_of(await asking.capture(one, "c1")) == "authorization_voided"
    await asking.capture(two, "c2")
    late = await asking.post(f"/v1/authorizations/{two}/void", "v2", shipment_id="shop:1/1")
    assert code_of(late) == "authorization_captured"


async def test_never_more_is_refunded_than_was_taken(asking: Asking):
    name = (await asking.authorize()).json()["id"]
    await asking.capture(name, amount=500)
    part = (await asking.refund(name, "r1", 300)).json()
    assert (part["refunded_minor"], part["refund"]["amount_minor"]) == (300, 300)
    assert code_of(await asking.refund(name, "r2", 201)) == "amount_too_large"
    assert (await asking.refund(name, "r3", 200)).json()["refunded_minor"] == 500


async def test_a_refund_is_found_by_its_callers_name(asking: Asking):
    name = (await asking.authorize()).json()["id"]
    await asking.capture(name)
    made = (await asking.refund(name, "r1")).json()
    query = "/v1/refunds?reference="
    assert (await asking.client.get(query + "r1")).json()["data"] == [made]
    assert (await asking.client.get(query + "r2")).json()["data"] == []


async def test_what_is_voided_once_stays_voided_since_then(asking: Asking):
    name = (await asking.authorize()).json()["id"]
    path = f"/v1/authorizations/{name}/void"
    first = (await asking.post(path, "v1", shipment_id="shop:1/1")).json()
    set_clock(asking.home, MONDAY + timedelta(hours=1))
    again = (await asking.post(path, "v2", shipment_id="shop:1/1")).json()
    assert first["voided_at"] == again["voided_at"] == MONDAY.isoformat()


async def test_a_lost_answer_has_acted_and_is_told_when_asked(asking: Asking):
    assert (await asking.authorize(token="tok_lost_once")).status_code == 500
    found = (await asking.client.get("/v1/operations/a1")).json()
    assert (found["status"], found["http_status"]) == ("done", 200)
    assert (await asking.authorize(token="tok_lost_once")).json() == found["answer"]
    assert (await asking.book())["last"] == 1


async def test_an_answer_may_be_lost_at_one_operation_alone(asking: Asking):
    name = (await asking.authorize(token="tok_lost_once_capture")).json()["id"]
    assert (await asking.capture(name)).status_code == 500
    assert (await asking.capture(name)).status_code == 200


async def test_a_deaf_provider_has_not_acted(asking: Asking):
    assert (await asking.authorize(token="tok_deaf_once")).status_code == 500
    assert (await asking.client.get("/v1/operations/a1")).status_code == 404
    assert (await asking.authorize(token="tok_deaf_once")).status_code == 200


async def test_an_authorization_is_found_by_its_callers_name(asking: Asking):
    name = (await asking.authorize("a1")).json()["id"]
    query = "/v1/authorizations?reference="
    assert [one["id"] for one in (await asking.client.get(query + "a1")).json()["data"]] == [name]
    assert (await asking.client.get(query + "a2")).json()["data"] == []


async def test_the_book_is_read_in_bounded_pages(asking: Asking):
    for number in range(5):
        await asking.authorize(f"a{number}")
    first = await asking.book(limit=3)
    rest = await asking.book(after=3, limit=3)
    assert [line["n"] for line in first["data"] + rest["data"]] == [1, 2, 3, 4, 5]
    assert first["last"] == 5
    assert (await asking.book(after=99))["data"] == []


def test_a_line_cut_short_is_forgotten(tmp_path: Path):
    path = tmp_path / "book.jsonl"
    book = Book(path)
    book.append({"key": "whole"})
    book.close()
    with path.open("ab") as file:
        file.write(b'{"key":"cut sh')
    again = Book(path)
    assert again.last == 1
    assert again.append({"key": "next"}) == 2
    assert [line["key"] for line in again.page(0, 10)] == ["whole", "next"]
    again.close()


async def test_a_killed_provider_remembers_everything(tmp_path: Path):
    provider = Provider(tmp_path).start()
    async with AsyncClient(base_url=provider.url) as client:
        body = {
            "reference": "a1", "order_id": "shop:1", "shipment_id": "shop:1/1", "token": "tok_ok",
            "amount_minor": 500, "currency": "GBP",
        }  # fmt: skip
        key = {"Idempotency-Key": "a1"}
        first = await client.post("/v1/authorizations", json=body, headers=key)
    provider.kill()
    provider.start()
    async with AsyncClient(base_url=provider.url) as client:
        again = await client.post("/v1/authorizations", json=body, headers=key)
        assert again.json() == first.json()
        path = f"/v1/authorizations/{first.json()['id']}"
        assert (await client.get(path)).json()["status"] == "authorized"
    assert len(provider.book("authorize")) == 1
    provider.stop()
