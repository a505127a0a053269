"""Every statement of notifications: contacts, orders with all that belongs to them, messages."""

from services.notifications.store.cancels import cancels_of, record_cancels
from services.notifications.store.contacts import Contact, erase_contacts, record_contacts
from services.notifications.store.lines import lines, record_lines
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
from services.notifications.store.orders import lock_orders, record_orders
from services.notifications.store.parcels import parcels, parcels_of, record_parcels
from services.notifications.store.standings import by_order, standings

__all__ = [
    "Contact", "Ending", "Outgoing", "add_messages", "by_order", "cancels_of", "end_messages",
    "erase_contacts", "facts", "gathering", "lines", "lock_orders", "messages", "outgoing",
    "parcels", "parcels_of", "record_cancels", "record_contacts", "record_lines", "record_orders",
    "record_parcels", "standings", "start_messages",
]  # fmt: skip
