"""`explain` and `shortages`: what a customer-service person and a buyer read."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from deploy.local.home import Addresses
from services.chassis.clock import set_clock
from services.chassis.transaction import Refusal
from tests.audit import world
from tests.cli.buried import a_request, bury, of_event
from tests.cli.deployed import Deployed
from tests.harness import START

CARD = """
    SELECT payments.make_partitions(current_date, current_date);
    INSERT INTO payments.effects_history
        (id, kind, key, subject, due_at, request, outcome, result, attempt)
    VALUES (1, 'verify', 'shop:7:m1', 'shop:7', '2026-03-01', '{"about": "m1"}', 'refused',
            '{"code": "stolen_card", "text": "The card was reported stolen."}', 1);
    INSERT INTO order_intake.effects (kind, key, subject, due_at, request)
    VALUES ('suspended_for', 'shop:7:1', 'shop:7', '2026-03-18 09:00', '{}');
    INSERT INTO payments.effects (kind, key, subject, due_at, request, state, told)
    VALUES ('refund', 'a', 'shop:5/1', '2026-03-01', '{}', 'given_up', 'no answer')
"""


@pytest.fixture
async def sound(deployed: Deployed) -> Deployed:
    """Seven orders, each at another point of its life, on a Monday morning."""
    await deployed.write(world.WORLD)
    await deployed.write(CARD)
    set_clock(deployed.home, START)
    return deployed


def told(deployed: Deployed, *asked: str) -> str:
    """What the command says, its lines unfolded."""
    answer = deployed.crossdock(*asked)
    assert answer.code == 0, answer.err
    return " ".join(answer.out.split())


def test_the_head_answers_the_customer_of_a_cancel_after_the_capture(sound: Deployed) -> None:
    text = told(sound, "explain", "shop:5")
    assert text.startswith(
        "Order shop:5 as of Mon 2 Mar, 09:00 UTC customer c1 · ships as goods come in "
        "Complete: 2 of 3 units have left; 1 was cancelled. "
        "Paid: £11.00 (£16.00 was taken, £5.00 returned). "
    )
    assert "1 3 Lamp of brass 2 left · 1 cancelled" in text
    assert "has left with UPS 2Z £16.00 taken, £5.00 returned" in text
    assert (
        "WAITS FOR US: tried in vain, a person must look: the provider is asked to return" in text
    )


def test_an_order_on_hold_says_why_and_what_happens_next(sound: Deployed) -> None:
    text = told(sound, "explain", "shop:7")
    assert (
        "ON HOLD: the payment failed (The card was reported stolen), and no other method came in "
        "time. Its lines keep their place in the queue and go on with a new payment method; without "
        "one, what is left is cancelled on Wed 18 Mar, 09:00."
    ) in text
    assert "Nothing has been charged." in text
    assert "1 on hold until it is paid for" in text
    assert "Wed 18 Mar, 09:00 what is left is cancelled, unless a payment method works" in text


def test_an_order_is_named_with_its_shop_or_without(sound: Deployed) -> None:
    assert told(sound, "explain", "4") == told(sound, "explain", "shop:4")
    assert "2 units are to come" in told(sound, "explain", "4")


async def test_of_two_shops_orders_one_must_be_named(sound: Deployed) -> None:
    await sound.write(
        "INSERT INTO order_intake.orders (order_id, state) VALUES ('other:5', 'awaited')"
    )
    answer = sound.crossdock("explain", "5")
    assert answer.code == 1
    assert "several shops have an order 5: name one of other:5, shop:5" in answer.err
    assert "The order itself has not come from the shop yet" in told(sound, "explain", "other:5")


async def test_an_order_that_was_never_taken_is_told_by_its_dead_letters(
    sound: Deployed, servers: Addresses
) -> None:
    assert "nothing is known of an order shop:99" in sound.crossdock("explain", "shop:99").err
    why = Refusal("no_such_order", "no order shop:99 was taken: send the order first")
    letter = of_event(sound.namespace, a_request("shop:99:1"), why)
    await bury(servers, sound.postgres, "allocation", [letter])
    text = told(sound, "explain", "shop:99")
    assert "No such order was ever taken." in text
    assert "A fact that names it could not be taken: see below." in text
    assert "send the order first" in " ".join(text.split())


def test_mails_are_told_by_their_subjects_and_shown_whole_when_asked(sound: Deployed) -> None:
    put_mail(sound.home, "shop:1", "shop:1/shipped/3", "Order 1 is on its way")
    assert "mailed: shipped “Order 1 is on its way”" in told(sound, "explain", "shop:1")
    assert "Your lamp has left us." not in told(sound, "explain", "shop:1")
    assert "Your lamp has left us." in told(sound, "explain", "shop:1", "--mails")


def put_mail(home: Path, order: str, message: str, subject: str) -> None:
    """A mail as the mailbox keeps it."""
    header = world.mails()[world.MESSAGES.index(message)]
    folder = home / "mails"
    folder.mkdir()
    row = {"number": 1, "order_id": order, "kind": "shipped", "to": "a@example.invalid",
           "subject": subject, "received_at": "2026-03-01T00:00:00", "message_id": header}  # fmt: skip
    (folder / "index.jsonl").write_text(json.dumps(row) + "\n")
    (folder / "000001.eml").write_text(f"Subject: {subject}\n\nYour lamp has left us.\n")


def test_the_buyers_list_as_a_table_and_as_csv(sound: Deployed) -> None:
    text = told(sound, "shortages")
    assert "CHAIR Chair of oak 1 (1 on hold) 0 1 – Sun 1 Mar" in text
    assert "1 SKU, 1 unit waits, 1 is to be bought" in text
    [row] = csv.DictReader(io.StringIO(sound.crossdock("shortages", "--csv").out))
    assert (row["sku"], row["waiting"], row["expected"], row["uncovered"]) == (
        "CHAIR", "1", "0", "1",
    )  # fmt: skip
    assert row["oldest_wait_at"] == "2026-03-01T02:00:00+00:00"


def test_where_nothing_is_short_it_is_said(deployed: Deployed) -> None:
    assert told(deployed, "shortages") == "Nothing is short: no line waits for goods."
