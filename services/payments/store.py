"""Every statement over an order's money."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from services.chassis.transaction import Transaction
from services.payments.domain.account import Account
from services.payments.domain.ledger import Entry
from services.payments.domain.policy import Policy
from services.payments.domain.state import Authorization, Capture, Held, Method, Taken, Why

T = TypeVar("T")
Row = Any
"""A row of asyncpg's, whose values it does not type."""

# Facts may come before their order: each opens the account that it belongs to.
OPEN = "INSERT INTO accounts (order_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING"

# A statement of its own, after the insert: it sees what others committed while that one waited.
LOCK = "SELECT * FROM accounts WHERE order_id = ANY($1::text[]) ORDER BY order_id FOR UPDATE"

METHODS = "SELECT * FROM methods WHERE order_id = ANY($1::text[])"
AUTHORIZATIONS = "SELECT * FROM authorizations WHERE order_id = ANY($1::text[])"
CAPTURES = "SELECT * FROM captures WHERE order_id = ANY($1::text[])"

WRITE_TROUBLE = """
UPDATE accounts AS a SET episode = t.episode, deadline = t.deadline
FROM unnest($1::text[], $2::int[], $3::timestamptz[]) AS t (order_id, episode, deadline)
WHERE a.order_id = t.order_id
"""

WRITE_METHODS = """
INSERT INTO methods (order_id, method_id, token, given_at, state, reason_code, reason_text)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::text[], $7::text[]
)
ON CONFLICT (order_id, method_id) DO UPDATE SET
    state = excluded.state, reason_code = excluded.reason_code, reason_text = excluded.reason_text
"""

WRITE_AUTHORIZATIONS = """
INSERT INTO authorizations (
    shipment_id, order_id, version, amount_minor, currency, planned_at, state, epoch, method_id,
    provider, provider_ref, authorized_at, valid_until, reason_code, reason_text
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::timestamptz[], $7::text[],
    $8::int[], $9::text[], $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[],
    $14::text[], $15::text[]
)
ON CONFLICT (shipment_id) DO UPDATE SET
    state = excluded.state, epoch = excluded.epoch, method_id = excluded.method_id,
    provider = excluded.provider, provider_ref = excluded.provider_ref,
    authorized_at = excluded.authorized_at, valid_until = excluded.valid_until,
    reason_code = excluded.reason_code, reason_text = excluded.reason_text
"""

WRITE_CAPTURES = """
INSERT INTO captures (
    shipment_id, order_id, version, amount_minor, packed_at, state, provider, provider_ref,
    captured_at, reason_code, reason_text
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::int[], $4::bigint[], $5::timestamptz[], $6::text[], $7::text[],
    $8::text[], $9::timestamptz[], $10::text[], $11::text[]
)
ON CONFLICT (shipment_id) DO UPDATE SET
    state = excluded.state, provider = excluded.provider, provider_ref = excluded.provider_ref,
    captured_at = excluded.captured_at, reason_code = excluded.reason_code,
    reason_text = excluded.reason_text
"""

BOOK = """
INSERT INTO ledger (
    entry, posting, order_id, shipment_id, account, currency, amount_minor, booked_at
)
SELECT * FROM unnest(
    $1::text[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
    $8::timestamptz[]
)
"""


async def lock_accounts(tx: Transaction[Policy], order_ids: Iterable[str]) -> dict[str, Account]:
    """Open and lock orders' accounts: for an order, one fact about its money at a time."""
    ids = sorted(set(order_ids))
    await tx.execute(OPEN, ids)
    locked = await tx.fetch(LOCK, ids)
    methods = by_order(await tx.fetch(METHODS, ids), method_of)
    authorizations = by_order(await tx.fetch(AUTHORIZATIONS, ids), authorization_of)
    captures = by_order(await tx.fetch(CAPTURES, ids), capture_of)
    return {
        order_id: Account(
            order_id,
            now=tx.now,
            policy=tx.policy,
            episode=row["episode"],
            deadline=row["deadline"],
            methods=methods.get(order_id, ()),
            authorizations=authorizations.get(order_id, ()),
            captures=captures.get(order_id, ()),
        )
        for row in locked
        for order_id in (row["order_id"],)
    }


