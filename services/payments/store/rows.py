"""Rows as the rules see them, and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from services.payments.domain.account import Account
from services.payments.domain.ledger import Entry
from services.payments.domain.state import (
    Authorization,
    Capture,
    Former,
    Held,
    Method,
    Proof,
    Refund,
    Target,
    Trouble,
    Why,
)

Row = Any
"""A row of asyncpg's, whose values it does not type."""


def with_older_rows(
    targets: Sequence[Target], authorizations: Sequence[Authorization], captures: Sequence[Capture]
) -> Iterable[Target]:
    """What shipments cost, also where a worker of the release before targets wrote the facts."""
    known = {one.shipment_id: one for one in targets}
    for one in authorizations:
        known.setdefault(
            one.shipment_id,
            Target(one.shipment_id, one.version, one.amount_minor, one.currency, one.planned_at),
        )
    for one in captures:
        target = known.setdefault(
            one.shipment_id,
            Target(one.shipment_id, one.version, one.amount_minor, None, one.packed_at),
        )
        if target.packed_at is None and one.version >= target.version:
            known[one.shipment_id] = replace(
                target, version=one.version, amount_minor=one.amount_minor, packed_at=one.packed_at
            )
    return known.values()


def why_of(row: Row) -> Why | None:
    """The provider's refusal in a row."""
    return None if row["reason_code"] is None else Why(row["reason_code"], row["reason_text"])


def why_columns(why: Why | None) -> tuple[str | None, str | None]:
    """A refusal as columns."""
    return (None, None) if why is None else (why.code, why.text)


def held_of(row: Row) -> Held:
    """The proof of an authorization in a row."""
    return Held(row["provider"], row["provider_ref"], row["authorized_at"], row["valid_until"])


def held_columns(held: Held | None) -> tuple[Any, ...]:
    """The proof of an authorization as columns."""
    if held is None:
        return None, None, None, None
    return held.provider, held.reference, held.authorized_at, held.valid_until


def proof_of(row: Row, moment: str) -> Proof | None:
    """The proof that money moved, in a row."""
    if row["provider"] is None:
        return None
    return Proof(row["provider"], row["provider_ref"], row[moment])


def proof_columns(proof: Proof | None) -> tuple[Any, ...]:
    """The proof that money moved, as columns."""
    return (None, None, None) if proof is None else (proof.provider, proof.reference, proof.at)


def trouble_of(row: Row) -> Trouble:
    """A row, as the rules see it."""
    return Trouble(row["episode"], row["deadline"], row["passed"])


def account_row(account: Account) -> tuple[Any, ...]:
    """What concerns the order as a whole, as columns."""
    trouble = account.trouble
    return (
        account.order_id, trouble.episode, trouble.deadline, trouble.is_passed, account.is_closed
    )  # fmt: skip


def method_of(row: Row) -> Method:
    """A row, as the rules see it."""
    return Method(
        row["method_id"], row["token"], row["given_at"], row["state"], why_of(row), row["epoch"]
    )


def method_row(account: Account, one: Method) -> tuple[Any, ...]:
    """A method as columns."""
    return (
        account.order_id, one.method_id, one.token, one.given_at, one.state, one.epoch,
        *why_columns(one.why),
    )  # fmt: skip


def target_of(row: Row) -> Target:
    """A row, as the rules see it."""
    return Target(
        row["shipment_id"], row["version"], row["amount_minor"], row["currency"], row["told_at"],
        row["withdrawn"], row["packed_at"],
    )  # fmt: skip


def target_row(account: Account, one: Target) -> tuple[Any, ...]:
    """A target as columns."""
    return (
        one.shipment_id, account.order_id, one.version, one.amount_minor, one.currency,
        one.told_at, one.is_withdrawn, one.packed_at,
    )  # fmt: skip


def authorization_of(row: Row) -> Authorization:
    """A row, as the rules see it."""
    held = None if row["provider"] is None else held_of(row)
    return Authorization(
        row["shipment_id"], row["version"], row["amount_minor"], row["currency"],
        row["planned_at"], row["state"], row["epoch"], row["method_id"], held, why_of(row),
    )  # fmt: skip


def authorization_row(account: Account, one: Authorization) -> tuple[Any, ...]:
    """An authorization as columns."""
    return (
        one.shipment_id, account.order_id, one.version, one.amount_minor, one.currency,
        one.planned_at, one.state, one.epoch, one.method_id, *held_columns(one.held),
        *why_columns(one.why),
    )  # fmt: skip


def former_of(row: Row) -> Former:
    """A row, as the rules see it."""
    return Former(
        row["shipment_id"], row["epoch"], row["amount_minor"], row["currency"], held_of(row),
        row["state"], row["replaced"],
    )  # fmt: skip


def former_row(account: Account, one: Former) -> tuple[Any, ...]:
    """A former authorization as columns."""
    return (
        one.shipment_id, one.epoch, account.order_id, one.amount_minor, one.currency,
        *held_columns(one.held), one.state, one.is_replaced,
    )  # fmt: skip


def capture_of(row: Row) -> Capture:
    """A row, as the rules see it."""
    return Capture(
        row["shipment_id"], row["version"], row["amount_minor"], row["packed_at"], row["state"],
        proof_of(row, "captured_at"), row["epoch"],
    )  # fmt: skip


def capture_row(account: Account, one: Capture) -> tuple[Any, ...]:
    """A capture as columns."""
    return (
        one.shipment_id, account.order_id, one.version, one.amount_minor, one.packed_at,
        one.state, one.epoch, *proof_columns(one.taken),
    )  # fmt: skip


def refund_of(row: Row) -> Refund:
    """A row, as the rules see it."""
    return Refund(
        row["shipment_id"], row["number"], row["amount_minor"], row["state"],
        proof_of(row, "refunded_at"),
    )  # fmt: skip


def refund_row(account: Account, one: Refund) -> tuple[Any, ...]:
    """A refund as columns."""
    return (
        one.shipment_id, one.number, account.order_id, one.amount_minor, one.state,
        *proof_columns(one.given),
    )  # fmt: skip


def posting_rows(entry: Entry) -> Iterable[tuple[Any, ...]]:
    """A ledger entry as rows."""
    return (
        (
            entry.name, number, entry.order_id, entry.shipment_id, posting.account,
            entry.currency, posting.amount_minor, entry.booked_at,
        )
        for number, posting in enumerate(entry.postings, 1)
    )  # fmt: skip
