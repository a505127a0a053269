"""Units that are taken out of parcels: for a cancel, or because nobody paid (flow §6, §7)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.shipping.domain.parcels import Parcel, State, Units

LEAST_FAR_FIRST: tuple[State, ...] = ("collecting", "planned", "authorized", "packed")
"""States that units may be taken out of, in the order they are; captured parcels come last."""


@dataclass(frozen=True)
class PassedOn:
    """Granted units that a cancel asks for: allocation's answer, as far as shipping is meant."""

    order_id: str
    line_id: str
    sku: str
    cancel_id: str
    quantity: int
    granted_total: int
    requeued_total: int
    """Units given back that allocation had heard of when it answered."""


@dataclass(frozen=True)
class GrantedLine:
    """A line's units as shipping counts them."""

    line_id: str
    allocated: int
    """Units in shipments."""
    given_back: int
    """Units that ever left shipments."""
    withdrawn: int
    """Of these, units that nobody wanted any more."""
    forwarded_through: int = 0
    """Of the units that were wanted again, so many of the first have had a cancel sent after."""

    @property
    def granted(self) -> int:
        """Units that ever came."""
        return self.allocated + self.given_back

    @property
    def requeued(self) -> int:
        """Units given back that the line still wanted."""
        return self.given_back - self.withdrawn


@dataclass(frozen=True)
class Withdrawal:
    """What shipping does of units passed on; ``withdrawn + forwarded + refused`` are all of them."""

    passed: PassedOn
    withdrawn: int
    forwarded: int
    refused: int
    forwarded_through: int
    where: tuple[tuple[str, State], ...]
    """Parcels that units were refused from, with their states."""

    @property
    def reason(self) -> tuple[str, str] | None:
        """Code and sentence for what was refused; None: nothing was."""
        if not self.refused:
            return None
        if not self.where:
            return "not_here", "no parcel holds these units any more"
        state = "dispatched" if all(at == "dispatched" for _, at in self.where) else "released"
        names = ", ".join(name for name, _ in self.where[:5])
        word = "left the dock already" if state == "dispatched" else "parcel already released"
        return f"parcel_{state}", f"{word} ({names})"


def withdraw(
    passed: Iterable[PassedOn], lines: Mapping[str, GrantedLine], parcels: Sequence[Parcel]
) -> tuple[list[Withdrawal], Mapping[str, Units]]:
    """Answer cancels in the order they came, and the units that leave, by shipment.

    Units are taken from where they have come least far. Units that were given back before, and that
    allocation did not know of, are followed; released ones stay.
    Raises ``ValueError`` when allocation speaks of grants that did not come here before.
    """
    counted = dict(lines)
    held = {parcel.shipment_id: Counter(parcel.units) for parcel in parcels}
    leaving: defaultdict[str, Counter[str]] = defaultdict(Counter)
    answers: list[Withdrawal] = []
    for one in passed:
        line = counted.get(one.line_id) or GrantedLine(one.line_id, 0, 0, 0)
        if line.granted < one.granted_total:
            raise ValueError(
                f"{one.line_id}: {one.granted_total} units were granted, {line.granted} came here"
            )
        withdrawn = _take(one, parcels, held, leaving)
        answer = _answered(one, line, withdrawn, parcels, held)
        answers.append(answer)
        counted[one.line_id] = replace(line, forwarded_through=answer.forwarded_through)
    return answers, leaving


def _take(
    one: PassedOn,
    parcels: Iterable[Parcel],
    held: Mapping[str, Counter[str]],
    leaving: Mapping[str, Counter[str]],
) -> int:
    """Take units of a line out of parcels that are not released; how many there were."""
    wanted = one.quantity
    for parcel in sorted(filter(can_be_withdrawn, parcels), key=how_far):
        units = min(wanted, held[parcel.shipment_id][one.line_id])
        if units:
            held[parcel.shipment_id][one.line_id] -= units
            leaving[parcel.shipment_id][one.line_id] += units
            wanted -= units
    return one.quantity - wanted


def _answered(
    one: PassedOn,
    line: GrantedLine,
    withdrawn: int,
    parcels: Iterable[Parcel],
    held: Mapping[str, Counter[str]],
) -> Withdrawal:
    left = one.quantity - withdrawn
    followed = max(line.forwarded_through, one.requeued_total)
    forwarded = max(0, min(left, line.requeued - followed))
    return Withdrawal(
        one,
        withdrawn,
        forwarded,
        left - forwarded,
        followed + forwarded if forwarded else line.forwarded_through,
        tuple(
            (parcel.shipment_id, parcel.state)
            for parcel in parcels
            if not can_be_withdrawn(parcel) and held[parcel.shipment_id][one.line_id]
        ),
    )


def can_be_withdrawn(parcel: Parcel) -> bool:
    """Whether units may be taken out: it has not been let go."""
    return parcel.state in LEAST_FAR_FIRST


def how_far(parcel: Parcel) -> tuple[int, int]:
    """Sorts parcels by how far they have come, the one opened last before others that are as far."""
    far = len(LEAST_FAR_FIRST) if parcel.captured else LEAST_FAR_FIRST.index(parcel.state)
    return far, -parcel.n


def unpaid(parcels: Iterable[Parcel], named: Container[str]) -> dict[str, Units]:
    """All units of a suspended order's parcels that nobody will pay, by shipment.

    Those whose money could not be had are named; what is not authorized yet never will be.
    """
    return {
        parcel.shipment_id: parcel.units
        for parcel in parcels
        if parcel.state in ("collecting", "planned")
        or (parcel.shipment_id in named and can_be_withdrawn(parcel) and not parcel.captured)
    }
