"""Orders as their customer knows them: what must be known before anything is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

OrderState = Literal["heard_of", "confirmed", "refused"]
TroubleCause = Literal[
    "method_refused", "unverified", "declined", "expired", "authentication_needed"
]


@dataclass(frozen=True)
class Policy:
    """How long news that gathers is gathered before it is sent (business time)."""

    gather_for: timedelta


@dataclass(frozen=True)
class Trouble:
    """The customer must act before ``deadline``, or the units go to the next in line."""

    episode: int
    cause: TroubleCause
    deadline: datetime
    shipment_id: str | None = None
    """None when it is about the method, not about a parcel."""
    told_in: int | None = None
    """Number of its message "payment needed"."""


@dataclass(frozen=True)
class CancelledLine:
    """Units of a line that one cancel asked for, and what became of them."""

    line_id: str
    title: str
    cancelled: int
    refused: int
    reason: str = ""
    """Why units were refused."""


@dataclass(frozen=True)
class Cancel:
    """A cancel that is answered for all of its units."""

    order_id: str
    cancel_id: str
    cause: Literal["shop", "suspended"]
    whole: bool
    """The customer gets nothing of the order."""
    lines: tuple[CancelledLine, ...]
    told_in: int | None = None
    """Number of its message."""


@dataclass(frozen=True)
class Order:
    """An order, before its lines and parcels are looked at."""

    order_id: str
    state: OrderState = "heard_of"
    has_contact: bool = False
    opened: bool = False
    """Its first message is due or sent: others may follow."""
    messages: int = 0
    """Messages made so far; the next one takes the next number."""
    placed_at: datetime | None = None
    currency: str = ""
    freight_minor: int = 0
    ship_complete: bool = False
    reasons: tuple[str, ...] = ()
    erased: bool = False
    """Its customer is to be forgotten, and is."""
    trouble: Trouble | None = None
    """The last payment trouble, over or not."""
    mended: int = 0
    """The last payment trouble that is over because payment works again."""
    overdue: int = 0
    """The last payment trouble whose deadline passed."""
    held_back: bool = False
    """A parcel's message waits for newer facts of the order."""

    @property
    def may_open(self) -> bool:
        """Whether the first message is due: somebody to tell (or nobody any more), and something."""
        return (self.has_contact or self.erased) and self.state != "heard_of" and not self.opened

    @property
    def hears_news(self) -> bool:
        """Whether messages other than the first may become due."""
        return self.opened and self.state == "confirmed"

    @property
    def open_trouble(self) -> Trouble | None:
        """The payment trouble that the customer can still mend in time."""
        if self.trouble is None or self.trouble.episode <= max(self.mended, self.overdue):
            return None
        return self.trouble

    @property
    def is_overdue(self) -> bool:
        """Whether payment trouble was not mended in time, and is not since."""
        return self.overdue > self.mended

    @property
    def is_unpaid(self) -> bool:
        """Whether there is payment trouble, in time or not."""
        return self.trouble is not None and self.trouble.episode > self.mended

    def troubled(self, trouble: Trouble) -> Order:
        """With payment trouble; more of an episode that is known changes nothing of it."""
        if self.trouble is not None and self.trouble.episode >= trouble.episode:
            return self
        return replace(self, trouble=trouble)
