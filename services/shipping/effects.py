"""The one timer of shipping: a warehouse's cut-off."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.effects import Due, Timer
from services.chassis.transaction import Transaction
from services.shipping.domain.policy import Policy
from services.shipping.steps import CUT_OFF, go_on
from services.shipping.store import orders


async def plan_at_cut_off(due: Sequence[Due], tx: Transaction[Policy]) -> None:
    """Plan what was collected for the cut-offs that came."""
    locked = await orders.lock_orders(tx, [one.subject for one in due])
    await go_on(tx, locked)


EFFECTS = (Timer(CUT_OFF, plan_at_cut_off),)