async def write_accounts(tx: Transaction[Policy], accounts: Sequence[Account]) -> None:
    """Write what changed, one statement a table."""
    troubles = [(a.order_id, a.episode, a.deadline) for a in accounts if a.trouble_opened]
    methods = [method_row(a, a.methods[i]) for a in accounts for i in sorted(a.changed_methods)]
    authorizations = [
        authorization_row(a, a.authorizations[i])
        for a in accounts
        for i in sorted(a.changed_authorizations)
    ]
    captures = [capture_row(a, a.captures[i]) for a in accounts for i in sorted(a.changed_captures)]
    postings = [row for a in accounts for entry in a.entries for row in posting_rows(entry)]
    for statement, rows in (
        (WRITE_TROUBLE, troubles),
        (WRITE_METHODS, methods),
        (WRITE_AUTHORIZATIONS, authorizations),
        (WRITE_CAPTURES, captures),
        (BOOK, postings),
    ):
        if rows:
            await tx.execute(statement, *(list(column) for column in zip(*rows, strict=True)))


def by_order(rows: Iterable[Row], read: Callable[[Row], T]) -> dict[str, list[T]]:
    """Rows of each order, as the rules see them."""
    found: dict[str, list[T]] = {}
    for row in rows:
        found.setdefault(row["order_id"], []).append(read(row))
    return found


def why_of(row: Row) -> Why | None:
    """The provider's refusal in a row."""
    return None if row["reason_code"] is None else Why(row["reason_code"], row["reason_text"])


def why_columns(why: Why | None) -> tuple[str | None, str | None]:
    """A refusal as columns."""
    return (None, None) if why is None else (why.code, why.text)


def method_of(row: Row) -> Method:
    """A row, as the rules see it."""
    return Method(row["method_id"], row["token"], row["given_at"], row["state"], why_of(row))


def method_row(account: Account, one: Method) -> tuple[Any, ...]:
    """A method as columns."""
    return (
        account.order_id, one.method_id, one.token, one.given_at, one.state, *why_columns(one.why)
    )  # fmt: skip


def authorization_of(row: Row) -> Authorization:
    """A row, as the rules see it."""
    held = None
    if row["provider"] is not None:
        held = Held(row["provider"], row["provider_ref"], row["authorized_at"], row["valid_until"])
    return Authorization(
        row["shipment_id"], row["version"], row["amount_minor"], row["currency"],
        row["planned_at"], row["state"], row["epoch"], row["method_id"], held, why_of(row),
    )  # fmt: skip


def authorization_row(account: Account, one: Authorization) -> tuple[Any, ...]:
    """An authorization as columns."""
    proof: tuple[Any, ...] = (None, None, None, None)
    if held := one.held:
        proof = (held.provider, held.reference, held.authorized_at, held.valid_until)
    return (
        one.shipment_id, account.order_id, one.version, one.amount_minor, one.currency,
        one.planned_at, one.state, one.epoch, one.method_id, *proof, *why_columns(one.why),
    )  # fmt: skip


def capture_of(row: Row) -> Capture:
    """A row, as the rules see it."""
    taken = None
    if row["provider"] is not None:
        taken = Taken(row["provider"], row["provider_ref"], row["captured_at"])
    return Capture(
        row["shipment_id"], row["version"], row["amount_minor"], row["packed_at"], row["state"],
        taken, why_of(row),
    )  # fmt: skip


def capture_row(account: Account, one: Capture) -> tuple[Any, ...]:
    """A capture as columns."""
    proof: tuple[Any, ...] = (None, None, None)
    if taken := one.taken:
        proof = (taken.provider, taken.reference, taken.captured_at)
    return (
        one.shipment_id, account.order_id, one.version, one.amount_minor, one.packed_at,
        one.state, *proof, *why_columns(one.why),
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
