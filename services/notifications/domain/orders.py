"""Orders and parcels as their customer knows them, and the messages that become due."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

Kind = Literal["confirmed", "refused", "backordered", "date_changed", "about_to_ship", "shipped"]
GatheredKind = Literal["backordered", "date_changed"]
OrderState = Literal["heard_of", "confirmed", "refused"]

MAIL = "mail"
"""The kind of effect that sends a message; its subject is the order, its key the message."""


@dataclass(frozen=True)
class Policy:
    """How long *backordered* and *date changed* gather before they are sent (business time)."""

    gather_for: timedelta


@dataclass(frozen=True)
class Order:
    """What must be known of an order before anything is told."""

    order_id: str
    state: OrderState = "heard_of"
    has_contact: bool = False
    opened: bool = False
    """Its confirmation, or refusal, is due or sent: other messages may follow."""
    messages: int = 0
    """Messages made so far; the next one takes the next number."""
    placed_at: datetime | None = None
    currency: str = ""
    freight_minor: int = 0
    ship_complete: bool = False
    reasons: tuple[str, ...] = ()

    @property
    def may_open(self) -> bool:
        """Whether the first message is due: somebody to tell, and something to tell."""
        return self.has_contact and self.state != "heard_of" and not self.opened

    @property
    def hears_news(self) -> bool:
        """Whether messages other than the first may become due."""
        return self.opened and self.state == "confirmed"


@dataclass(frozen=True)
class ParcelLine:
    """Units of one line in a parcel and what exactly these units cost."""

    line_id: str
    title: str
    quantity: int
    amount_minor: int


@dataclass(frozen=True)
class Parcel:
    """A shipment as its customer hears of it; facts of two topics complete it in any order."""

    shipment_id: str
    order_id: str
    lines: tuple[ParcelLine, ...] | None = None
    """None until planned or dispatched."""
    currency: str = ""
    amount_minor: int | None = None
    """Planned, then authorized, then captured: the latest stage heard."""
    amount_stage: Literal["planned", "authorized", "captured"] | None = None
    freight_minor: int = 0
    authorized_at: datetime | None = None
    dispatched_at: datetime | None = None
    carrier: str = ""
    tracking: str = ""
    complete: bool = False
    announced_in: int | None = None
    """Number of its message "about to ship"."""
    shipped_in: int | None = None
    """Number of its message "shipped"."""
    told: Literal["nothing", "announced", "shipped"] = "nothing"

    def costing(
        self, amount_minor: int, stage: Literal["planned", "authorized", "captured"]
    ) -> Parcel:
        """With an amount; the later stage of the two is the truth."""
        order = ("planned", "authorized", "captured")
        if self.amount_stage is not None and order.index(self.amount_stage) > order.index(stage):
            return self
        return replace(self, amount_minor=amount_minor, amount_stage=stage)

    def quantity_of(self, line_id: str) -> int:
        """Its units of one line."""
        return sum(line.quantity for line in self.lines or () if line.line_id == line_id)


@dataclass(frozen=True)
class Message:
    """One message to one customer, before anybody knows what it will say."""

    message_id: str
    order_id: str
    kind: Kind
    n: int
    due_at: datetime
    shipment_id: str | None = None


@dataclass(frozen=True)
class Due:
    """What became due: messages in their order, and the orders and parcels that know of it."""

    orders: tuple[Order, ...] = ()
    parcels: tuple[Parcel, ...] = ()
    messages: tuple[Message, ...] = ()


def numbered(
    order: Order, kind: Kind, due_at: datetime, shipment_id: str | None = None
) -> tuple[Order, Message]:
    """The order's next message."""
    n = order.messages + 1
    message_id = f"{order.order_id}/{kind}/{n}"
    return replace(order, messages=n), Message(
        message_id, order.order_id, kind, n, due_at, shipment_id
    )


def opened(orders: Iterable[Order], parcels: Iterable[Parcel], now: datetime) -> Due:
    """The first message of each order that can have it, then what its parcels kept waiting."""
    found: list[Order] = []
    messages: list[Message] = []
    for order in orders:
        if not order.may_open:
            found.append(order)
            continue
        kind: Kind = "confirmed" if order.state == "confirmed" else "refused"
        told, message = numbered(replace(order, opened=True), kind, now)
        found.append(told)
        messages.append(message)
    later = told_of_parcels(found, parcels, now)
    return Due(later.orders, later.parcels, (*messages, *later.messages))


def told_of_parcels(orders: Iterable[Order], parcels: Iterable[Parcel], now: datetime) -> Due:
    """One message when a parcel is about to ship and be charged, one when it has left."""
    by_id = {order.order_id: order for order in orders}
    found: list[Parcel] = []
    messages: list[Message] = []
    for parcel in parcels:
        order, told, due = _told_of(by_id[parcel.order_id], parcel, now)
        by_id[order.order_id] = order
        found.append(told)
        messages.extend(due)
    return Due(tuple(by_id.values()), tuple(found), tuple(messages))


def _told_of(order: Order, parcel: Parcel, now: datetime) -> tuple[Order, Parcel, list[Message]]:
    """One parcel's messages that became due. It is told of once at each stage."""
    messages: list[Message] = []
    if not order.hears_news:
        return order, parcel, messages
    if parcel.announced_in is None and is_about_to_ship(parcel):
        order, message = numbered(order, "about_to_ship", now, parcel.shipment_id)
        parcel = replace(parcel, announced_in=message.n)
        messages.append(message)
    if parcel.shipped_in is None and parcel.dispatched_at is not None:
        order, message = numbered(order, "shipped", now, parcel.shipment_id)
        parcel = replace(parcel, shipped_in=message.n)
        messages.append(message)
    return order, parcel, messages


def is_about_to_ship(parcel: Parcel) -> bool:
    """Whether its content and its authorization are known, each from a topic of its own."""
    return parcel.lines is not None and parcel.authorized_at is not None


def gathered(
    orders: Iterable[Order], kind: GatheredKind, gathering: set[str], now: datetime, policy: Policy
) -> Due:
    """One message that gathers news for each order that has none of this kind gathering yet."""
    found: list[Order] = []
    messages: list[Message] = []
    for order in orders:
        if order.order_id not in gathering:
            told, message = numbered(order, kind, now + policy.gather_for)
            found.append(told)
            messages.append(message)
    return Due(tuple(found), (), tuple(messages))
