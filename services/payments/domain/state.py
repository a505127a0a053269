"""What is known of an order's money: its methods, and per shipment authorization and capture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

NO_PROVIDER = "none"
"""The provider's name where nothing had to be paid."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why the provider said no: a code for programs, a sentence for people."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """Proof of an authorization. Capture is possible before ``valid_until`` (the provider's)."""

    provider: str
    reference: str | None
    authorized_at: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """Proof of a capture."""

    provider: str
    reference: str | None
    captured_at: datetime


@dataclass(frozen=True, slots=True)
class Method:
    """A token of an order's customer. ``withdrawn``: the order was refused before it was known."""

    method_id: str
    token: str
    given_at: datetime
    state: Literal["verifying", "verified", "refused", "withdrawn"] = "verifying"
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    """The money of one shipment. ``waiting``: for a verified method.

    ``epoch`` counts attempts that are not repetitions: it moves on only when the one before
    has definitely failed, never after a time-out.
    """

    shipment_id: str
    version: int
    amount_minor: int
    currency: str
    planned_at: datetime
    state: Literal["waiting", "due", "started", "authorized", "declined"] = "waiting"
    epoch: int = 1
    method_id: str | None = None
    held: Held | None = None
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Capture:
    """What the dock packed, to be taken once. ``waiting``: for its authorization."""

    shipment_id: str
    version: int
    amount_minor: int
    packed_at: datetime
    state: Literal["waiting", "due", "started", "captured", "refused"] = "waiting"
    taken: Taken | None = None
    why: Why | None = None
