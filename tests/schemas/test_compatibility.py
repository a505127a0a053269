"""Contracts are kept: yesterday's events and readers go on beside today's (contracts, versions)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from schemas.documents import ASYNCAPI, RELEASED, json_schema
from schemas.envelope import InboundEvent
from tests.schemas.compatibility import (
    Breach,
    broken_promises_of_ours,
    broken_promises_to_outsiders,
)
from tests.schemas.examples import example, read
from tests.schemas.releases import KEPT, RELEASES, TODAY, Kept, each_kept, loaded

NEW_MAILS = ("cancelled", "payment_needed", "refunded")
READERS_FIRST: dict[tuple[str, str, str], set[str]] = {
    # Said of units that a cancel or a passed payment deadline brought back to the lane: release
    # 0.1.0 knows neither.
    ("0.1.0", "allocations.crossdock.line.allocated.v1", ".source"): {"lane"},
    # Said only where a shop asks for it, which release 0.1.0 refuses.
    ("0.1.0", "orders.crossdock.order.accepted.v1", ".on_refused_line"): {"refuse_order"},
    # Said a day after a method came that the provider could not verify: not while workers are
    # being replaced.
    ("0.1.0", "payments.crossdock.payment.needs_customer.v1", ".cause"): {"unverified"},
    # Heard by reporting alone, which no release has brought.
    ("0.1.0", "notifications.crossdock.message.failed.v1", ".kind"): set(NEW_MAILS),
    ("0.1.0", "notifications.crossdock.message.sent.v1", ".kind"): set(NEW_MAILS),
    ("0.1.0", "notifications.crossdock.message.suppressed.v1", ".kind"): set(NEW_MAILS),
}
"""Words that were added to a closed list of ours, and why no worker of that release meets them.

Every reader has to be of a release that knows a word before anybody says it."""


def is_told(kept: Kept, breach: Breach) -> bool:
    """Whether a breach is one of the words that wait for their readers, and nothing else."""
    words = READERS_FIRST.get((kept.release, kept.name, breach.place))
    return words is not None and breach.text.startswith(f"says {sorted(words)}, and only ")


def broken(kept: Kept) -> list[str]:
    """The promises of a release that today's schema of an event breaks."""
    today = json_schema(kept.event)
    if kept.event.TOPIC.inbound:
        return [str(one) for one in broken_promises_to_outsiders(today, kept.schema)]
    return [
        str(one) for one in broken_promises_of_ours(today, kept.schema) if not is_told(kept, one)
    ]


def test_a_release_is_kept() -> None:
    assert RELEASES, "run `python -m schemas.documents --release VERSION`"
    assert len(KEPT) > 40


@each_kept()
def test_no_event_is_gone(kept: Kept) -> None:
    assert kept.name in TODAY


@each_kept()
def test_an_event_only_gains(kept: Kept) -> None:
    assert broken(kept) == []


@pytest.mark.parametrize(("release", "name", "place"), sorted(READERS_FIRST))
def test_an_exception_that_nobody_needs_any_more_is_found(
    release: str, name: str, place: str
) -> None:
    [kept] = [one for one in KEPT if (one.release, one.name) == (release, name)]
    found = broken_promises_of_ours(json_schema(kept.event), kept.schema)
    assert [one.place for one in found if is_told(kept, one)] == [place]


@each_kept()
def test_yesterdays_event_is_read_as_it_was_said(kept: Kept) -> None:
    said = read(kept.event, kept.example)
    assert json.loads(said.model_dump_json(exclude_unset=True)) == kept.example


@each_kept(inbound=False)
def test_todays_event_is_valid_by_yesterdays_rules(kept: Kept) -> None:
    validator: Any = Draft202012Validator(kept.schema)
    errors = validator.iter_errors(example(kept.event))
    assert [error.message for error in errors] == []


@each_kept(inbound=True)
def test_an_outsiders_fact_told_again_is_still_the_same(kept: Kept) -> None:
    told = read(kept.event, kept.example)
    assert isinstance(told, InboundEvent)
    assert {"identity": told.identity(), "content": told.content()} == kept.fact


@pytest.mark.parametrize("release", RELEASES)
def test_topics_keep_name_partitions_and_who_says_and_hears(release: str) -> None:
    now, before = loaded(ASYNCAPI), loaded(RELEASED / release / "asyncapi" / ASYNCAPI.name)
    for topic, channel in before["channels"].items():
        today = now["channels"][topic]
        assert today["address"] == channel["address"]
        for kept in ("partitions", "topicConfiguration"):
            assert today["bindings"]["kafka"][kept] == channel["bindings"]["kafka"][kept]
        assert set(channel["messages"]) <= set(today["messages"])
    assert set(before["operations"]) <= set(now["operations"])


@each_kept()
def test_a_field_lost_from_any_event_is_found(kept: Kept) -> None:
    today = json_schema(kept.event)
    find = broken_promises_to_outsiders if kept.event.TOPIC.inbound else broken_promises_of_ours
    for name in kept.schema["properties"]:
        left = {known: field for known, field in today["properties"].items() if known != name}
        found = find({**today, "properties": left}, kept.schema)
        assert any(one.place == f".{name}" for one in found), name
