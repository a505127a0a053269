"""Laws of changed minds and failed cards: every cancel is answered, lines are passed over rightly."""

from __future__ import annotations

from services.audit.report import Check, Evidence
from services.audit.terms import ALLOCATED
from services.audit.units import by_line, term

CANCELS = """
    SELECT order_id, cancel_id, state FROM cancels WHERE state <> 'settled'
    ORDER BY order_id, cancel_id
"""
ASKED = """
    SELECT order_id, cancel_id, line_id, requested, cancelled, withdrawn, refused
    FROM cancelled_lines WHERE requested IS DISTINCT FROM cancelled + withdrawn + refused
    ORDER BY order_id, cancel_id, line_id
"""
ANSWERED = """
    SELECT line_id, sum(cancelled)::bigint AS cancelled, sum(withdrawn)::bigint AS withdrawn
    FROM cancelled_lines GROUP BY line_id
"""
WITHDRAWN = """
    SELECT line_id, sum(withdrawn)::bigint AS withdrawn FROM withdrawals GROUP BY line_id
"""
SUSPENDED = "SELECT order_id FROM orders WHERE suspended_episode > resumed_episode"
NOT_MENDED = "SELECT order_id FROM orders WHERE suspended_episode > mended_episode"


async def every_cancel_settled(evidence: Evidence) -> list[str]:
    """Cancels that are not answered for every unit, or not as their units' owners did it."""
    owners = evidence.owners
    wrong = [
        f"{row['order_id']}: cancel {row['cancel_id']} is {row['state']}, not settled"
        for row in await owners.fetch("order_intake", CANCELS)
    ]
    wrong += [
        f"{row['line_id']}: cancel {row['cancel_id']} asked for {row['requested']}; "
        f"{row['cancelled']} cancelled, {row['withdrawn']} withdrawn, {row['refused']} refused"
        for row in await owners.fetch("order_intake", ASKED)
    ]
    answered = await by_line(evidence, "order_intake", ANSWERED)
    owned = {
        "cancelled": await by_line(evidence, "allocation", ALLOCATED),
        "withdrawn": await by_line(evidence, "shipping", WITHDRAWN),
    }
    return wrong + [
        f"{line}: {term(rows, line, name)} {name}, cancels were answered {term(answered, line, name)}"
        for name, rows in owned.items()
        for line in sorted(answered.keys() | rows.keys())
        if term(rows, line, name) != term(answered, line, name)
    ]


async def passed_over_while_unpaid(evidence: Evidence) -> list[str]:
    """Waiting lines that are passed over though their order is paid for, or the other way round."""
    owners = evidence.owners
    unpaid = {row["order_id"] for row in await owners.fetch("shipping", SUSPENDED)}
    known = {row["order_id"] for row in await owners.fetch("order_intake", NOT_MENDED)}
    wrong = [
        f"{order} is suspended at shipping, intake does not know"
        for order in sorted(unpaid - known)
    ]
    wrong += [
        f"{order} is suspended at intake, shipping does not know"
        for order in sorted(known - unpaid)
    ]
    for row in await owners.fetch("allocation", ALLOCATED):
        if row["waiting"] and (row["state"] == "suspended") != (row["order_id"] in unpaid):
            told = "is" if row["order_id"] in unpaid else "is not"
            wrong.append(f"{row['line_id']} is {row['state']}, its order {told} suspended")
    return sorted(wrong)


CHECKS = (
    Check(
        "every-cancel-settled",
        "every cancel is answered for each unit, by whoever had it",
        False,
        every_cancel_settled,
    ),
    Check(
        "passed-over-while-unpaid",
        "waiting lines are passed over exactly while their order is suspended",
        False,
        passed_over_while_unpaid,
    ),
)
