"""One order's whole story: what befell it at every service, in time order, and how it stands now.

Read from every owner's tables as the auditor; whoever shows it adds the mails themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from services.audit import chapters
from services.audit.owners import Owners
from services.audit.status import Letter
from services.audit.story import Step

if TYPE_CHECKING:
    from asyncpg import Record

NAMED = """
    SELECT order_id FROM orders
    WHERE order_id = $1 OR substr(order_id, strpos(order_id, ':') + 1) = $1 ORDER BY order_id
"""
ORDER = "SELECT * FROM orders WHERE order_id = $1"
LINES = """
    SELECT line_id, sku, ordinal, coalesce(title, '') AS title, ordered, refused,
           cancelled + withdrawn AS cancelled, promised_on,
           coalesce(refusal, reason) ->> 'text' AS why
    FROM lines WHERE order_id = $1 ORDER BY ordinal NULLS LAST, line_id
"""
HELD = """
    SELECT line_id, granted_total - requeued_total - withdrawn AS allocated, waiting, state
    FROM lines WHERE order_id = $1
"""
GONE = """
    SELECT l.line_id, sum(l.quantity)::bigint AS dispatched
    FROM shipment_lines l JOIN shipments s USING (shipment_id)
    WHERE s.order_id = $1 AND s.state = 'dispatched' GROUP BY l.line_id
"""
PARCELS = """
    SELECT s.*, coalesce(l.units, '{}') AS units
    FROM shipments s LEFT JOIN LATERAL (
        SELECT jsonb_object_agg(line_id, quantity) AS units FROM shipment_lines l
        WHERE l.shipment_id = s.shipment_id) AS l ON true
    WHERE s.order_id = $1 ORDER BY s.n
"""
MONEY = """
    SELECT t.shipment_id, a.state AS authorization, a.valid_until, a.reason_text,
           coalesce(c.amount_minor, 0) AS captured_minor, coalesce(r.amount_minor, 0) AS refunded_minor
    FROM targets t
    LEFT JOIN authorizations a USING (shipment_id)
    LEFT JOIN captures c ON c.shipment_id = t.shipment_id AND c.state = 'captured'
    LEFT JOIN (SELECT shipment_id, sum(amount_minor)::bigint AS amount_minor FROM refunds
               WHERE state = 'refunded' GROUP BY shipment_id) AS r
        ON r.shipment_id = t.shipment_id
    WHERE t.order_id = $1
"""
MESSAGES = """
    SELECT message_id, kind, state, reason, coalesce(sent_at, due_at) AS at FROM messages
    WHERE order_id = $1 ORDER BY n
"""
OF_ORDER = """
    SELECT id, topic, partition, "offset", key, headers, value, type_name, aggregate, code, reason,
           detail, at_the_door, arrived_at, state
    FROM dead_letters
    WHERE aggregate = $1 OR starts_with(aggregate, $1 || ':') OR starts_with(aggregate, $1 || '/')
    ORDER BY id
"""
COMING = """
    SELECT kind, key, due_at, state, told FROM effects
    WHERE subject = $1 OR starts_with(subject, $1 || '/') ORDER BY due_at, id
