"""Contacts: who customers are. The orders are locked by the caller."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.chassis.transaction import Transaction
from services.notifications.domain.orders import Policy


@dataclass(frozen=True)
class Contact:
    """Who a customer is. Personal: goes into its table and into a mail, nowhere else."""

    order_id: str
    customer_ref: str
    name: str
    email: str
    language: str
    time_zone: str
    address_lines: tuple[str, ...]


async def record_contacts(tx: Transaction[Policy], contacts: Iterable[Contact]) -> None:
    """Keep contacts, the last one given per order."""
    last = {contact.order_id: contact for contact in contacts}
    await tx.executemany(
        """INSERT INTO contacts
               (order_id, customer_ref, name, email, language, time_zone, address_lines)
           VALUES ($1, $2, $3, $4, $5, $6, $7)
           ON CONFLICT (order_id) DO UPDATE
           SET customer_ref = EXCLUDED.customer_ref, name = EXCLUDED.name,
               email = EXCLUDED.email, language = EXCLUDED.language,
               time_zone = EXCLUDED.time_zone, address_lines = EXCLUDED.address_lines""",
        [
            (
                contact.order_id, contact.customer_ref, contact.name, contact.email,
                contact.language, contact.time_zone, list(contact.address_lines),
            )
            for contact in last.values()
        ],
    )  # fmt: skip


async def erase_contacts(tx: Transaction[Policy], order_ids: Iterable[str]) -> None:
    """Forget who customers are."""
    await tx.execute("DELETE FROM contacts WHERE order_id = ANY($1)", list(order_ids))
