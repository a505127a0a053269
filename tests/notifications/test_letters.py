"""What a mail looks like on the wire, and that nothing in it can be forged."""

from __future__ import annotations

import email
from collections.abc import Sequence
from dataclasses import replace
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from services.notifications.domain.facts import Facts, Row
from services.notifications.domain.messages import Kind
from services.notifications.letters import Letter, NotAnAddress, Shop, Stationery
from services.notifications.letters.addresses import plain_address
from services.notifications.letters.words import ROWS_SHOWN_LIMIT
from services.notifications.store import Contact, Outgoing
from tests.notifications.builders import EMAIL, MONDAY, ORDER, THE_19TH, THE_24TH
from tests.notifications.parcels import DEADLINE

SHOP = Shop("Northlight Lämps", "orders@northlight.example", "people@northlight.example")
STATIONERY = Stationery(SHOP)


def an_outgoing(
    *rows: Row, name: str = "Ada", order: str = ORDER, address: str = EMAIL
) -> Outgoing:
    """A confirmation on its way."""
    facts = Facts(order, "confirmed", MONDAY, "GBP", MONDAY, rows, amount_minor=2_500)
    return to_ada(facts, name, address)


def to_ada(facts: Facts, name: str = "Ada", address: str = EMAIL) -> Outgoing:
    """A message on its way."""
    contact = Contact(facts.order_id, "c7", name, address, "en-GB", "Europe/Paris", ())
    return Outgoing(f"{facts.order_id}/{facts.kind}/1", facts, contact)


def read(letter: Letter) -> EmailMessage:
    """A letter as a mail reader takes it apart."""
    return email.message_from_bytes(letter.content, policy=default)


def body(letter: Letter, form: str) -> str:
    """One form of a letter's content."""
    found = read(letter).get_body((form,))
    assert found is not None
    return str(found.get_content())


def a_letter(kind: Kind, *rows: Row, **known: Any) -> Facts:
    """What a message of a kind says."""
    return Facts(ORDER, kind, MONDAY, "GBP", MONDAY, rows, **known)


LAMP = Row("1", "Lamp", 1, 2_500)


def test_a_mail_has_the_headers_that_make_it_a_good_one() -> None:
    mail = read(STATIONERY.mail(an_outgoing(LAMP)))
    assert mail["From"] == "Northlight Lämps <orders@northlight.example>"
    assert mail["To"] == EMAIL
    assert mail["Reply-To"] == "Northlight Lämps <people@northlight.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Crossdock-Order"] == ORDER
    assert mail["Subject"] == "Order 1042 is confirmed"
    assert mail["Date"] == "Mon, 02 Mar 2026 09:00:00 +0000"


def test_a_message_has_one_message_id_however_often_it_is_sent() -> None:
    first, again = (read(STATIONERY.mail(an_outgoing(LAMP))) for _ in range(2))
    other = read(STATIONERY.mail(an_outgoing(LAMP, order="lamps:1043")))
    assert first["Message-ID"] == again["Message-ID"] != other["Message-ID"]


def test_lines_of_the_wire_are_short_and_end_as_they_must() -> None:
    content = STATIONERY.mail(an_outgoing(*[LAMP] * 50)).content
    lines = content.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert not any(b"\n" in line or b"\r" in line for line in lines)


@pytest.mark.parametrize("evil", ["<img src=x onerror=alert(1)>", "{{ 7 * 7 }}", "a & b"])
def test_what_outsiders_wrote_stays_text(evil: str) -> None:
    letter = STATIONERY.mail(an_outgoing(Row("1", evil, 1, 2_500), name=evil))
    assert evil in body(letter, "plain")
    assert "<img" not in body(letter, "html")
    assert "49" not in body(letter, "plain")


def test_an_order_id_cannot_add_a_header() -> None:
    mail = read(STATIONERY.mail(an_outgoing(LAMP, order="lamps:1\r\nBcc: eve@mail.example")))
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Order 1 Bcc: eve@mail.example is confirmed"


def test_styles_stand_in_the_elements_and_no_statement_is_left() -> None:
    rows = (
        Row("1", "Lamp", 3, 2_500, waiting=1, promised_on=THE_19TH),
        Row("2", "Shade", 1, refused=1),
    )
    html = body(STATIONERY.mail(an_outgoing(*rows)), "html")
    assert "<!--" not in html
    assert "{%" not in html
    assert html.count("<tr>") == html.count("</tr>") >= 3
    assert 'class="waiting" style="' in html


