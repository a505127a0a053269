"""Laws of effects: nothing that touches the outside is given up, or left without an outcome."""

from __future__ import annotations

from typing import get_args

from services.audit.report import Check, Evidence
from services.payments.domain import operations

MONEY_CALLS: tuple[str, ...] = tuple(
    operation.KIND
    for operation in get_args(operations.Operation)
    if operation is not operations.Verify  # moves nothing: another method may be asked about
)
"""Kinds of effects that keep later ones of their subject waiting once they are given up."""

STUCK = """
    SELECT kind, key, state, told FROM effects
    WHERE state = 'given_up' OR (state = 'unknown' AND retry_at IS NOT NULL) ORDER BY id
"""


async def no_money_given_up(evidence: Evidence) -> list[str]:
    """Calls of the provider that were given up: their parcels wait until a person has looked."""
    return [
        f"{row['kind']} {row['key']} was given up ({row['told']}): "
        "find out at the provider what became of it"
        for row in await evidence.owners.fetch("payments", STUCK)
        if row["state"] == "given_up" and row["kind"] in MONEY_CALLS
    ]


async def nothing_stuck(evidence: Evidence) -> list[str]:
    """Other effects that were given up, or whose outcome nobody has found out."""
    rows = await evidence.owners.of_all(STUCK)
    return [
        f"{service}: {row['kind']} {row['key']} is {row['state'].replace('_', ' ')} ({row['told']})"
        for service, found in rows.items()
        for row in found
        if row["state"] != "given_up" or is_told_here(service, row["kind"])
    ]


def is_told_here(service: str, kind: str) -> bool:
    """Whether a given-up effect is this check's: a mail blocks nothing, money has its own."""
    return service != "notifications" and not (service == "payments" and kind in MONEY_CALLS)


CHECKS = (
    Check("no-money-given-up", "no call of the provider was given up", True, no_money_given_up),
    Check("nothing-stuck", "no effect was given up or is unknown", False, nothing_stuck),
)
