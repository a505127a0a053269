"""Cancels: what each one asks of which line, and when it is answered for every unit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from services.order_intake.domain import reasons
from services.order_intake.domain.lines import Line
from services.order_intake.domain.reasons import Reason

Cause = Literal["shop", "suspended", "order_refused"]

ORDER_REFUSED = "refused"
"""The id of the cancel that takes a refused order back; one per order."""
SUSPENDED = "suspended-"
"""How the id of a cancel begins that ends a suspension; its episode follows."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """Units that are not wanted any more; ``units`` None: all that is left of the line."""

    order_id: str
    cancel_id: str
    cause: Cause = "shop"
    units: Mapping[str, int | None] = field(default_factory=dict[str, "int | None"])
    """By line; empty: every line of the order."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a cancel asks of one line: ``cancelled + withdrawn + refused = requested`` at its end.

    ``cancelled`` of them waited, ``withdrawn`` were taken out of parcels.
    """

    order_id: str
    cancel_id: str
    line_id: str
    sku: str
    requested: int
    cancelled: int = 0
    withdrawn: int = 0
    refused: int = 0
    reason: Reason | None = None

    @property
    def open(self) -> int:
        """Units that nobody has answered for yet."""
        return self.requested - self.cancelled - self.withdrawn - self.refused


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody did of the units that a cancel asks of a line; answers add up."""

    order_id: str
    cancel_id: str
    line_id: str
    sku: str
    cancelled: int = 0
    withdrawn: int = 0
    refused: int = 0
    reason: Reason | None = None


def faults(cancel: Cancel, lines: Sequence[Line]) -> Iterator[Reason]:
    """Why a shop's cancel cannot be asked for; all at once."""
    if cancel.cancel_id == ORDER_REFUSED or cancel.cancel_id.startswith(SUSPENDED):
        yield reasons.reserved_cancel_id(cancel.cancel_id)
    ordered = {line.line_id: line.ordered or 0 for line in lines}
    for line_id, units in cancel.units.items():
        name = line_id.removeprefix(f"{cancel.order_id}:")
        if line_id not in ordered:
            yield reasons.unknown_line(name)
        elif units is not None and units > ordered[line_id]:
            yield reasons.more_than_ordered(name, units, ordered[line_id])


def asked(
    cancels: Sequence[Cancel],
    lines: Mapping[str, Sequence[Line]],
    pending: Mapping[str, int],
    refused_orders: frozenset[str] = frozenset(),
) -> list[Ask]:
    """What each cancel asks of each line, one cancel after the other.

    ``lines`` by order; ``pending``: units by line that cancels before these still ask for. Of an
    order that was refused, and of a line that was never asked for, nobody has a unit.
    """
    claimed = Counter(pending)
    found: list[Ask] = []
    for cancel in cancels:
        nobody_has = cancel.cause == "shop" and cancel.order_id in refused_orders
        for line in lines[cancel.order_id]:
            if cancel.units and line.line_id not in cancel.units:
                continue
            one = ask_of(cancel, line, claimed[line.line_id], nobody_has=nobody_has)
            if one.requested or cancel.cause == "shop":
                found.append(one)
            claimed[line.line_id] += one.open
    return found


def ask_of(cancel: Cancel, line: Line, claimed: int, *, nobody_has: bool) -> Ask:
    """What a cancel asks of a line, or that it is answered already."""
    units = cancel.units.get(line.line_id)
    requested = max(0, line.left - claimed) if units is None else units
    answered = nobody_has or line.requested_at is None
    refused = requested if answered else 0
    reason = reasons.nothing_to_cancel(line.line_id) if answered or not requested else None
    return Ask(
        cancel.order_id, cancel.cancel_id, line.line_id, line.sku, requested, refused=refused,
        reason=reason,
    )  # fmt: skip


def of_a_refused_order(order_id: str) -> Cancel:
    """Take back all that an order was answered that is refused for one of its lines."""
    return Cancel(order_id, ORDER_REFUSED, "order_refused")


def after_a_suspension(order_id: str, episode: int, lines: Sequence[Line]) -> Cancel | None:
    """Take back what waits because no payment method was given; None: nothing does."""
    units: dict[str, int | None] = {line.line_id: line.waiting for line in lines if line.waiting}
    return Cancel(order_id, f"{SUSPENDED}{episode}", "suspended", units) if units else None
