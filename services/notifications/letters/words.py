"""Amounts, dates and how units stand, in the form of one customer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_currency, get_currency_precision

from services.notifications.domain.facts import Row
from services.notifications.letters.causes import why_a_date_changed, why_it_waits

ROWS_SHOWN_LIMIT = 200
"""A letter lists so many lines and sums up the rest: mail readers cut off what is longer."""
NO_STANDINGS = ("about_to_ship", "payment_needed", "shipped")
"""Kinds whose lines stand as the letter itself says."""


@dataclass(frozen=True)
class Standing:
    """Some units of a line and how they stand, in words; ``tone`` chooses the color."""

    tone: str
    words: str


@dataclass(frozen=True)
class LetterRow:
    """One line of a letter's table."""

    title: str
    quantity: int
    standings: Sequence[Standing]
    amount: str
    why: str
    """A sentence, or nothing."""


class Words:
    """Amounts and dates in one customer's form. The sentences around them are English."""

    def __init__(self, language: str, time_zone: str, currency: str) -> None:
        self.locale = locale_of(language)
        self.zone = zone_of(time_zone)
        self.currency = currency

    def money(self, amount_minor: int) -> str:
        """An amount, from the currency's minor units."""
        return money(amount_minor, self.currency, self.locale)

    def day(self, day: date) -> str:
        """A date with its year."""
        return day_in_words(day, self.locale)

    def day_of(self, moment: datetime) -> str:
        """The customer's date at a moment."""
        return self.day(moment.astimezone(self.zone).date())

    def moment(self, moment: datetime) -> str:
        """A moment at the customer's place, with its weekday."""
        day = format_date(moment.astimezone(self.zone), format="full", locale=self.locale)
        time = format_time(moment, format="short", tzinfo=self.zone, locale=self.locale)
        return f"{day}, {time}"

    def zone_at(self, moment: datetime) -> str:
        """What the customer's time is called at a moment."""
        there = moment.astimezone(self.zone)
        return get_timezone_name(there, width="long", locale=self.locale)

    def rows(self, rows: Iterable[Row], kind: str) -> list[LetterRow]:
        """The table's lines, as many as a letter shows."""
        shown = list(rows)[:ROWS_SHOWN_LIMIT]
        return [
            LetterRow(
                row.title or row.line_id,
                row.quantity,
                self.standings(row, kind),
                self.money(row.amount_minor),
                why(row, kind),
            )
            for row in shown
        ]

    def standings(self, row: Row, kind: str) -> list[Standing]:
        """How the units of a line stand, worded for the message's kind."""
        if kind in NO_STANDINGS:
            return []
        if kind == "cancelled":
            return cancelled_standings(row)
        gone = row.refused + row.cancelled if kind == "confirmed" else 0
        ready = row.quantity - row.waiting - gone
        found: list[Standing] = []
        if ready > 0:
            said = "Being prepared" if kind == "to_come" else "In stock"
            found.append(Standing("ready", said if row.waiting == 0 else f"{ready} {said.lower()}"))
        if row.waiting > 0:
            found.append(self._waiting(row, kind, whole=ready <= 0 and gone == 0))
        if kind == "confirmed":
            found += gone_standings(row)
        return found

    def _waiting(self, row: Row, kind: str, *, whole: bool) -> Standing:
        some = "" if whole else f"{row.waiting} "
        words = (
            f"{some}no date yet"
            if row.promised_on is None
            else (f"{some}expected by {self.day(row.promised_on)}")
        )
        words = words[0].upper() + words[1:]
        if kind == "date_changed" and row.told_on is not None:
            words += f" (was {self.day(row.told_on)})"
        return Standing("waiting", words)


def gone_standings(row: Row) -> Iterator[Standing]:
    """Units of a line that never come, in the confirmation."""
    if row.refused > 0:
        yield Standing("gone", of_all(row.refused, row.quantity, "not available, not charged"))
    if row.cancelled > 0:
        yield Standing("gone", of_all(row.cancelled, row.quantity, "cancelled, not charged"))


def cancelled_standings(row: Row) -> list[Standing]:
    """What became of the units of a line that a cancel asked for."""
    found: list[Standing] = []
    if (taken := row.quantity - row.refused) > 0:
        found.append(Standing("gone", of_all(taken, row.quantity, "cancelled")))
    if row.refused > 0:
        found.append(Standing("waiting", of_all(row.refused, row.quantity, "not cancelled")))
    return found


def of_all(some: int, quantity: int, words: str) -> str:
    """Words about some units; the number is left out where it is all of them."""
    return words.capitalize() if some == quantity else f"{some} {words}"


def why(row: Row, kind: str) -> str:
    """Why units of a line stand as they do, as a sentence; nothing where it needs none."""
    match kind:
        case "backordered":
            return why_it_waits(row.cause)
        case "date_changed":
            return why_a_date_changed(row.cause, row.told_on, row.promised_on)
        case "cancelled" if row.refused and row.cause:
            return f"{row.cause[0].upper()}{row.cause[1:].rstrip('.')}."
        case _:
            return ""


@lru_cache(maxsize=256)
def locale_of(language: str) -> Locale:
    """The locale of a language tag, English where we know none."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """The time zone of a name, UTC where we know none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


@lru_cache(maxsize=20_000)
def money(amount_minor: int, currency: str, locale: Locale) -> str:
    """An amount in its currency; minor units as ISO 4217 has them."""
    if not currency:
        return ""
    amount = Decimal(amount_minor).scaleb(-get_currency_precision(currency))
    return format_currency(amount, currency, locale=locale)


@lru_cache(maxsize=2_000)
def day_in_words(day: date, locale: Locale) -> str:
    """A date as people of a locale write it."""
    return format_date(day, format="long", locale=locale)
