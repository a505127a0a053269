"""What the shop's owner decided about payments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """Rules for every order, in business time.

    ``payment_deadline``: how long the customer has to give a working method.
    ``verify_within``: a method that the provider has not verified by then is payment trouble.
    ``soft_retry``: how long until a method that was declined for the moment is tried again.
    ``capture_notice``: how long the customer knows of the authorization before money is taken.
    ``capture_margin``: a notice may not delay a capture past this long before the authorization
    lapses.
    ``renew_margin``: an authorization whose parcel has not left is renewed this long before it
    lapses, but not within the first half of its life.
    """

    payment_deadline: timedelta = timedelta(hours=72)
    verify_within: timedelta = timedelta(hours=24)
    soft_retry: timedelta = timedelta(hours=24)
    capture_notice: timedelta = timedelta(0)
    capture_margin: timedelta = timedelta(hours=1)
    renew_margin: timedelta = timedelta(hours=24)
