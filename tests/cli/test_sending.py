"""`send` and `scan`: facts from files and standard input, and what became of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.facts import a_delivery, a_product, a_scan, an_order
from tests.journeys.home import Home

NOW = datetime.now(UTC)


def as_json(fact: Any) -> str:
    return fact.model_dump_json(exclude_unset=True)


def test_a_product_from_a_file_and_an_order_from_standard_input(home: Home, tmp_path: Path) -> None:
    product = tmp_path / "product.json"
    product.write_text(as_json(a_product("CLI-MUG")))
    sent = home.crossdock("send", "product", product)
    assert (sent.code, sent.out) == (0, "taken\n")

    order = as_json(an_order("acme:cli-1", NOW, lines={"CLI-MUG": 2}))
    sent = home.crossdock("send", "order", "-", told=order)

    assert sent.code == 0, sent.err
    assert sent.out.splitlines() == [
        "taken",
        "acme:cli-1 accepted",
        "acme:cli-1 confirmed",
        "  2 × CLI-MUG: 2 wait without a date yet",
    ]


def test_a_list_of_facts_gets_a_line_each(home: Home) -> None:
    products = f"[{as_json(a_product('CLI-A'))}, {as_json(a_product('CLI-B'))}]"
    sent = home.crossdock("send", "product", "-", told=products)
    assert (sent.code, sent.out) == (0, "taken\ntaken\n")


def test_a_delivery_gives_the_next_order_a_date(home: Home) -> None:
    day = (NOW + timedelta(days=9)).date()
    home.crossdock("send", "product", "-", told=as_json(a_product("CLI-BOWL")))
    told = as_json(a_delivery("D-cli", "CLI-BOWL", 5, day, NOW))
    assert home.crossdock("send", "delivery", "-", told=told).out == "taken\n"

    order = as_json(an_order("acme:cli-2", NOW, lines={"CLI-BOWL": 1}))
    sent = home.crossdock("send", "order", "-", told=order)

    assert "1 × CLI-BOWL: 1 wait until 20" in sent.out


def test_a_scan_by_hand_shows_at_once_where_each_unit_goes(home: Home) -> None:
    home.crossdock("send", "product", "-", told=as_json(a_product("CLI-JUG")))
    order = as_json(an_order("acme:cli-3", NOW, lines={"CLI-JUG": 2}))
    home.crossdock("send", "order", "-", told=order)

    scanned = home.crossdock("scan", "D-jug", "CLI-JUG", "5", "--damaged", "1")

    assert scanned.code == 0, scanned.err
    assert scanned.out.splitlines()[0] == "taken"
    assert sorted(scanned.out.splitlines()[1:]) == [
        "cross dock: 2 × CLI-JUG → acme:cli-3",
        "put away: 3 × CLI-JUG → shelf",
    ]


def test_a_receipt_a_count_and_an_adjustment_are_taken(home: Home) -> None:
    home.crossdock("send", "product", "-", told=as_json(a_product("CLI-PAN")))
    count = {
        "warehouse": "MAIN", "count_id": "cli-count", "sku": "CLI-PAN", "quantity": 4,
        "opening": True, "counted_at": NOW.isoformat(),
    }  # fmt: skip
    adjustment = {
        "warehouse": "MAIN", "adjustment_id": "cli-adjust", "sku": "CLI-PAN", "quantity": -1,
        "reason": "broken on the shelf", "adjusted_at": NOW.isoformat(),
    }  # fmt: skip
    assert home.crossdock("send", "count", "-", told=json.dumps(count)).out == "taken\n"
    receipt = as_json(a_scan("cli-receipt", "CLI-PAN", NOW, good=2))
    assert home.crossdock("send", "receipt", "-", told=receipt).out.splitlines()[0] == "taken"
    assert home.crossdock("send", "adjustment", "-", told=json.dumps(adjustment)).out == "taken\n"

    order = as_json(an_order("acme:cli-4", NOW, lines={"CLI-PAN": 6}))
    sent = home.crossdock("send", "order", "-", told=order)

    assert "6 × CLI-PAN: 5 there now, 1 wait without a date yet" in sent.out


def test_the_same_with_other_content_is_refused_with_its_reason(home: Home) -> None:
    home.crossdock("send", "receipt", "-", told=as_json(a_scan("cli-other", "X", NOW, good=1)))
    again = as_json(a_scan("cli-other", "X", NOW, good=2))

    sent = home.crossdock("send", "receipt", "-", told=again)

    assert sent.code == 1
    assert sent.out.startswith("refused (identity_conflict): cli-other was told before")


@pytest.mark.parametrize(
    ("arguments", "told", "sentence"),
    [
        (["orders", "-"], "{}", "there is no 'orders' to send; send one of: order, product"),
        (["order", "no-such-file.json"], "", "cannot read no-such-file.json: No such file"),
        (["order", "-"], "{'order_id'", "- is not JSON"),
        (["order", "-"], "", "- is not JSON"),
        (["product", "-"], '{"sku": "A"}', "- is not a product: revision: Field required"),
        (["product", "-"], '{"sku": "A", "revision": 1, "tilte": "a"}', "tilte: Extra inputs"),
        (["product", "-"], "[1]", "- is not a product"),
    ],
)
def test_what_is_no_fact_is_not_sent_and_told_why(
    home: Home, arguments: list[str], told: str, sentence: str
) -> None:
    sent = home.crossdock("send", *arguments, told=told)
    assert sent.code == 1
    assert sentence in sent.err
    assert "Traceback" not in sent.err


def test_a_scan_of_nothing_is_not_sent(home: Home) -> None:
    scanned = home.crossdock("scan", "D-1", "CLI-JUG", "0")
    assert scanned.code == 1
    assert "nothing was scanned" in scanned.err
