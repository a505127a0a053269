"""Why a decision was taken: a code for programs, its parameters, a sentence for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from services.allocation.domain.changes import Cancel, Cause, GiveBack
from services.allocation.domain.expected import Expected
from services.allocation.domain.supply import Arrival

LEAD_TIME = "lead_time"
DELIVERY_EXPECTED = "delivery_expected"
NO_SUPPLY_KNOWN = "no_supply_known"
SUSPENDED = "suspended"

LONGEST_TEXT = 500
"""Characters of a reason's sentence that events carry."""

LEFT_BECAUSE: dict[Cause, str] = {
    "cancelled": "cancelled",
    "damaged": "found damaged",
    "missing": "not found at the pack",
    "payment_deadline": "not paid for by the deadline",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A code, a sentence, and the figures in it."""

    code: str
    text: str
    parameters: dict[str, str | int] = field(default_factory=dict[str, str | int])


def units(number: int) -> str:
    """A number of units, in words."""
    return "1 unit" if number == 1 else f"{number} units"


def in_line(waiting: int, before: int) -> str:
    """How many units wait, and behind how many, in words."""
    wait = f"{units(waiting)} {'waits' if waiting == 1 else 'wait'}"
    return f"{wait} behind {units(before)}" if before else f"{wait}, first in line"


def in_stock(free: int, warehouse: str) -> Reason:
    """Granted on demand."""
    text = f"{units(free)} were free in {warehouse}, and nobody waited for them"
    return Reason("in_stock", text, {"free": free, "warehouse": warehouse})


def served(position: int, arrival: Arrival) -> Reason:
    """Granted to a waiting line when units came up."""
    text = f"position {position}; {units(arrival.units)} {arrival.came}"
    parameters = {"position": position, "units": arrival.units, **dict(arrival.parameters)}
    return Reason(arrival.by, text, parameters)


def over_limit(limit: int, waiting: int) -> Reason:
    """Refused: as many units wait as may."""
    text = f"{units(waiting)} {'waits' if waiting == 1 else 'wait'} already, and at most {limit} may wait at once"
    return Reason("over_limit", text, {"limit": limit, "waiting": waiting})


def not_sold_from_empty_stock() -> Reason:
    """Refused: the product is sold from stock alone."""
    return Reason("not_sold_from_empty_stock", "sold from stock alone, and no more is free")


def put_away(left: int, arrival: Arrival) -> Reason:
    """Sent to the shelf."""
    text = f"{units(left)} of {arrival.units} that {arrival.came}: nobody waits for them"
    return Reason("nobody_waits", text, {"units": arrival.units, **dict(arrival.parameters)})


def delivery_expected(waiting: int, before: int, delivery: Expected, on: date) -> Reason:
    """Waits for a delivery that should reach it."""
    text = (
        f"{in_line(waiting, before)}; delivery {delivery.delivery} of "
        f"{delivery.supplier}, expected on {on.isoformat()}, reaches that place"
    )
    parameters: dict[str, str | int] = {
        "ahead": before,
        "delivery": delivery.delivery,
        "supplier": delivery.supplier,
        "expected_on": on.isoformat(),
    }
    return Reason(DELIVERY_EXPECTED, text, parameters)


def lead_time(waiting: int, before: int, days: int) -> Reason:
    """Waits; no known delivery reaches it, but the product has a usual time."""
    text = f"{in_line(waiting, before)}; usually served within {days} days"
    return Reason(LEAD_TIME, text, {"ahead": before, "lead_time_days": days})


def no_supply_known(waiting: int, before: int) -> Reason:
    """Waits; nothing is known that could reach it."""
    text = f"{in_line(waiting, before)}; no delivery is known that reaches that place"
    return Reason(NO_SUPPLY_KNOWN, text, {"ahead": before})


def suspended(waiting: int, episode: int) -> Reason:
    """Keeps its place, and is passed over."""
    text = (
        f"payment trouble {episode} is not mended: passed over at its place with {units(waiting)}"
    )
    return Reason(SUSPENDED, text, {"episode": episode})


def resumed(waiting: int, episode: int) -> Reason:
    """Served again."""
    text = f"payment trouble {episode} is over: served again at its place with {units(waiting)}"
    return Reason("resumed", text, {"episode": episode})


def cancelled(taken: int, cancel: Cancel) -> Reason:
    """Waited, and is not wanted any more."""
    text = f"{taken} of {units(cancel.quantity)} that cancel {cancel.cancel_id} names still waited"
    return Reason("cancelled", text, {"cancel_id": cancel.cancel_id, "asked": cancel.quantity})


def given_back(back: GiveBack, *, passed_over: bool) -> Reason:
    """Left a shipment."""
    text = f"{units(back.quantity)} left shipment {back.shipment_id}: {LEFT_BECAUSE[back.cause]}"
    if back.requeue:
        how = "passed over at its old place" if passed_over else "waits again at its old place"
        text += f"; the line {how} with {units(back.requeue)} more"
    parameters: dict[str, str | int] = {
        "shipment_id": back.shipment_id,
        "returned": back.returned,
        "requeue": back.requeue,
        "episode": back.episode,
    }
    return Reason(back.cause, text, parameters)


def after_news(news: Reason, reason: Reason) -> Reason:
    """Another day, with what has changed it: the news' code is the parameter ``cause``."""
    parameters = {**reason.parameters, "cause": news.code}
    text = f"{news.text}; {reason.text}"
    return Reason(reason.code, text[:LONGEST_TEXT], parameters)
