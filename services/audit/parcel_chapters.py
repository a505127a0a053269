"""The chapters of an order's story that tell of its parcels and of their money."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from services.audit.owners import Owners
from services.audit.story import Rank, Step, Words

if TYPE_CHECKING:
    from asyncpg import Record

# ---- shipping -------------------------------------------------------------------------------------

SHIPMENTS = "SELECT * FROM shipments WHERE order_id = $1 ORDER BY n"
GIVE_BACKS = "SELECT * FROM give_backs WHERE order_id = $1 ORDER BY id"
WITHDRAWALS = "SELECT * FROM withdrawals WHERE order_id = $1 ORDER BY id"
SCANS = """
    SELECT c.* FROM scans c JOIN shipments s USING (shipment_id)
    WHERE s.order_id = $1 AND c.outcome <> c.kind ORDER BY c.heard_at, c.scan_id
"""
LEFT_BECAUSE = {
    "cancelled": "cancelled",
    "damaged": "found damaged",
    "missing": "not found at the pack",
    "payment_deadline": "not paid for in time",
}


async def shipping(owners: Owners, order_id: str, words: Words) -> list[Step]:
    """Its parcels from plan to dock door, and what left them on the way."""
    steps = [
        step
        for row in await owners.fetch("shipping", SHIPMENTS, order_id)
        for step in _parcel(row, words)
    ]
    for row in await owners.fetch("shipping", GIVE_BACKS, order_id):
        back = "back to supply" if row["returned"] else "good for nobody"
        again = "; the line waits for it again" if row["requeue"] else ""
        told = f"{words.units(row['quantity'], row['line_id'])} left it, {back}{again}"
        why = LEFT_BECAUSE[row["cause"]]
        steps.append(
            Step(row["given_at"], "shipping", row["shipment_id"], told, why, Rank.TAKEN_OUT)
        )
    for row in await owners.fetch("shipping", WITHDRAWALS, order_id):
        became = {
            "taken out": row["withdrawn"], "refused": row["refused"],
            "looked for in the queue": row["forwarded"],
        }  # fmt: skip
        told = f"of {words.units(row['passed_on'], row['line_id'])} in parcels: " + ", ".join(
            f"{units} {what}" for what, units in became.items() if units
        )
        about = f"cancel {row['cancel_id']}"
        why = row["reason_text"] or ""
        steps.append(Step(row["answered_at"], "shipping", about, told, why, Rank.WITHDRAWN))
    for row in await owners.fetch("shipping", SCANS, order_id):
        told = f"the dock scanned it as {row['kind']}: {row['outcome'].replace('_', ' ')}"
        step = Step(row["heard_at"], "shipping", row["shipment_id"], told, rank=Rank.SCANNED)
        steps.append(step)
    return steps


def _parcel(row: Record, words: Words) -> Iterator[Step]:
    price = words.money(row["amount_minor"] or 0)
    carried = " ".join(filter(None, (row["carrier"], row["tracking"])))
    cause = LEFT_BECAUSE.get(row["withdrawn_cause"] or "", "")
    told = (
        ("opened_at", f"parcel opened in {row['warehouse']}: collects", "", Rank.OPENED),
        ("planned_at", "planned", "", Rank.PLANNED),
        ("packed_at", f"packed, version {row['packed_version']}", "", Rank.PACKED),
        ("released_at", f"may leave: {price} are captured", "", Rank.RELEASED),
        ("dispatched_at", f"left the dock{f' with {carried}' if carried else ''}", "", Rank.LEFT),
        ("withdrawn_at", "withdrawn: nothing is left in it", cause, Rank.WITHDRAWN),
    )
    for moment, what, why, rank in told:
        if row[moment]:
            yield Step(row[moment], "shipping", row["shipment_id"], what, why, rank)
    if row["dispatched_unreleased"]:
        yield Step(row["dispatched_at"], "shipping", row["shipment_id"], "ALARM: it had no release")


# ---- payments -------------------------------------------------------------------------------------

METHODS = "SELECT * FROM methods WHERE order_id = $1 ORDER BY given_at, method_id"
LEDGER = """
    SELECT split_part(entry, ':', 1) AS what, shipment_id, booked_at,
           max(amount_minor) AS amount_minor
    FROM ledger WHERE order_id = $1 GROUP BY entry, shipment_id, booked_at
"""
ASKED = """
    SELECT kind, key, subject, due_at, request, outcome, result FROM effects_history
    WHERE (subject = $1 OR starts_with(subject, $1 || '/'))
      AND ((kind IN ('verify', 'authorize', 'capture') AND outcome IN ('refused', 'unknown'))
           OR (kind = 'verify' AND outcome = 'done')
           OR (kind = 'payment_deadline' AND outcome = 'done'))
"""
BOOKED = {
    "authorize": ("authorized", Rank.AUTHORIZED),
    "capture": ("captured", Rank.CAPTURED),
    "void": ("set free again", Rank.PAID_BACK),
    "lapse": ("lapsed, free again", Rank.PAID_BACK),
    "refund": ("refunded", Rank.PAID_BACK),
}
ASKED_WHEN = {
    "verify": Rank.VERIFIED,
    "authorize": Rank.AUTHORIZED,
    "capture": Rank.CAPTURED,
    "payment_deadline": Rank.DEADLINE,
}


async def payments(owners: Owners, order_id: str, words: Words) -> list[Step]:
    """Methods given, money reserved, taken and given back, and what the provider refused."""
    steps: list[Step] = []
    for row in await owners.fetch("payments", METHODS, order_id):
        about, told = f"method {row['method_id']}", "payment method given"
        steps.append(Step(row["given_at"], "payments", about, told, rank=Rank.METHOD))
    for row in await owners.fetch("payments", LEDGER, order_id):
        what, rank = BOOKED.get(row["what"], (row["what"], Rank.CAPTURED))
        told = f"{words.money(row['amount_minor'])} {what}"
        steps.append(Step(row["booked_at"], "payments", row["shipment_id"], told, rank=rank))
    return steps + [_asked(row) for row in await owners.fetch("payments", ASKED, order_id)]


def _asked(row: Record) -> Step:
    rank = ASKED_WHEN[row["kind"]]
    if row["kind"] == "payment_deadline":
        told = "the payment deadline passed: its units go to the next in line"
        return Step(row["due_at"], "payments", row["subject"], told, rank=rank)
    about = str(row["request"].get("about", row["subject"]))
    if row["kind"] == "verify":
        about = f"method {about}"
    told = "verified" if row["outcome"] == "done" else f"{row['kind']}: {row['outcome']}"
    return Step(row["due_at"], "payments", about, told, str(row["result"].get("text", "")), rank)
