"""Contacts: who the customer is, and that they are to be forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from schemas.order_intake import ContactErased, ContactGiven
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.notifications import store
from services.notifications.domain.orders import Policy
from services.notifications.handlers.due import tell


@hears(ContactGiven)
async def keep_contacts(given: Sequence[ContactGiven], tx: Transaction[Policy]) -> None:
    """Keep who the customer is; what waited for it becomes due."""
    orders = await store.lock_orders(tx, {event.order_id for event in given})
    await store.record_contacts(tx, [contact_of(event) for event in given])
    known = [replace(order, has_contact=True, erased=False) for order in orders.values()]
    await tell(tx, known, before=orders)


@hears(ContactErased)
async def forget_contacts(erased: Sequence[ContactErased], tx: Transaction[Policy]) -> None:
    """Forget who the customer was; what is due of their orders then says so."""
    orders = await store.lock_orders(tx, {event.order_id for event in erased})
    await store.erase_contacts(tx, orders)
    unknown = [replace(order, has_contact=False, erased=True) for order in orders.values()]
    await tell(tx, unknown, before=orders)


def contact_of(event: ContactGiven) -> store.Contact:
    """Who the customer is, in the store's words."""
    given = event.contact
    where = given.address
    town = " ".join(part for part in (where.postal_code, where.city) if part)
    address_lines = tuple(part for part in (*where.lines, town, where.country) if part)
    return store.Contact(
        event.order_id, event.customer_ref, given.name, given.email, given.language,
        given.time_zone, address_lines,
    )  # fmt: skip
