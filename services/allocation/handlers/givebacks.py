"""What shipping says of granted units: given back, and lines passed over or served again."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.shipping import LineCancelForwarded, LineResumed, LineSuspended, UnitsGivenBack
from services.allocation.domain.changes import Cancel, GiveBack, Resumption, Suspension
from services.allocation.domain.policy import Policy
from services.allocation.handlers.changes import take_changes
from services.chassis.handling import hears
from services.chassis.transaction import Transaction


@hears(UnitsGivenBack)
async def take_back_units(given_back: Sequence[UnitsGivenBack], tx: Transaction[Policy]) -> None:
    """Let the lines wait again at their old place; serve who is next with what came back."""
    await take_changes([(one.sku, give_back_of(one)) for one in given_back], tx)


@hears(LineSuspended)
async def suspend_lines(suspended: Sequence[LineSuspended], tx: Transaction[Policy]) -> None:
    """Pass lines over until their payment trouble is mended."""
    await take_changes([(one.sku, Suspension(one.line_id, one.episode)) for one in suspended], tx)


@hears(LineResumed)
async def resume_lines(resumed: Sequence[LineResumed], tx: Transaction[Policy]) -> None:
    """Serve lines again at their old place."""
    await take_changes([(one.sku, Resumption(one.line_id, one.episode)) for one in resumed], tx)


@hears(LineCancelForwarded)
async def take_forwarded_cancels(
    cancels: Sequence[LineCancelForwarded], tx: Transaction[Policy]
) -> None:
    """Answer cancels again that came to shipping after it had given the units back."""
    asked = [
        (one.sku, Cancel(one.line_id, one.cancel_id, one.quantity, forwarded=True))
        for one in cancels
    ]
    await take_changes(asked, tx)


def give_back_of(event: UnitsGivenBack) -> GiveBack:
    """Units that leave a shipment."""
    suspending = event.line_state == "suspended"
    return GiveBack(
        event.line_id, event.warehouse, event.shipment_id, event.cause, event.quantity,
        event.returned, event.stands, event.requeue, event.episode if suspending else 0,
    )  # fmt: skip
