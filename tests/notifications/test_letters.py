"""What a mail looks like on the wire, and that nothing in it can be forged."""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import default

import pytest

from services.notifications.domain.telling import Facts, Row
from services.notifications.letters import Letter, NotAnAddress, Shop, Stationery
from services.notifications.letters.addresses import plain_address
from services.notifications.letters.words import ROWS_SHOWN_LIMIT
from services.notifications.store import Contact, Outgoing
from tests.notifications.builders import EMAIL, MONDAY, ORDER, THE_19TH

SHOP = Shop("Northlight Lämps", "orders@northlight.example", "people@northlight.example")
STATIONERY = Stationery(SHOP)


def an_outgoing(
    *rows: Row, name: str = "Ada", order: str = ORDER, address: str = EMAIL
) -> Outgoing:
    """A confirmation on its way."""
    facts = Facts(order, "confirmed", MONDAY, "GBP", MONDAY, rows, amount_minor=2_500)
    contact = Contact(order, "c7", name, address, "en-GB", "Europe/Paris", ())
    return Outgoing(f"{order}/confirmed/1", facts, contact)


def read(letter: Letter) -> EmailMessage:
    """A letter as a mail reader takes it apart."""
    return email.message_from_bytes(letter.content, policy=default)


def body(letter: Letter, form: str) -> str:
    """One form of a letter's content."""
    found = read(letter).get_body((form,))
    assert found is not None
    return str(found.get_content())


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
