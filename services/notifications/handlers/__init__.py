"""What notifications does about what it hears: load, decide, record, schedule what became due."""

from services.notifications.handlers.lines import (
    gather_backorders,
    gather_dates,
    take_grants,
    take_refusals,
)
from services.notifications.handlers.orders import (
    keep_contacts,
    take_orders,
    tell_confirmations,
    tell_refusals,
)
from services.notifications.handlers.parcels import (
    take_captures,
    take_plans,
    tell_about_to_ship,
    tell_dispatches,
)

HANDLERS = (
    keep_contacts,
    take_orders,
    tell_refusals,
    tell_confirmations,
    take_grants,
    gather_backorders,
    take_refusals,
    gather_dates,
    take_plans,
    tell_about_to_ship,
    take_captures,
    tell_dispatches,
)
"""In the order of an order's life: their rank in a batch's waves."""
