"""Letters: what a message says, in words for its customer, as text and HTML in one mail.

Sentences stand in ``templates``; ``words`` brings amounts and dates into the customer's form.
"""

from __future__ import annotations

from binascii import b2a_qp
from dataclasses import dataclass
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime, formataddr
from pathlib import Path
from urllib.parse import quote

import css_inline
from jinja2 import DictLoader, Environment, StrictUndefined, select_autoescape

from services.notifications.letters.addresses import (
    NotAnAddress,
    message_id_header,
    plain_address,
)
from services.notifications.letters.words import ROWS_SHOWN_LIMIT, Words
from services.notifications.store import Outgoing

__all__ = ["Letter", "NotAnAddress", "Shop", "Stationery"]

TEMPLATES = Path(__file__).parent.parent / "templates"

IMPORTED = ("frame.html", "parts.html", "parts.txt", "sentences.txt")
"""Templates that no mail is made of alone."""

CRLF = compat32.clone(linesep="\r\n")
"""The library's older form of mails: half the time of the newer one (measured)."""


@dataclass(frozen=True)
class Shop:
    """Who writes."""

    name: str
    sender: str
    reply_to: str
    payment_page: str = ""
    """Where a customer gives another payment method; ``{order}`` stands for the order's number."""

    def payment_page_of(self, order: str) -> str:
        """The page for one order; nothing where the shop has none."""
        return self.payment_page.replace("{order}", quote(order, safe=""))


@dataclass(frozen=True)
class Letter:
    """A mail as it goes out: its envelope and its bytes."""

    sender: str
    recipient: str
    content: bytes


class Stationery:
    """Makes mails. Templates are compiled, and their styles inlined, once."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        environment = Environment(
            loader=DictLoader(templates()),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.templates = {
            name: environment.get_template(name)
            for name in environment.list_templates()
            if name not in IMPORTED
        }

    def mail(self, outgoing: Outgoing) -> Letter:
        """The mail of a message. Raises ``NotAnAddress``."""
        recipient = plain_address(outgoing.contact.email)
        said = self.said(outgoing)
        subject, _, text = self.templates[f"{outgoing.facts.kind}.txt"].render(said).partition("\n")
        subject = " ".join(subject.split())
        html = self.templates[f"{outgoing.facts.kind}.html"].render(said, subject=subject)
        mail = Message(policy=CRLF)
        mail["From"] = formataddr((self.shop.name, self.shop.sender))
        mail["To"] = recipient
        mail["Reply-To"] = formataddr((self.shop.name, self.shop.reply_to))
        mail["Subject"] = subject if subject.isascii() else Header(subject, "utf-8").encode()
        mail["Date"] = format_datetime(outgoing.facts.at)
        mail["Message-ID"] = message_id_header(outgoing.message_id, self.shop.sender)
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's machine answers it
        mail["X-Crossdock-Order"] = quote(outgoing.facts.order_id, safe=":/")
        mail["X-Crossdock-Kind"] = outgoing.facts.kind
        mail["MIME-Version"] = "1.0"
        mail["Content-Type"] = "multipart/alternative"
        mail.attach(part("plain", text.lstrip("\n")))
        mail.attach(part("html", html))
        return Letter(self.shop.sender, recipient, mail.as_bytes())

    def said(self, outgoing: Outgoing) -> dict[str, object]:
        """What the templates may use."""
        facts, contact = outgoing.facts, outgoing.contact
        words = Words(contact.language, contact.time_zone, facts.currency)
        order = " ".join(facts.order_id.partition(":")[2].split())
        return {
            "shop": self.shop,
            "payment_page": self.shop.payment_page_of(order),
            "order": order,
            "name": contact.name,
            "address_lines": contact.address_lines,
            "placed": None if facts.placed_at is None else words.day_of(facts.placed_at),
            "rows": words.rows(facts.rows, facts.kind),
            "rows_left": max(0, len(facts.rows) - ROWS_SHOWN_LIMIT),
            "to_come": words.rows(facts.to_come, "to_come"),
            "to_come_left": max(0, len(facts.to_come) - ROWS_SHOWN_LIMIT),
            "some_wait": any(row.waiting for row in facts.rows),
            "some_refused": any(row.refused for row in facts.rows),
            "some_cancelled": any(row.cancelled for row in facts.rows),
            "none_left": all(row.refused + row.cancelled == row.quantity for row in facts.rows),
            "some_gone": facts.some_gone,
            "goods": words.money(facts.amount_minor - facts.freight_minor),
            "freight": words.money(facts.freight_minor) if facts.freight_minor else None,
            "amount": words.money(facts.amount_minor),
            "free": facts.amount_minor == 0,
            "ship_complete": facts.ship_complete,
            "carrier": facts.carrier,
            "tracking": facts.tracking,
            "part": facts.part,
            "reasons": facts.reasons,
            "returned": words.money(facts.returned_minor) if facts.returned_minor else None,
            "deadline": facts.deadline and words.moment(facts.deadline),
            "deadline_zone": facts.deadline and words.zone_at(facts.deadline),
            "deadline_day": facts.deadline and words.day_of(facts.deadline),
            "cause": facts.cause,
        }


def templates() -> dict[str, str]:
    """The templates' sources; the HTML ones with their styles inlined.

    Inside tables a statement stands in an HTML comment, which alone survives an HTML parser there.
    """
    css = (TEMPLATES / "style.css").read_text()
    frame = css_inline.CSSInliner(extra_css=css, keep_at_rules=True)
    found: dict[str, str] = {}
    for path in sorted(TEMPLATES.glob("*.*")):
        source = path.read_text()
        if path.suffix == ".html":
            whole = source.lstrip().lower().startswith("<!doctype")
            source = frame.inline(source) if whole else css_inline.inline_fragment(source, css)
            source = source.replace("<!--{%", "{%").replace("%}-->", "%}")
        if path.suffix != ".css":
            found[path.name] = source
    return found


def part(subtype: str, text: str) -> Message:
    """One form of the letter. Encoded here: the library's own way is slow for long texts."""
    found = Message(policy=CRLF)
    found["Content-Type"] = f"text/{subtype}; charset=utf-8"
    found["Content-Transfer-Encoding"] = "quoted-printable"
    found.set_payload(b2a_qp(text.encode(), istext=True).decode("ascii"))
    return found
