"""Addresses and Message-IDs that every mail server takes."""

from __future__ import annotations

import re
from uuid import UUID, uuid5

MESSAGE_IDS = UUID("5a9d7f0e-0f1b-4c55-9b0e-6d3a4f6a7c21")
"""Namespace of our Message-IDs: one message id makes one Message-ID, however often it is sent."""
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
"""RFC 5322 dot-atom."""
LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
DOMAIN = re.compile(rf"{LABEL}(\.{LABEL})*")


class NotAnAddress(Exception):
    """A contact's address is not one that mail can be sent to. Does not quote it."""


def message_id_header(message_id: str, sender: str) -> str:
    """The Message-ID of a message, the same at every attempt."""
    return f"<{uuid5(MESSAGE_IDS, message_id).hex}@{sender.partition('@')[2]}>"


def plain_address(email: str) -> str:
    """One plain address that any mail server takes (RFC 5321 §4.1.2, domains as RFC 5890).

    Raises ``NotAnAddress``.
    """
    local, _, domain = email.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    if len(local) > 64 or not LOCAL_PART.fullmatch(local) or not DOMAIN.fullmatch(domain):
        raise NotAnAddress("its address is not a plain name@host")
    return f"{local}@{domain}"
