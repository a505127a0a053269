"""Why something changed, as its customer should read it. Codes are the other services' own."""

from __future__ import annotations

from datetime import date

WAITS = {
    "damaged": "They were damaged in our warehouse.",
    "missing": "We could not find them when we packed your parcel.",
}
"""By the cause with which units left a parcel."""

DATES = {
    "delivery_announced": "A delivery of them has been announced.",
    "delivery_cancelled": "A delivery of them has been cancelled.",
    "delivery_closed": "A delivery of them brought fewer than announced.",
    "delivery_completed": "A delivery of them brought fewer than announced.",
    "delivery_overdue": "A delivery of them is overdue.",
    "received_otherwise": "What came in of them differs from what was announced.",
    "stock_changed": "We have counted our stock anew.",
    "units_given_back": "Some of them came back from other orders.",
    "queue_changed": "The orders ahead of yours have changed.",
    "suspended": "They wait until a payment method works.",
    "resumed": "Payment works again, and they are at their old place in the queue.",
    "lead_time": "No delivery of them is announced; this is how long they usually take.",
    "no_supply_known": "We know of no delivery that brings them at the moment.",
}
"""By allocation's news, or else by its reason for the promise."""

MOVED = ("delivery_moved", "delivery_expected")


def why_it_waits(cause: str) -> str:
    """Why units that were there wait again."""
    return WAITS.get(cause, "")


def why_a_date_changed(cause: str, before: date | None, now: date | None) -> str:
    """Why another date holds than the one before."""
    if cause in MOVED and before is not None and now is not None:
        when = "later" if now > before else "sooner"
        return f"The delivery that brings them comes {when} than expected."
    return DATES.get(cause, "What we expect to come in has changed.")
