"""Facts that wait for another fact: counted for status; older than a day, the audit fails."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.audit.owners import Owners
from services.audit.report import Check, Evidence

WAIT_LIMIT = timedelta(hours=24)
TIMERS_FIRE_WITHIN = timedelta(hours=1)
"""Business time that a timer may be late by where the clock runs fast."""

AWAITING = """
    SELECT identity AS example, premise, until FROM awaiting ORDER BY until LIMIT 1000
"""


@dataclass(frozen=True)
class Premise:
    """One way in which a fact of a service waits for another.

    ``sql`` gives ``facts``, how many there are, and ``oldest_at`` and ``example`` of the oldest.
    """

    service: str
    what: str
    sql: str


@dataclass(frozen=True)
class Waiting:
    """Facts of one kind that wait; ``oldest_at`` is business time, None where nobody wrote it."""

    service: str
    what: str
    facts: int
    oldest_at: datetime | None
    example: str


PREMISES = (
    Premise(
        "order_intake",
        "orders of which others told before they came",
        """SELECT count(*) AS facts, min(seen_at) AS oldest_at,
                  (array_agg(order_id ORDER BY seen_at, order_id))[1] AS example
           FROM (SELECT o.order_id, min(l.allocated_at) AS seen_at
                 FROM orders o LEFT JOIN lines l USING (order_id)
                 WHERE o.state = 'awaited' GROUP BY o.order_id) AS found""",
    ),
    Premise(
        "allocation",
        "lines without their product",
        """SELECT count(*) AS facts, min(requested_at) AS oldest_at,
                  (array_agg(line_id ORDER BY requested_at, line_id))[1] AS example
           FROM lines WHERE state = 'undecided'""",
    ),
    Premise(
        "allocation",
        "facts of lines that were not requested yet",
        """SELECT count(*) AS facts, min(heard_at) AS oldest_at,
                  (array_agg(line_id ORDER BY heard_at, line_id))[1] AS example
           FROM early_facts""",
    ),
    Premise(
        "shipping",
        "orders that were not accepted yet",
        """SELECT count(*) AS facts, min(heard_at) AS oldest_at,
                  (array_agg(order_id ORDER BY heard_at, order_id))[1] AS example
           FROM orders WHERE currency IS NULL""",
    ),
    Premise(
        "payments",
        "parcels planned before their order's method was given",
        """SELECT count(*) AS facts, min(planned_at) AS oldest_at,
                  (array_agg(shipment_id ORDER BY planned_at, shipment_id))[1] AS example
           FROM authorizations a
           WHERE NOT EXISTS (SELECT FROM methods m WHERE m.order_id = a.order_id)""",
    ),
    Premise(
        "payments",
        "parcels packed before they were planned",
        """SELECT count(*) AS facts, min(told_at) AS oldest_at,
                  (array_agg(shipment_id ORDER BY told_at, shipment_id))[1] AS example
           FROM targets WHERE currency IS NULL""",
    ),
    # A contact alone waits for nothing: it came with an order that was not taken.
    Premise(
        "notifications",
        "orders without their contact or their confirmation",
        """SELECT count(*) AS facts, min(first_heard_at) AS oldest_at,
                  (array_agg(order_id ORDER BY first_heard_at, order_id))[1] AS example
           FROM orders o
           WHERE NOT opened AND NOT erased AND (state <> 'heard_of' OR placed_at IS NOT NULL
               OR EXISTS (SELECT FROM lines l WHERE l.order_id = o.order_id))""",
    ),
    Premise(
        "notifications",
        "parcels authorized before they were planned",
        """SELECT count(*) AS facts, min(authorized_at) AS oldest_at,
                  (array_agg(shipment_id ORDER BY authorized_at, shipment_id))[1] AS example
           FROM parcels WHERE lines IS NULL AND authorized_at IS NOT NULL""",
    ),
)


async def waiting_facts(owners: Owners) -> list[Waiting]:
    """Whatever waits for another fact now, kind by kind; kinds of which nothing waits are left out."""
    found: list[Waiting] = []
    for premise in PREMISES:
        [row] = await owners.fetch(premise.service, premise.sql)
        if row["facts"]:
            found.append(
                Waiting(
                    premise.service, premise.what, row["facts"], row["oldest_at"], row["example"]
                )
            )
    for service, rows in (await owners.of_all(AWAITING)).items():
        if rows:
            what = f"facts of outsiders, kept until {rows[0]['until']:%Y-%m-%d %H:%M}"
            found.append(Waiting(service, what, len(rows), None, rows[0]["example"]))
    return found


async def no_premise_overdue(evidence: Evidence) -> list[str]:
    """Facts that have waited for another for longer than a day."""
    now = evidence.now
    wrong: list[str] = []
    for premise in PREMISES:
        [row] = await evidence.owners.fetch(premise.service, premise.sql)
        since = row["oldest_at"]
        if row["facts"] and (since is None or since < now - WAIT_LIMIT):
            told = f" since {since:%Y-%m-%d %H:%M}" if since else ""
            wrong.append(
                f"{premise.service}: {row['facts']} {premise.what}{told}, such as {row['example']}"
            )
    for service, rows in (await evidence.owners.of_all(AWAITING)).items():
        wrong += [
            f"{service}: {row['example']} was to wait for {row['premise']} until "
            f"{row['until']:%Y-%m-%d %H:%M}, and still waits"
            for row in rows
            if row["until"] < now - TIMERS_FIRE_WITHIN
        ]
    return wrong


CHECKS = (
    Check(
        "no-premise-overdue",
        "no fact has waited for another for more than a day",
        True,
        no_premise_overdue,
    ),
)
