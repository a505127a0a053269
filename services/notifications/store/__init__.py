"""Every statement of notifications: orders with their lines and parcels, contacts, messages."""

from services.notifications.store.messages import (
    Ending,
    Outgoing,
    add_messages,
    end_messages,
    facts,
    gathering,
    messages,
    outgoing,
    start_messages,
)
from services.notifications.store.orders import (
    Contact,
    lock_orders,
    record_contacts,
    record_orders,
)
from services.notifications.store.standings import (
    lines,
    parcels,
    parcels_of,
    record_lines,
    record_parcels,
    standings,
)

__all__ = [
    "Contact", "Ending", "Outgoing", "add_messages", "end_messages", "facts", "gathering",
    "lines", "lock_orders", "messages", "outgoing", "parcels", "parcels_of", "record_contacts",
    "record_lines", "record_orders", "record_parcels", "standings", "start_messages",
]  # fmt: skip
