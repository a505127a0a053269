"""An order's story, chapter by chapter: what each service has written down of it, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from services.audit.owners import Owners
from services.audit.parcel_chapters import payments, shipping
from services.audit.story import Rank, Step, Words

if TYPE_CHECKING:
    from asyncpg import Record

__all__ = ["Step", "Words", "steps_of"]

# ---- intake ---------------------------------------------------------------------------------------

ORDERS = """
    SELECT shop_placed_at, received_at, accepted_at, confirmed_at, refused_at, total_minor,
           (SELECT count(*) FROM lines l WHERE l.order_id = o.order_id) AS lines,
           (SELECT string_agg(DISTINCT refusal ->> 'text', '; ') FROM lines l
            WHERE l.order_id = o.order_id) AS refusals,
           (SELECT string_agg(sku, ', ' ORDER BY sku) FROM unknown_skus u
            WHERE u.order_id = o.order_id) AS unknown_skus
    FROM orders o WHERE order_id = $1 AND received_at IS NOT NULL
"""
CANCELS = """
    SELECT c.cancel_id, c.cause, c.state, c.taken_at, c.settled_at, l.line_id, l.requested,
           l.cancelled + l.withdrawn AS cancelled, l.refused, l.reason ->> 'text' AS reason
    FROM cancels c LEFT JOIN cancelled_lines l USING (order_id, cancel_id)
    WHERE c.order_id = $1 ORDER BY c.taken_at, c.cancel_id, l.line_id
"""
CAUSES = {
    "shop": "the shop cancels",
    "suspended": "no payment method was given: crossdock cancels",
    "order_refused": "the order is refused: crossdock takes back",
}


async def intake(owners: Owners, order_id: str, words: Words) -> list[Step]:
    """The order as it came in, and what the shop asked of it since."""
    steps: list[Step] = []
    for row in await owners.fetch("order_intake", ORDERS, order_id):
        lines = f"{row['lines']} line{'' if row['lines'] == 1 else 's'}"
        waits = f"waits for the products {row['unknown_skus']}" if row["unknown_skus"] else ""
        taken = f"taken: {lines}, {words.money(row['total_minor'])}"
        refusals = row["refusals"] or ""
        told = (
            (row["shop_placed_at"], "placed in the shop", "", Rank.PLACED),
            (row["received_at"], "came in", waits, Rank.CAME_IN),
            (row["accepted_at"], taken, "", Rank.TAKEN),
            (row["confirmed_at"], "confirmed: every line is answered", refusals, Rank.CONFIRMED),
            (row["refused_at"], "refused", refusals, Rank.CONFIRMED),
        )
        steps += [Step(one[0], "order_intake", order_id, *one[1:]) for one in told if one[0]]
    for row in await owners.fetch("order_intake", CANCELS, order_id):
        steps += _cancel(row, words)
    return steps


def _cancel(row: Record, words: Words) -> Iterator[Step]:
    about = f"cancel {row['cancel_id']}"
    if row["line_id"] is None:
        told = f"{CAUSES[row['cause']]} all that is left ({row['state']})"
        yield Step(row["taken_at"], "order_intake", about, told, rank=Rank.ASKED)
        return
    asked = words.units(row["requested"] or 0, row["line_id"])
    told = f"{CAUSES[row['cause']]} {asked}"
    yield Step(row["taken_at"], "order_intake", about, told, rank=Rank.ASKED)
    if row["settled_at"]:
        told = f"settled: {row['cancelled']} of {asked} cancelled, {row['refused']} refused"
        why = row["reason"] or ""
        yield Step(row["settled_at"], "order_intake", about, told, why, Rank.SETTLED)


# ---- allocation -----------------------------------------------------------------------------------

DECISIONS = """
    SELECT d.decided_at, d.decision_no, d.kind, d.line_id, d.quantity, d.warehouse, d.source,
           d.reason_text
    FROM decisions d JOIN lines l USING (line_id)
    WHERE l.order_id = $1 ORDER BY d.decided_at, d.sku, d.decision_no
"""
DECIDED: Mapping[str, str] = {
    "grant": "granted from the {source} of {warehouse}",
    "wait": "put in the queue",
    "refuse": "refused",
    "cancel": "cancelled while waiting",
    "give_back": "given back from a parcel",
    "suspend": "passed over",
    "resume": "served again",
}


async def allocation(owners: Owners, order_id: str, words: Words) -> list[Step]:
    """Every decision about its lines, with the reason that was kept."""
    return [
        Step(
            row["decided_at"],
            "allocation",
            row["line_id"],
            f"{words.units(row['quantity'], row['line_id'])} "
            + DECIDED.get(row["kind"], row["kind"]).format(**dict(row)),
            row["reason_text"],
            Rank.GIVEN_BACK if row["kind"] == "give_back" else Rank.DECIDED,
        )
        for row in await owners.fetch("allocation", DECISIONS, order_id)
    ]


# ---- notifications --------------------------------------------------------------------------------

MESSAGES = """
    SELECT message_id, kind, state, reason, coalesce(sent_at, due_at) AS at FROM messages
    WHERE order_id = $1 ORDER BY n
"""


TOLD_WHEN = {
    "confirmed": Rank.TOLD_FIRST,
    "refused": Rank.TOLD_FIRST,
    "about_to_ship": Rank.TOLD_BEFORE,
    "payment_needed": Rank.TOLD_BEFORE,
}


async def notifications(owners: Owners, order_id: str, _: Words) -> list[Step]:
    """What its customer was told, and what not."""
    return [
        Step(
            row["at"],
            "notifications",
            row["message_id"],
            f"mail “{row['kind'].replace('_', ' ')}” {row['state']}",
            row["reason"] or "",
            TOLD_WHEN.get(row["kind"], Rank.TOLD),
        )
        for row in await owners.fetch("notifications", MESSAGES, order_id)
    ]


CHAPTERS = (intake, allocation, shipping, payments, notifications)


async def steps_of(
    owners: Owners, order_id: str, names: Mapping[str, str], currency: str
) -> Sequence[Step]:
    """Everything that happened to an order, oldest first."""
    words = Words(names, currency)
    steps = [step for chapter in CHAPTERS for step in await chapter(owners, order_id, words)]
    return sorted(steps, key=lambda step: (step.at, step.rank))
