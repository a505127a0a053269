"""An order of lamps in the domain's own values; a test says only what it cares about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from services.notifications.domain.facts import Facts, Suppressed
from services.notifications.domain.lines import Line, LineFact
from services.notifications.domain.messages import Kind, Message
from services.notifications.domain.orders import Order
from services.notifications.domain.parcels import Parcel
from services.notifications.domain.standing import Standing
from services.notifications.domain.telling import compose
from services.notifications.handlers.orders import answer_of
from services.notifications.handlers.parcels import content_of
from tests.notifications.builders import MONDAY, ORDER, an_answer, line_id
from tests.notifications.parcels import a_plan

LAMP = line_id("lamp")


def an_order(**known: Any) -> Order:
    """An order whose confirmation was told."""
    order = Order(ORDER, state="confirmed", has_contact=True, opened=True, messages=1)
    return replace(order, **known)


def a_line(quantity: int = 5, waiting: int = 0) -> Line:
    """A confirmed line."""
    answer = answer_of(an_answer("lamp", quantity, waiting))
    return Line(LAMP, ORDER, "LAMP").confirmed(answer, 1)


def a_fact(**known: Any) -> LineFact:
    """What some event says about the line."""
    return LineFact(LAMP, ORDER, "LAMP", **known)


def a_parcel(quantity: int, n: int = 1, **known: Any) -> Parcel:
    """A planned parcel of lamps."""
    planned = Parcel(f"{ORDER}/{n}", ORDER).holding(content_of(a_plan(n, lamp=quantity)))
    return replace(planned, **known)


def a_message(kind: Kind, shipment_id: str | None = None, episode: int | None = None) -> Message:
    """A due message."""
    return Message(f"{ORDER}/{kind}/2", ORDER, kind, 2, MONDAY, shipment_id, episode=episode)


def composed(
    kind: Kind, line: Line, *parcels: Parcel, order: Order | None = None
) -> Facts | Suppressed:
    """What a message about one line says."""
    shipment_id = parcels[0].shipment_id if kind in ("about_to_ship", "shipped") else None
    message = a_message(kind, shipment_id, episode=1 if kind == "payment_needed" else None)
    return compose(message, Standing(order or an_order(), [line], list(parcels)), MONDAY)


def said(outcome: Facts | Suppressed) -> Facts:
    """What a message says that is sent."""
    assert isinstance(outcome, Facts)
    return outcome


def why(outcome: Facts | Suppressed) -> str:
    """Why a message is not sent."""
    assert isinstance(outcome, Suppressed)
    return outcome.code
