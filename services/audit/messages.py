"""Laws of what customers are told: each thing once, and what was sent is what arrived."""

from __future__ import annotations

from collections import Counter
from uuid import uuid5

from services.audit.report import Check, Evidence, NoEvidence

CLOSED = "SELECT order_id, state FROM orders WHERE state IN ('confirmed', 'refused')"

TRIED = ("sent", "failed", "unknown")
"""States of a message that was handed to the mail server, or that it would not take."""

FIRST_MESSAGES = """
    SELECT o.order_id, o.state, o.opened, m.state = ANY ($1) AS tried
    FROM orders o LEFT JOIN messages m ON m.order_id = o.order_id AND m.n = 1
        AND m.kind = CASE o.state WHEN 'refused' THEN 'refused' ELSE 'confirmed' END
"""
TWICE = """
    SELECT kind, about, count(*) AS times FROM (
        SELECT kind, CASE kind WHEN 'about_to_ship' THEN shipment_id
                               WHEN 'shipped' THEN shipment_id
                               WHEN 'cancelled' THEN order_id || ', cancel ' || cancel_id
                               WHEN 'payment_needed' THEN order_id || ', trouble ' || episode
                               ELSE order_id END AS about
        FROM messages WHERE kind NOT IN ('backordered', 'date_changed', 'refunded')) AS for_once
    GROUP BY kind, about HAVING count(*) > 1
"""
LEFT = "SELECT shipment_id, order_id FROM shipments WHERE state = 'dispatched'"
TOLD_OF_PARCELS = """
    SELECT o.order_id, o.opened,
           array_agg(m.shipment_id) FILTER (WHERE m.state = ANY ($1)) AS shipments
    FROM orders o LEFT JOIN messages m ON m.order_id = o.order_id AND m.kind = 'shipped'
    GROUP BY o.order_id
"""
MESSAGES = "SELECT message_id, kind, state FROM messages"


async def nothing_told_twice(evidence: Evidence) -> list[str]:
    """Messages that are for once and were made twice."""
    return [
        f"{row['about']} has {row['times']} messages of kind {row['kind'].replace('_', ' ')}"
        for row in await evidence.owners.fetch("notifications", TWICE)
    ]


async def no_mail_twice(evidence: Evidence) -> list[str]:
    """Mails that reached the mailbox more than once; what needs an answer may."""
    received = Counter(mail_name(header) for header in received_by_mailbox(evidence))
    rows = await evidence.owners.fetch("notifications", MESSAGES)
    sent = {name_of_mail(row["message_id"]): row for row in rows}
    return [
        f"{sent[name]['message_id'] if name in sent else name} came {times} times"
        for name, times in received.items()
        if times > 1 and not (name in sent and sent[name]["kind"] == "payment_needed")
    ]


async def every_order_told(evidence: Evidence) -> list[str]:
    """Orders whose confirmation or refusal was not sent, or is not what intake decided."""
    owners = evidence.owners
    decided = {row["order_id"]: row["state"] for row in await owners.fetch("order_intake", CLOSED)}
    known = {
        row["order_id"]: row for row in await owners.fetch("notifications", FIRST_MESSAGES, TRIED)
    }
    wrong: list[str] = []
    for order in sorted(decided.keys() | known.keys()):
        state, row = decided.get(order, "open"), known.get(order)
        if row is None:
            wrong.append(f"{order} is {state}, notifications does not know it")
        elif row["opened"] and row["state"] != state:
            wrong.append(f"{order} was told {row['state']}, it is {state}")
        elif row["opened"] and not row["tried"]:
            wrong.append(f"{order} is {state}, its first message was not sent")
    return wrong


async def every_parcel_told(evidence: Evidence) -> list[str]:
    """Parcels that left and whose customer was not told."""
    owners = evidence.owners
    orders = {
        row["order_id"]: row for row in await owners.fetch("notifications", TOLD_OF_PARCELS, TRIED)
    }
    return [
        f"{row['shipment_id']} left, its customer was not told"
        for row in await owners.fetch("shipping", LEFT)
        if (order := orders.get(row["order_id"])) is None
        or (order["opened"] and row["shipment_id"] not in (order["shipments"] or ()))
    ]


async def sent_is_received(evidence: Evidence) -> list[str]:
    """Messages that were sent and did not arrive, and mails that nobody sent."""
    rows = await evidence.owners.fetch("notifications", MESSAGES)
    sent = {name_of_mail(row["message_id"]): row for row in rows}
    names = received_by_mailbox(evidence)
    if not names and any(row["state"] == "sent" for row in rows):
        raise NoEvidence("the mailbox is empty: another mail server took the mails")
    received = {mail_name(name) for name in names}
    lost = [
        f"{row['message_id']} was sent and did not arrive"
        for name, row in sent.items()
        if row["state"] == "sent" and name not in received
    ]
    return lost + [
        f"a mail {name} arrived, "
        + (f"{sent[name]['message_id']} is {sent[name]['state']}" if name in sent else "of nobody")
        for name in sorted(received)
        if name not in sent or sent[name]["state"] not in TRIED
    ]


def received_by_mailbox(evidence: Evidence) -> list[str]:
    """Message-IDs as they came. Raises ``NoEvidence`` where a real mail server takes the mails."""
    if evidence.message_ids is None:
        raise NoEvidence("a real mail server takes the mails: it cannot be asked what it took")
    return list(evidence.message_ids)


def mail_name(header: str) -> str:
    """What stands before the ``@`` in a Message-ID."""
    return header.strip("<>").partition("@")[0]


def name_of_mail(message_id: str) -> str:
    """What stands before the ``@`` in the Message-ID of a message of ours."""
    from services.notifications.letters.addresses import MESSAGE_IDS

    return uuid5(MESSAGE_IDS, message_id).hex


CHECKS = (
    Check(
        "nothing-told-twice",
        "one first message per order, one message of a kind per parcel, cancel and trouble",
        True,
        nothing_told_twice,
    ),
    Check("no-mail-twice", "no news reaches a customer twice", True, no_mail_twice),
    Check(
        "every-order-told",
        "each confirmed or refused order's first message was sent",
        False,
        every_order_told,
    ),
    Check("every-parcel-told", "of each parcel that left was told", False, every_parcel_told),
    Check("sent-is-received", "what was sent is what the mailbox has", False, sent_is_received),
)
