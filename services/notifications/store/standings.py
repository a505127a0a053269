"""Orders with all that a message looks at. The orders are locked by the caller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from services.chassis.transaction import Transaction
from services.notifications.domain.orders import Order, Policy
from services.notifications.domain.standing import Standing
from services.notifications.store.cancels import cancels_of
from services.notifications.store.lines import lines_of
from services.notifications.store.parcels import parcels_of


class OfOrder(Protocol):
    """Something that belongs to an order."""

    @property
    def order_id(self) -> str:
        """Its order."""
        ...


T = TypeVar("T", bound=OfOrder)


async def standings(
    tx: Transaction[Policy],
    orders: Mapping[str, Order],
    *,
    with_lines: Iterable[str] = (),
    with_cancels: Iterable[str] = (),
) -> dict[str, Standing]:
    """Orders with all of their parcels, and with lines and cancels where those are asked for."""
    lines = by_order(await lines_of(tx, with_lines))
    cancels = by_order(await cancels_of(tx, found) if (found := list(with_cancels)) else ())
    parcels = by_order(await parcels_of(tx, orders))
    return {
        key: Standing(order, lines[key], parcels[key], cancels[key])
        for key, order in orders.items()
    }


def by_order(found: Iterable[T]) -> dict[str, list[T]]:
    """Things by their order, in their order; nothing for an order that has none."""
    grouped: dict[str, list[T]] = defaultdict(list)
    for one in found:
        grouped[one.order_id].append(one)
    return grouped
