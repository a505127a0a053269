"""What befalls a line after it was asked for, and what a cancel is answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.allocation.domain.queue import Line
from services.allocation.domain.supply import Source

Cause = Literal["cancelled", "damaged", "missing", "payment_deadline"]


@dataclass(frozen=True, slots=True)
class Cancel:
    """Units are not wanted any more; ``forwarded``: asked of shipping, which had given them back."""

    line_id: str
    cancel_id: str
    quantity: int
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Units leave a shipment: ``returned`` are supply again, ``requeue`` the line still wants.

    ``episode``: the payment trouble that suspends the line; 0: none.
    """

    line_id: str
    warehouse: str
    shipment_id: str
    cause: Cause
    quantity: int
    returned: int
    stands: Source
    requeue: int
    episode: int = 0

    @property
    def missing(self) -> int:
        """Units that were not found."""
        return self.quantity - self.returned if self.cause == "missing" else 0

    @property
    def lost(self) -> int:
        """Units that are there and good for nobody."""
        return self.quantity - self.returned - self.missing


@dataclass(frozen=True, slots=True)
class Suspension:
    """A payment trouble was not mended in time: the line keeps its place and is passed over."""

    line_id: str
    episode: int


@dataclass(frozen=True, slots=True)
class Resumption:
    """A payment trouble is over: the line is served again at its old place."""

    line_id: str
    episode: int


Change = Cancel | GiveBack | Suspension | Resumption


@dataclass(frozen=True, slots=True)
class CancelAnswer:
    """``cancelled + refused + passed_on`` is what the cancel asked for.

    ``line`` as it stands after it; ``decision_no`` None: no unit that waited was cancelled.
    """

    line: Line
    cancel_id: str
    cancelled: int
    refused: int
    passed_on: int
    decision_no: int | None
