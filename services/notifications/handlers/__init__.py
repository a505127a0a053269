"""What notifications does about what it hears: load, decide, record, schedule what became due."""

from services.notifications.handlers.cancels import take_cancels, take_withdrawals, tell_cancels
from services.notifications.handlers.contacts import forget_contacts, keep_contacts
from services.notifications.handlers.lines import (
    gather_backorders,
    gather_dates,
    take_grants,
    take_refusals,
)
from services.notifications.handlers.orders import (
    take_orders,
    tell_confirmations,
    tell_refusals,
)
from services.notifications.handlers.parcels import (
    take_changes,
    take_plans,
    take_withdrawn,
    tell_dispatches,
)
from services.notifications.handlers.payments import (
    end_troubles,
    end_troubles_by_themselves,
    gather_money_back,
    take_captures,
    take_deadlines,
    tell_about_to_ship,
    tell_payment_needed,
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
    tell_payment_needed,
    end_troubles,
    end_troubles_by_themselves,
    take_deadlines,
    tell_about_to_ship,
    take_cancels,
    take_withdrawals,
    take_changes,
    take_withdrawn,
    take_captures,
    tell_dispatches,
    gather_money_back,
    tell_cancels,
    forget_contacts,
)
"""In the order of an order's life: their rank in a batch's waves."""