LATE = Row("1", "Lamp", 2, waiting=2, promised_on=THE_24TH, told_on=THE_19TH)
BACK = replace(LATE, cause="damaged")
PARTLY = Row("1", "Lamp", 3, refused=1, cause="parcel already released")
LETTERS: dict[str, tuple[Facts, Sequence[str]]] = {
    "refused": (a_letter("refused", reasons=("Lamp is not sold.",)), ["Lamp is not sold."]),
    "backordered": (a_letter("backordered", BACK), ["damaged in our warehouse", "24 March 2026"]),
    "not paid in time": (
        a_letter("backordered", LATE, cause="payment_deadline"),
        ["as soon as a payment method works", "for order 1042 in your account at Northlight"],
    ),
    "date changed": (
        a_letter("date_changed", replace(LATE, cause="delivery_moved")),
        ["24 March 2026 (was 19 March 2026)", "comes later than expected"],
    ),
    "about to ship": (a_letter("about_to_ship", LAMP, amount_minor=2_500), ["£25.00"]),
    "payment needed": (
        a_letter("payment_needed", LAMP, amount_minor=2_500, cause="declined", deadline=DEADLINE),
        ["Your bank declined", "Thursday, 5 March 2026, 10:00", "Central European Standard Time",
         "another payment method", "£25.00"],
    ),
    "never verified": (
        a_letter("payment_needed", cause="unverified", deadline=DEADLINE),
        ["not been able to verify", "until then"],
    ),
    "shipped": (
        a_letter("shipped", LAMP, amount_minor=2_500, returned_minor=700, tracking="SP-471"),
        ["SP-471", "We had charged £7.00 more"],
    ),
    "cancelled in part": (
        a_letter("cancelled", PARTLY, to_come=(LATE,), part="part", cause="shop"),
        ["As you asked", "2 cancelled", "1 not cancelled", "Parcel already released.",
         "Still to come", "You pay nothing"],
    ),
    "cancelled by us": (
        a_letter("cancelled", LAMP, part="whole", cause="suspended"),
        ["no payment method that works in time", "your order."],
    ),
    "not cancelled": (
        a_letter("cancelled", replace(PARTLY, refused=3), part="nothing", cause="shop"),
        ["Not cancelled", "not possible any more"],
    ),
    "refunded": (a_letter("refunded", amount_minor=2_500), ["£25.00", "goes to the payment"]),
}  # fmt: skip


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("form", ["plain", "html"])
def test_both_forms_of_a_letter_say_what_matters(name: str, form: str) -> None:
    facts, sentences = LETTERS[name]
    text = body(STATIONERY.mail(to_ada(facts)), form)
    missing = [sentence for sentence in sentences if sentence not in text]
    assert missing == []
    assert not [left for left in ("{{", "{%", "<!--", "None", "Undefined") if left in text]
    assert "people@northlight.example" in text


def test_a_shop_with_a_page_for_payment_methods_links_to_it() -> None:
    shop = replace(SHOP, payment_page="https://northlight.example/pay?order={order}")
    facts = a_letter("payment_needed", cause="expired", deadline=DEADLINE)
    letter = Stationery(shop).mail(to_ada(replace(facts, order_id="lamps:a&b")))
    assert "https://northlight.example/pay?order=a%26b" in body(letter, "plain")
    assert 'href="https://northlight.example/pay?order=a%26b"' in body(letter, "html")


def test_a_deadline_is_told_in_the_customers_time_and_form() -> None:
    facts = a_letter("payment_needed", cause="expired", deadline=DEADLINE)
    ada = to_ada(facts)
    there = replace(ada.contact, language="en-US", time_zone="America/New_York")
    text = body(STATIONERY.mail(replace(ada, contact=there)), "plain")
    assert "Thursday, March 5, 2026, 4:00\u202fAM (Eastern Standard Time)" in text


def test_a_very_long_order_is_summed_up() -> None:
    rows = [Row(str(n), f"Lamp {n}", 1, 25) for n in range(ROWS_SHOWN_LIMIT + 30)]
    letter = STATIONERY.mail(an_outgoing(*rows))
    for form in ("plain", "html"):
        assert "and 30 more lines" in body(letter, form)
        assert f"Lamp {ROWS_SHOWN_LIMIT - 1}" in body(letter, form)
        assert f"Lamp {ROWS_SHOWN_LIMIT}" not in body(letter, form)


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ("ada@mail.example", "ada@mail.example"),
        ("a.b+c@mail.example", "a.b+c@mail.example"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
    ],
)
def test_a_plain_address_is_taken(given: str, plain: str) -> None:
    assert plain_address(given) == plain


@pytest.mark.parametrize(
    "given", ["ada", "@x.example", "a..b@x.example", "ädä@x.example", "a@-x-", "a@b..example",
              "x" * 65 + "@x.example", "ada@x.example\n"]
)  # fmt: skip
def test_any_other_address_is_refused_without_quoting_it(given: str) -> None:
    with pytest.raises(NotAnAddress) as refused:
        plain_address(given)
    assert given not in str(refused.value)
