"""All laws of the audit, in the order in which they are told."""

from __future__ import annotations

from services.audit import (
    book,
    facts,
    fairness,
    log,
    messages,
    minds,
    money,
    places,
    premises,
    stuck,
    units,
)

CHECKS = tuple(
    sorted(
        (
            *money.CHECKS, *book.CHECKS, *units.CHECKS, *minds.CHECKS, *places.CHECKS,
            *fairness.CHECKS, *messages.CHECKS, *stuck.CHECKS, *premises.CHECKS, *facts.CHECKS,
            *log.CHECKS,
        ),
        key=lambda check: not check.always,
    )
)  # fmt: skip
"""First what holds at any instant, then what holds at rest."""
