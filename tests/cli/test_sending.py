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


def test_a_cancel_is_settled_line_by_line(home: Home) -> None:
    home.crossdock("send", "product", "-", told=as_json(a_product("CLI-CUP")))
    order = as_json(an_order("acme:cli-5", NOW, lines={"CLI-CUP": 3}))
    home.crossdock("send", "order", "-", told=order)
    cancel = {
        "order_id": "acme:cli-5", "cancel_id": "C1", "requested_at": NOW.isoformat(),
        "lines": [{"line": "1", "quantity": 2}],
    }  # fmt: skip

    sent = home.crossdock("send", "cancel", "-", told=json.dumps(cancel))

    assert sent.code == 0, sent.out + sent.err
    assert sent.out.splitlines() == [
        "taken",
        "acme:cli-5 C1 settled",
        "  2 × CLI-CUP: 2 cancelled",
    ]


def test_a_cancel_of_more_than_was_ordered_is_refused_and_of_no_order_waits(home: Home) -> None:
    home.crossdock("send", "product", "-", told=as_json(a_product("CLI-CUP")))
    order = as_json(an_order("acme:cli-6", NOW, lines={"CLI-CUP": 3}))
    home.crossdock("send", "order", "-", told=order)
    cancel = {"order_id": "acme:cli-6", "cancel_id": "C1", "requested_at": NOW.isoformat()}
    lines = {"lines": [{"line": "1", "quantity": 4}]}

    sent = home.crossdock("send", "cancel", "-", told=json.dumps({**cancel, **lines}))
    early = home.crossdock(
        "send", "cancel", "-", told=json.dumps({**cancel, "order_id": "acme:cli-none"})
    )

    assert (sent.code, sent.out.startswith("refused (")) == (1, True)
    assert early.code == 0
    assert early.out.startswith("waits: acme:cli-none has not come; kept until ")


def test_a_payment_method_is_verified(home: Home) -> None:
    home.crossdock("send", "product", "-", told=as_json(a_product("CLI-CUP")))
    order = as_json(an_order("acme:cli-7", NOW, lines={"CLI-CUP": 1}))
    home.crossdock("send", "order", "-", told=order)
    method = {
        "order_id": "acme:cli-7", "method_id": "card-2", "token": "tok_ok",
        "given_at": NOW.isoformat(),
    }  # fmt: skip

    sent = home.crossdock("send", "payment-method", "-", told=json.dumps(method))

    assert sent.out.splitlines() == ["taken", "acme:cli-7 card-2 verified"], sent.err


def test_a_correction_says_what_its_scan_says_now(home: Home) -> None:
    home.crossdock("send", "product", "-", told=as_json(a_product("CLI-TRAY")))
    receipt = as_json(a_scan("cli-tray", "CLI-TRAY", NOW, good=5))
    home.crossdock("send", "receipt", "-", told=receipt)
    correction = {
        "warehouse": "MAIN", "scan_id": "cli-tray", "sku": "CLI-TRAY", "good": 3, "damaged": 1,
        "corrected_at": NOW.isoformat(),
    }  # fmt: skip

    fewer = home.crossdock("send", "correction", "-", told=json.dumps(correction))
    later = (NOW + timedelta(minutes=1)).isoformat()
    more = home.crossdock(
        "send", "correction", "-", told=json.dumps({**correction, "good": 7, "corrected_at": later})
    )
    unknown = home.crossdock(
        "send", "correction", "-", told=json.dumps({**correction, "scan_id": "cli-none"})
    )

    assert fewer.out.splitlines() == [
        "taken", "cli-tray says 3 good, 1 damaged now (good -2, damaged +1)",
    ]  # fmt: skip
    assert more.out.splitlines()[1:] == [
        "cli-tray says 7 good, 1 damaged now (good +4, damaged +0)",
        "put away: 4 × CLI-TRAY → shelf",
    ]
    assert unknown.out.startswith("waits: MAIN/cli-none has not come; kept until ")


def test_the_end_of_a_delivery_says_what_will_not_come(home: Home) -> None:
    day = (NOW + timedelta(days=9)).date()
    told = as_json(a_delivery("D-end", "CLI-TRAY", 5, day, NOW))
    home.crossdock("send", "delivery", "-", told=told)
    end = {"warehouse": "MAIN", "supplier": "Lumen & Sons", "delivery": "D-end"}
    completed = {**end, "completed_at": datetime.now(UTC).isoformat()}
    cancelled = {**end, "delivery": "D-unheard", "cancelled_at": NOW.isoformat()}

    sent = home.crossdock("send", "delivery-completed", "-", told=json.dumps(completed))
    early = home.crossdock("send", "delivery-cancelled", "-", told=json.dumps(cancelled))

    assert sent.out.splitlines() == ["taken", "  CLI-TRAY: 5 will not come"]
    assert early.out.startswith("taken\nnobody has announced D-unheard of Lumen & Sons so far")


def test_a_scan_of_a_parcel_that_nobody_planned_is_refused(home: Home) -> None:
    pack = {
        "type": "parcel.packed", "warehouse": "MAIN", "scan_id": "cli-pack",
        "shipment_id": "acme:cli-none/1", "version": 1, "packed_at": NOW.isoformat(),
        "lines": [{"line_id": "acme:cli-none:1", "quantity": 1}],
    }  # fmt: skip
    sent = home.crossdock("send", "parcel", "-", told=json.dumps(pack))
    assert sent.code == 1
    assert sent.out.startswith("refused (no_such_shipment)")


def test_the_same_with_other_content_is_refused_with_its_reason(home: Home) -> None:
    home.crossdock("send", "receipt", "-", told=as_json(a_scan("cli-other", "X", NOW, good=1)))
    again = as_json(a_scan("cli-other", "X", NOW, good=2))

    sent = home.crossdock("send", "receipt", "-", told=again)

    assert sent.code == 1
    assert sent.out.startswith("refused (identity_conflict): cli-other was told before")


@pytest.mark.parametrize(
    ("arguments", "told", "sentence"),
    [
        (["orders", "-"], "{}", "there is no 'orders' to send; send one of: order, cancel"),
        (["order", "no-such-file.json"], "", "cannot read no-such-file.json: No such file"),
        (["order", "-"], "{'order_id'", "- is not JSON"),
        (["order", "-"], "", "- is not JSON"),
        (["product", "-"], '{"sku": "A"}', "- is not a product: revision: Field required"),
        (["product", "-"], '{"sku": "A", "revision": 1, "tilte": "a"}', "tilte: Extra inputs"),
        (["product", "-"], "[1]", "- is not a product: send one JSON object, or a list"),
        (["cancel", "-"], '{"type": "order.placed"}', "is not a cancel: `type`: put it beside the"),
        (["parcel", "-"], '{"scan_id": "P1"}', "one of: parcel.packed, parcel.dispatched, parcel."),
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
