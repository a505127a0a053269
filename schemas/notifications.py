"""What notifications says: what each customer was told, or why not."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas import topics
from schemas.envelope import Event, Topic
from schemas.values import Id, Moment, OrderId, Reason

MessageKind = Literal[
    "confirmed",
    "refused",
    "backordered",
    "date_changed",
    "about_to_ship",
    "payment_needed",
    "shipped",
    "cancelled",
    "refunded",
]


class MessageEvent(Event):
    """An event about one message to one customer, keyed by the order."""

    TOPIC: ClassVar[Topic] = topics.NOTIFICATIONS
    KEY: ClassVar[str] = "order_id"
    AGGREGATE: ClassVar[str] = "message_id"

    order_id: OrderId
    message_id: Id
    kind: MessageKind


class MessageSent(MessageEvent):
    """The mail server took the message."""

    TYPE: ClassVar[str] = "message.sent"

    sent_at: Moment


class MessageSuppressed(MessageEvent):
    """The message would have told what is already overtaken."""

    TYPE: ClassVar[str] = "message.suppressed"

    reason: Reason


class MessageFailed(MessageEvent):
    """The message did not reach the mail server, or nobody knows whether it did."""

    TYPE: ClassVar[str] = "message.failed"

    reason: Reason
