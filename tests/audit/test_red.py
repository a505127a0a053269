"""The audit can go red: each law finds the violation planted for it, and no other law does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from services.audit.checks import CHECKS
from services.audit.report import Check, Evidence, audit, exit_code
from tests.audit.conftest import Write, authorize, capture, refund
from tests.audit.plants import PLANTED
from tests.payments.provider import Provider, ProviderThread

BY_NAME = {check.name: check for check in CHECKS}
ON_TOPICS = {"every-fact-judged", "every-event-taken"}
"""Read the log: their violations are planted there."""
IN_BOOKS = {"captured-once", "books-agree", "no-mail-twice"}
"""Violated at the provider, or in the mailbox."""
IN_TABLES: tuple[Check, ...] = tuple(check for check in CHECKS if check.name not in ON_TOPICS)


async def violated(evidence: Evidence) -> dict[str, list[str]]:
    """The laws that are violated, and by what; each must have been judged."""
    findings = await audit(evidence, IN_TABLES, ())
    unjudged = [finding for finding in findings if finding.verdict == "not judged"]
    assert unjudged == []
    return {one.check: list(one.violations) for one in findings if one.verdict == "violated"}


async def test_a_sound_deployment_violates_nothing(evidence: Evidence) -> None:
    assert await violated(evidence) == {}


def test_every_law_has_a_violation_planted() -> None:
    assert PLANTED.keys() | IN_BOOKS | ON_TOPICS == BY_NAME.keys()


@pytest.mark.parametrize("name", PLANTED)
async def test_a_planted_violation_is_found_by_its_law_alone(
    evidence: Evidence, write: Write, name: str
) -> None:
    await write(PLANTED[name])
    found = await violated(evidence)
    assert list(found) == [name], found


async def test_a_mail_that_came_twice_is_found(evidence: Evidence) -> None:
    mails = list(evidence.message_ids or ())
    found = await violated(replace(evidence, message_ids=[*mails, mails[0]]))
    assert found == {"no-mail-twice": ["shop:1/confirmed/1 came 2 times"]}


async def test_a_mail_of_nobody_is_found(evidence: Evidence) -> None:
    mails = list(evidence.message_ids or ())
    found = await violated(replace(evidence, message_ids=[*mails, "<abc@elsewhere.invalid>"]))
    assert found == {"sent-is-received": ["a mail abc arrived, of nobody"]}


async def test_a_capture_that_only_the_provider_knows_is_found(
    evidence: Evidence, provider: Provider
) -> None:
    capture(provider, "shop:9/1", 500)
    assert await violated(evidence) == {
        "books-agree": ["shop:9/1: None kept in our ledger, 500 in the provider's book"]
    }


async def test_a_refund_that_only_the_provider_knows_is_found(
    evidence: Evidence, provider: Provider
) -> None:
    refund(provider, "shop:1/1", 100)
    assert await violated(evidence) == {
        "books-agree": ["shop:1/1: 1100 kept in our ledger, 1000 in the provider's book"]
    }


async def test_money_that_is_reserved_for_nothing_is_found(
    evidence: Evidence, provider: Provider
) -> None:
    name = authorize(provider, "shop:2/1", 500)
    assert await violated(evidence) == {
        "books-agree": [f"shop:2/1: {name} still reserves money, for nothing that we know"]
    }


async def test_a_parcel_captured_twice_is_found(
    evidence: Evidence, provider: Provider, tmp_path: Path
) -> None:
    book = tmp_path / "provider" / "book.jsonl"
    lines = book.read_bytes().splitlines(keepends=True)
    [captured] = [line for line in lines if b'"key":"capture:shop:1/1"' in line]
    with book.open("ab") as file:
        again = captured.replace(b'"key":"capture:', b'"key":"again:')
        file.write(again.replace(b'"amount_minor":1100', b'"amount_minor":0', 1))
    restarted = ProviderThread(tmp_path).start()
    try:
        found = await violated(replace(evidence, provider_url=restarted.url))
    finally:
        restarted.stop()
    assert found == {"captured-once": ["shop:1/1 was captured 2 times"]}


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"provider_url": None}, ["books-agree", "captured-once"]),
        ({"message_ids": None}, ["no-mail-twice", "sent-is-received"]),
        ({"message_ids": ()}, ["sent-is-received"]),
    ],
)
async def test_what_cannot_be_had_cannot_be_judged(
    evidence: Evidence, change: dict[str, None], names: list[str]
) -> None:
    findings = await audit(replace(evidence, **change), IN_TABLES, ())
    assert sorted(one.check for one in findings if one.verdict == "not judged") == names
    assert exit_code(findings) == 2


async def test_what_is_in_flight_keeps_the_laws_of_rest_from_being_judged(
    evidence: Evidence,
) -> None:
    at_rest = [check for check in CHECKS if not check.always]
    findings = await audit(evidence, at_rest, ("allocation: 3 messages to read",))
    assert {finding.verdict for finding in findings} == {"not judged"}
    assert exit_code(findings) == 2


async def test_a_violation_outweighs_what_could_not_be_judged(
    evidence: Evidence, write: Write
) -> None:
    await write(PLANTED["no-money-given-up"])
    assert exit_code(await audit(replace(evidence, provider_url=None), IN_TABLES, ())) == 1
