"""The end of every handler and effect: record what was decided, say it, ask for what is due."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.effects import NewEffect
from services.chassis.transaction import Transaction
from services.payments import store
from services.payments.domain.account import Account
from services.payments.domain.operations import Wanted
from services.payments.domain.policy import Policy
from services.payments.telling import told


async def conclude(tx: Transaction[Policy], accounts: Mapping[str, Account]) -> None:
    """Close accounts: write, say, take back what is pointless, schedule."""
    closed = list(accounts.values())
    await store.write_accounts(tx, closed)
    tx.say(*(told(account.order_id, one) for account in closed for one in account.news))
    pointless: dict[str, list[str]] = {}
    for account in closed:
        for kind, name in account.pointless:
            pointless.setdefault(kind, []).append(name)
    for kind in sorted(pointless):
        tx.supersede(kind, sorted(pointless[kind]))
    tx.schedule(*(effect_of(account, one) for account in closed for one in account.wanted))


def effect_of(account: Account, wanted: Wanted) -> NewEffect:
    """What is wanted as an effect; what it asks for is read when it is started."""
    request = {"order_id": account.order_id, "about": wanted.about, "number": wanted.number}
    return NewEffect(wanted.kind, wanted.name, wanted.subject, wanted.due_at, request)
