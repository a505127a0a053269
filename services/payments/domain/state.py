"""What is known of an order's money: its methods, its trouble, and what each shipment costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

NO_PROVIDER = "none"
"""The provider's name where nothing had to be paid."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why the provider said no: a code for programs, a sentence for people.

    ``is_soft``: the same method may be taken at another time.
    """

    code: str
    text: str
    is_soft: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Proof of an authorization. Capture is possible before ``valid_until`` (the provider's)."""

    provider: str
    reference: str | None
    authorized_at: datetime
    valid_until: datetime

    @property
    def is_real(self) -> bool:
        """Whether a provider reserved anything."""
        return self.provider != NO_PROVIDER


@dataclass(frozen=True, slots=True)
class Proof:
    """Proof that money moved, and when."""

    provider: str
    reference: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """Payment trouble of an order. ``episode`` counts; ``deadline`` ends one that is open.

    ``is_passed``: the last one was not mended by its deadline, and is not since.
    """

    episode: int = 0
    deadline: datetime | None = None
    is_passed: bool = False

    @property
    def is_standing(self) -> bool:
        """Open, or past its deadline."""
        return self.deadline is not None or self.is_passed


@dataclass(frozen=True, slots=True)
class Method:
    """A token of an order's customer. ``withdrawn``: the order ended before it was known.

    ``epoch`` counts verifications: it moves on only when the one before was refused.
    """

    method_id: str
    token: str
    given_at: datetime
    state: Literal["verifying", "verified", "refused", "withdrawn"] = "verifying"
    why: Why | None = None
    epoch: int = 1


@dataclass(frozen=True, slots=True)
class Target:
    """What a shipment costs at its highest version heard, whatever was captured before.

    ``currency`` None: packed, but nobody has said yet that it was planned. ``packed_at``: it was
    packed at just this version. Withdrawn: the amount is what stays paid, if it was captured.
    """

    shipment_id: str
    version: int
    amount_minor: int
    currency: str | None
    told_at: datetime
    is_withdrawn: bool = False
    packed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    """The money of one shipment. ``waiting``: for a verified method.

    ``epoch`` counts attempts that are not repetitions: it moves on only when the one before
    has definitely ended, never after a time-out. ``amount_minor`` is what was last asked for.
    """

    shipment_id: str
    version: int
    amount_minor: int
    currency: str
    planned_at: datetime
    state: Literal["waiting", "due", "started", "authorized", "declined", "withdrawn"] = "waiting"
    epoch: int = 1
    method_id: str | None = None
    held: Held | None = None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Former:
    """An authorization that is set aside, under the epoch that it was set aside in.

    ``kept``: until the one that renews it is there. ``restored``: that one was declined, and this
    one is the shipment's again. ``is_replaced``: the shipment goes on with another one.
    """

    shipment_id: str
    epoch: int
    amount_minor: int
    currency: str
    held: Held
    state: Literal["kept", "restored", "due", "started", "voided"]
    is_replaced: bool


@dataclass(frozen=True, slots=True)
class Capture:
    """What the dock packed, to be taken once. ``waiting``: for its authorization, or a new pack.

    ``epoch`` counts attempts as the authorization's does.
    """

    shipment_id: str
    version: int
    amount_minor: int
    packed_at: datetime
    state: Literal["waiting", "due", "started", "captured", "withdrawn"] = "waiting"
    taken: Proof | None = None
    epoch: int = 1


@dataclass(frozen=True, slots=True)
class Refund:
    """A part of what was captured that goes back; ``number`` counts those of the shipment."""

    shipment_id: str
    number: int
    amount_minor: int
    state: Literal["due", "started", "refunded"] = "due"
    given: Proof | None = None