"""


@dataclass(frozen=True)
class LineNow:
    """One line as it stands: each figure from the service that owns it."""

    line_id: str
    sku: str
    title: str
    ordered: int
    allocated: int
    """In hand: in parcels, or on the way out of the dock with them."""
    waiting: int
    cancelled: int
    refused: int
    dispatched: int
    promised_on: date | None
    is_suspended: bool
    why: str
    """Why units wait, or were refused; empty: there is nothing to say."""


@dataclass(frozen=True)
class ParcelNow:
    """One parcel as it stands, with its money."""

    shipment_id: str
    state: str
    version: int
    warehouse: str
    units: Mapping[str, int]
    """By line."""
    amount_minor: int
    captured_minor: int
    refunded_minor: int
    payment: str
    """How its authorization stands, in words; empty before it was planned."""
    carrier: str
    tracking: str


@dataclass(frozen=True)
class MessageNow:
    """One message to the customer; the mail itself is with the mail server."""

    message_id: str
    kind: str
    state: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Coming:
    """Something that is still to happen by itself, or that a person must look at."""

    service: str
    kind: str
    due_at: datetime
    state: str
    told: str


@dataclass(frozen=True)
class Story:
    """Everything about one order."""

    order_id: str
    state: str
    """As intake knows it; ``not known`` where it does not."""
    customer_ref: str
    currency: str
    ship_preference: str
    lines: Sequence[LineNow]
    parcels: Sequence[ParcelNow]
    steps: Sequence[Step]
    messages: Sequence[MessageNow]
    coming: Sequence[Coming]
    letters: Sequence[Letter]
    """Dead letters that name it."""

    @property
    def headline(self) -> str:
        """How it stands, in one sentence."""
        sums = {
            "left": sum(line.dispatched for line in self.lines),
            "in parcels": sum(line.allocated - line.dispatched for line in self.lines),
            "waiting": sum(line.waiting for line in self.lines),
            "cancelled": sum(line.cancelled for line in self.lines),
            "refused": sum(line.refused for line in self.lines),
        }
        told = ", ".join(f"{units} {name}" for name, units in sums.items() if units)
        ordered = sum(line.ordered for line in self.lines)
        suspended = ", suspended" if any(line.is_suspended for line in self.lines) else ""
        return f"{self.state}{suspended}: {ordered} ordered{f'; {told}' if told else ''}"

    @property
    def paid_minor(self) -> int:
        """What the customer has paid and not got back."""
        return sum(parcel.captured_minor - parcel.refunded_minor for parcel in self.parcels)


async def orders_named(owners: Owners, name: str) -> list[str]:
    """The orders of this id, with or without their shop."""
    rows = await owners.fetch("order_intake", NAMED, name)
    return [row["order_id"] for row in rows]


async def explain(owners: Owners, order_id: str) -> Story:
    """The story of an order; of one that nobody knows, the dead letters that name it."""
    rows = await owners.fetch("order_intake", ORDER, order_id)
    order: Mapping[str, str | None] = dict(rows[0]) if rows else {}
    lines = await _lines(owners, order_id)
    currency = order.get("currency") or ""
    names = {line.line_id: line.title or line.sku for line in lines}
    steps = await chapters.steps_of(owners, order_id, names, currency)
    letters = await owners.of_all(OF_ORDER, order_id)
    coming = await owners.of_all(COMING, order_id)
    return Story(
        order_id,
        order.get("state") or "not known",
        order.get("customer_ref") or "",
        currency,
        order.get("ship_preference") or "",
        lines,
        await _parcels(owners, order_id),
        steps,
        [
            MessageNow(row["message_id"], row["kind"], row["state"], row["reason"] or "", row["at"])
            for row in await owners.fetch("notifications", MESSAGES, order_id)
        ],
        [
            Coming(service, row["kind"], row["due_at"], row["state"], row["told"])
            for service, found in coming.items()
            for row in found
        ],
        [Letter(service, dict(row)) for service, found in letters.items() for row in found],
    )


async def _lines(owners: Owners, order_id: str) -> list[LineNow]:
    held = {row["line_id"]: row for row in await owners.fetch("allocation", HELD, order_id)}
    gone = {
        row["line_id"]: row["dispatched"] for row in await owners.fetch("shipping", GONE, order_id)
    }
    return [
        _line(row, held.get(row["line_id"]), gone.get(row["line_id"], 0))
        for row in await owners.fetch("order_intake", LINES, order_id)
    ]


def _line(row: Record, held: Record | None, dispatched: int) -> LineNow:
    waiting = held["waiting"] if held else 0
    return LineNow(
        row["line_id"], row["sku"], row["title"], row["ordered"] or 0,
        held["allocated"] if held else 0, waiting, row["cancelled"], row["refused"], dispatched,
        row["promised_on"] if waiting else None, held is not None and held["state"] == "suspended",
        row["why"] or "" if waiting or row["refused"] else "",
    )  # fmt: skip


async def _parcels(owners: Owners, order_id: str) -> list[ParcelNow]:
    money = {row["shipment_id"]: row for row in await owners.fetch("payments", MONEY, order_id)}
    return [
        _parcel(row, money.get(row["shipment_id"]))
        for row in await owners.fetch("shipping", PARCELS, order_id)
    ]


def _parcel(row: Record, money: Record | None) -> ParcelNow:
    payment = ""
    if money is not None and money["authorization"]:
        payment = money["authorization"]
        if money["reason_text"]:
            payment += f": {money['reason_text']}"
    return ParcelNow(
        row["shipment_id"], row["state"], row["version"], row["warehouse"], row["units"],
        row["amount_minor"] or 0, money["captured_minor"] if money else 0,
        money["refunded_minor"] if money else 0, payment, row["carrier"] or "",
        row["tracking"] or "",
    )  # fmt: skip
