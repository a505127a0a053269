"""Events about the parcels of one order and their money; a test says only what it cares about."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from schemas.payments import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDeadlinePassed,
    PaymentMethodVerified,
    PaymentNeedsCustomer,
    PaymentRefunded,
    PaymentResolved,
)
from schemas.shipping import (
    ShipmentChanged,
    ShipmentDispatched,
    ShipmentLine,
    ShipmentPlanned,
    ShipmentWithdrawn,
)
from tests.notifications.builders import BECAUSE, MONDAY, ORDER, PRICE_MINOR, goods

DEADLINE = MONDAY + timedelta(hours=72)


def parcel(n: int, order: str) -> dict[str, Any]:
    """What every mention of a parcel says."""
    return {"order_id": order, "shipment_id": f"{order}/{n}"}


def contents(units: dict[str, int], order: str = ORDER) -> tuple[ShipmentLine, ...]:
    """What is in a parcel, by line."""
    return tuple(
        ShipmentLine(
            **goods(line, order),
            title=f"The {line}",
            quantity=quantity,
            amount_minor=PRICE_MINOR * quantity,
        )
        for line, quantity in units.items()
    )


def costs(units: dict[str, int], freight_minor: int = 0) -> int:
    """What units cost, with their freight."""
    return PRICE_MINOR * sum(units.values()) + freight_minor


def a_plan(n: int = 1, order: str = ORDER, freight_minor: int = 0, **units: int) -> ShipmentPlanned:
    """A parcel is fixed."""
    return ShipmentPlanned(
        **parcel(n, order),
        warehouse="MAIN",
        currency="GBP",
        amount_minor=costs(units, freight_minor),
        freight_minor=freight_minor,
        version=1,
        planned_at=MONDAY,
        lines=contents(units, order),
    )


def a_change(
    n: int = 1,
    order: str = ORDER,
    *,
    cause: Any = "cancelled",
    version: int = 2,
    freight_minor: int = 0,
    **units: int,
) -> ShipmentChanged:
    """A parcel holds less than before: this."""
    return ShipmentChanged(
        **parcel(n, order),
        warehouse="MAIN",
        currency="GBP",
        amount_minor=costs(units, freight_minor),
        freight_minor=freight_minor,
        version=version,
        cause=cause,
        changed_at=MONDAY,
        lines=contents(units, order),
    )


def a_parcel_withdrawn(
    n: int = 1, order: str = ORDER, *, cause: Any = "cancelled", version: int = 2, **units: int
) -> ShipmentWithdrawn:
    """A parcel will not leave; it held this."""
    return ShipmentWithdrawn(
        **parcel(n, order),
        currency="GBP",
        amount_minor=0,
        version=version,
        cause=cause,
        withdrawn_at=MONDAY,
        lines=contents(units, order),
    )


def a_dispatch(
    n: int = 1, order: str = ORDER, *, complete: bool = True, **units: int
) -> ShipmentDispatched:
    """The parcel left the dock."""
    return ShipmentDispatched(
        **parcel(n, order),
        warehouse="MAIN",
        carrier="Swift Post",
        tracking="SP-471",
        dispatched_at=MONDAY,
        complete=complete,
        lines=contents(units, order),
    )


# ---- money -------------------------------------------------------------------------------------


def an_authorization(
    n: int = 1, amount_minor: int = PRICE_MINOR, order: str = ORDER
) -> PaymentAuthorized:
    """The parcel's amount is reserved."""
    return PaymentAuthorized(
        **parcel(n, order),
        amount_minor=amount_minor,
        currency="GBP",
        authorized_at=MONDAY,
        valid_until=MONDAY + timedelta(days=7),
    )


def a_capture(n: int = 1, amount_minor: int = PRICE_MINOR, order: str = ORDER) -> PaymentCaptured:
    """The parcel's amount was taken."""
    return PaymentCaptured(
        **parcel(n, order),
        version=1,
        amount_minor=amount_minor,
        currency="GBP",
        captured_at=MONDAY,
        provider="standin",
        provider_ref="ch_1",
    )


def a_refund(
    n: int = 1, amount_minor: int = PRICE_MINOR, total_minor: int | None = None, order: str = ORDER
) -> PaymentRefunded:
    """Money of the parcel went back."""
    return PaymentRefunded(
        **parcel(n, order),
        amount_minor=amount_minor,
        refunded_total_minor=amount_minor if total_minor is None else total_minor,
        currency="GBP",
        refunded_at=MONDAY,
        provider="standin",
        provider_ref="re_1",
    )


# ---- trouble -----------------------------------------------------------------------------------


def a_trouble(
    n: int | None = 1,
    *,
    cause: Any = "expired",
    episode: int = 1,
    deadline: datetime = DEADLINE,
    order: str = ORDER,
) -> PaymentNeedsCustomer:
    """The customer must act."""
    return PaymentNeedsCustomer(
        order_id=order,
        shipment_id=None if n is None else f"{order}/{n}",
        cause=cause,
        reason=BECAUSE,
        episode=episode,
        deadline=deadline,
    )


def a_new_method(episode: int = 1, order: str = ORDER) -> PaymentMethodVerified:
    """The customer gave a method that works."""
    return PaymentMethodVerified(order_id=order, method_id="m2", episode=episode)


def a_recovery(episode: int = 1, order: str = ORDER) -> PaymentResolved:
    """The same method worked after all."""
    return PaymentResolved(order_id=order, episode=episode)


def a_missed_deadline(episode: int = 1, order: str = ORDER) -> PaymentDeadlinePassed:
    """Nobody mended the trouble in time."""
    return PaymentDeadlinePassed(
        order_id=order, episode=episode, shipment_ids=(f"{order}/1",), passed_at=MONDAY
    )
