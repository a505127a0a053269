"""What the customer of a line was told of its units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True)
class Told:
    """Units of a line by the stage that the customer was told, and the last promise told.

    Stages: waiting < allocated < announced < shipped, and cancelled. Units only change their stage:
    the sum never changes. They go back to waiting when they were given back.
    """

    waiting: int = 0
    allocated: int = 0
    announced: int = 0
    shipped: int = 0
    promised_on: date | None = None
    promise_version: int = 0
    cancelled: int = 0

    @property
    def units(self) -> int:
        """All units that were ever confirmed."""
        return self.waiting + self.allocated + self.announced + self.shipped + self.cancelled

    def standing(
        self, waiting: int, cancelled: int, promised_on: date | None, promise_version: int
    ) -> Told:
        """After a message that says how many units wait and until when, and how many never come.

        Units that wait again are taken from the earliest stage told; none that shipped waits.
        """
        shipped = self.shipped
        cancelled = min(max(self.cancelled, cancelled), self.units - shipped)
        left = self.units - shipped - cancelled
        waiting = min(waiting, left)
        announced = min(self.announced, left - waiting)
        allocated = left - waiting - announced
        return Told(waiting, allocated, announced, shipped, promised_on, promise_version, cancelled)

    def announcing(self, quantity: int) -> Told:
        """After "about to ship": the units come from the allocated ones, then from the waiting."""
        return self._reaching(self.announced + quantity, self.shipped)

    def shipping(self, quantity: int, *, was_announced: bool) -> Told:
        """After "shipped"; without its announcement the units come from the earlier stages."""
        announced = max(0, self.announced - quantity) if was_announced else self.announced
        return self._reaching(announced, self.shipped + quantity)

    def _reaching(self, announced: int, shipped: int) -> Told:
        shipped = min(shipped, self.units)
        cancelled = min(self.cancelled, self.units - shipped)
        announced = min(announced, self.units - shipped - cancelled)
        earlier = self.units - shipped - cancelled - announced
        waiting = min(self.waiting, earlier)  # allocated units move on before waiting ones
        return replace(
            self,
            waiting=waiting,
            allocated=earlier - waiting,
            announced=announced,
            shipped=shipped,
            cancelled=cancelled,
        )
