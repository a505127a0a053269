"""Messages that become due: one per order and kind of news, one per parcel, cancel and trouble."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.notifications.domain.orders import Cancel, Order, Policy
from services.notifications.domain.parcels import Parcel

Kind = Literal[
    "confirmed", "refused", "backordered", "date_changed", "about_to_ship", "payment_needed",
    "shipped", "cancelled", "refunded",
]  # fmt: skip
GatheredKind = Literal["backordered", "date_changed", "refunded"]

MAIL = "mail"
"""The kind of effect that sends a message; its subject is the order, its key the message."""
MAIL_TO_ANSWER = "mail_to_answer"
"""The same for a message that needs an answer, and so goes at least once."""


@dataclass(frozen=True)
class Message:
    """One message to one customer, before anybody knows what it will say."""

    message_id: str
    order_id: str
    kind: Kind
    n: int
    due_at: datetime
    shipment_id: str | None = None
    cancel_id: str | None = None
    episode: int | None = None

    @property
    def effect(self) -> str:
        """The kind of the effect that sends it."""
        return MAIL_TO_ANSWER if self.kind == "payment_needed" else MAIL


@dataclass(frozen=True)
class Due:
    """What became due: messages in their order, and all that knows of them."""

    orders: Sequence[Order] = ()
    parcels: Sequence[Parcel] = ()
    cancels: Sequence[Cancel] = ()
    messages: Sequence[Message] = ()


def numbered(order: Order, kind: Kind, due_at: datetime) -> tuple[Order, Message]:
    """The order's next message."""
    n = order.messages + 1
    message = Message(f"{order.order_id}/{kind}/{n}", order.order_id, kind, n, due_at)
    return replace(order, messages=n), message


def due_of(
    order: Order, parcels: Iterable[Parcel], cancels: Iterable[Cancel], now: datetime
) -> Due:
    """All that is due at once of an order and what of it is looked at; nothing is due twice."""
    messages: list[Message] = []
    if order.may_open:
        order, first = first_message(order, now)
        messages += first
    if not order.hears_news:
        return Due([order], list(parcels), list(cancels), messages)
    told_cancels: list[Cancel] = []
    told_parcels: list[Parcel] = []
    for cancel in cancels:
        order, told_cancel, due = told_of_cancel(order, cancel, now)
        told_cancels.append(told_cancel)
        messages += due
    order, due = needed_payment(order, now)
    messages += due
    for parcel in parcels:
        order, told_parcel, due = told_of_parcel(order, parcel, now)
        told_parcels.append(told_parcel)
        messages += due
    return Due([order], told_parcels, told_cancels, messages)


def joined(dues: Iterable[Due]) -> Due:
    """What is due of several orders."""
    found = list(dues)
    return Due(
        [order for due in found for order in due.orders],
        [parcel for due in found for parcel in due.parcels],
        [cancel for due in found for cancel in due.cancels],
        [message for due in found for message in due.messages],
    )


def first_message(order: Order, now: datetime) -> tuple[Order, list[Message]]:
    """The confirmation or the refusal."""
    kind: Kind = "confirmed" if order.state == "confirmed" else "refused"
    order, message = numbered(replace(order, opened=True), kind, now)
    return order, [message]


def needed_payment(order: Order, now: datetime) -> tuple[Order, list[Message]]:
    """One message for each payment trouble that the customer can still mend."""
    trouble = order.open_trouble
    if trouble is None or trouble.told_in is not None:
        return order, []
    order, message = numbered(order, "payment_needed", now)
    order = replace(order, trouble=replace(trouble, told_in=message.n))
    return order, [replace(message, shipment_id=trouble.shipment_id, episode=trouble.episode)]


def told_of_cancel(
    order: Order, cancel: Cancel, now: datetime
) -> tuple[Order, Cancel, list[Message]]:
    """One message for each cancel that is settled."""
    if cancel.told_in is not None:
        return order, cancel, []
    order, message = numbered(order, "cancelled", now)
    told = replace(cancel, told_in=message.n)
    return order, told, [replace(message, cancel_id=cancel.cancel_id)]


def told_of_parcel(
    order: Order, parcel: Parcel, now: datetime
) -> tuple[Order, Parcel, list[Message]]:
    """One message when it is about to ship and to be charged, one when it has left."""
    messages: list[Message] = []
    if parcel.may_announce:
        order, message = numbered(order, "about_to_ship", now)
        parcel = replace(parcel, announced_in=message.n)
        messages.append(replace(message, shipment_id=parcel.shipment_id))
    if parcel.shipped_in is None and parcel.dispatched_at is not None:
        order, message = numbered(order, "shipped", now)
        parcel = replace(parcel, shipped_in=message.n)
        messages.append(replace(message, shipment_id=parcel.shipment_id))
    return order, parcel, messages


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
    return Due(orders=found, messages=messages)
