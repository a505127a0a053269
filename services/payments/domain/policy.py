"""What the shop's owner decided about payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules for every order, in business time.

    ``payment_deadline``: how long the customer has to give a working method.
    ``capture_notice``: how long the customer knows of the authorization before money is taken.
    ``capture_margin``: a notice may not delay a capture past this long before the authorization
    lapses.
    """

    payment_deadline: timedelta = timedelta(hours=72)
    capture_notice: timedelta = timedelta(0)
    capture_margin: timedelta = timedelta(hours=1)
