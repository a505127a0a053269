"""Orders' accounts: each table is read by one statement and written by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from services.chassis.transaction import Transaction
from services.payments.domain.account import Account
from services.payments.domain.policy import Policy
from services.payments.store import rows
from services.payments.store.rows import Row

T = TypeVar("T")

# Facts may come before their order: each opens the account that it belongs to.
OPEN = "INSERT INTO accounts (order_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING"

# A statement of its own, after the insert: it sees what others committed while that one waited.
LOCK = "SELECT * FROM accounts WHERE order_id = ANY($1::text[]) ORDER BY order_id FOR UPDATE"

METHODS = "SELECT * FROM methods WHERE order_id = ANY($1::text[])"
TARGETS = "SELECT * FROM targets WHERE order_id = ANY($1::text[])"
AUTHORIZATIONS = "SELECT * FROM authorizations WHERE order_id = ANY($1::text[])"
FORMER = "SELECT * FROM former_authorizations WHERE order_id = ANY($1::text[])"
CAPTURES = "SELECT * FROM captures WHERE order_id = ANY($1::text[])"
REFUNDS = "SELECT * FROM refunds WHERE order_id = ANY($1::text[])"

WRITE_ACCOUNTS = """
UPDATE accounts AS a
SET episode = t.episode, deadline = t.deadline, passed = t.passed, closed = t.closed
FROM unnest($1::text[], $2::int[], $3::timestamptz[], $4::boolean[], $5::boolean[])
    AS t (order_id, episode, deadline, passed, closed)
WHERE a.order_id = t.order_id
"""

WRITE_METHODS = """
INSERT INTO methods (order_id, method_id, token, given_at, state, epoch, reason_code, reason_text)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[], $6::int[], $7::text[],
    $8::text[]
)
ON CONFLICT (order_id, method_id) DO UPDATE SET
    state = excluded.state, epoch = excluded.epoch,
    reason_code = excluded.reason_code, reason_text = excluded.reason_text
"""

WRITE_TARGETS = """
INSERT INTO targets (
    shipment_id, order_id, version, amount_minor, currency, told_at, withdrawn, packed_at
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::int[], $4::bigint[], $5::text[], $6::timestamptz[], $7::boolean[],
    $8::timestamptz[]
)
ON CONFLICT (shipment_id) DO UPDATE SET
    version = excluded.version, amount_minor = excluded.amount_minor, currency = excluded.currency,
    told_at = excluded.told_at, withdrawn = excluded.withdrawn, packed_at = excluded.packed_at
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
    version = excluded.version, amount_minor = excluded.amount_minor,
    state = excluded.state, epoch = excluded.epoch, method_id = excluded.method_id,
    provider = excluded.provider, provider_ref = excluded.provider_ref,
    authorized_at = excluded.authorized_at, valid_until = excluded.valid_until,
    reason_code = excluded.reason_code, reason_text = excluded.reason_text
"""

WRITE_FORMER = """
INSERT INTO former_authorizations (
    shipment_id, epoch, order_id, amount_minor, currency, provider, provider_ref, authorized_at,
    valid_until, state, replaced
)
SELECT * FROM unnest(
    $1::text[], $2::int[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
    $8::timestamptz[], $9::timestamptz[], $10::text[], $11::boolean[]
)
ON CONFLICT (shipment_id, epoch) DO UPDATE SET
    state = excluded.state, replaced = excluded.replaced
"""

WRITE_CAPTURES = """
INSERT INTO captures (
    shipment_id, order_id, version, amount_minor, packed_at, state, epoch, provider, provider_ref,
    captured_at
)
SELECT * FROM unnest(
    $1::text[], $2::text[], $3::int[], $4::bigint[], $5::timestamptz[], $6::text[], $7::int[],
    $8::text[], $9::text[], $10::timestamptz[]
)
ON CONFLICT (shipment_id) DO UPDATE SET
    version = excluded.version, amount_minor = excluded.amount_minor,
    packed_at = excluded.packed_at, state = excluded.state, epoch = excluded.epoch,
    provider = excluded.provider, provider_ref = excluded.provider_ref,
    captured_at = excluded.captured_at, reason_code = NULL, reason_text = NULL
"""

WRITE_REFUNDS = """
INSERT INTO refunds (
    shipment_id, number, order_id, amount_minor, state, provider, provider_ref, refunded_at
)
SELECT * FROM unnest(
    $1::text[], $2::int[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[],
    $8::timestamptz[]
)
ON CONFLICT (shipment_id, number) DO UPDATE SET
    state = excluded.state, provider = excluded.provider, provider_ref = excluded.provider_ref,
    refunded_at = excluded.refunded_at
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
    methods = by_order(await tx.fetch(METHODS, ids), rows.method_of)
    targets = by_order(await tx.fetch(TARGETS, ids), rows.target_of)
    authorizations = by_order(await tx.fetch(AUTHORIZATIONS, ids), rows.authorization_of)
    former = by_order(await tx.fetch(FORMER, ids), rows.former_of)
    captures = by_order(await tx.fetch(CAPTURES, ids), rows.capture_of)
    refunds = by_order(await tx.fetch(REFUNDS, ids), rows.refund_of)
    return {
        order_id: Account(
            order_id,
            now=tx.now,
            policy=tx.policy,
            trouble=rows.trouble_of(row),
            is_closed=row["closed"],
            methods=methods.get(order_id, ()),
            targets=rows.with_older_rows(
                targets.get(order_id, ()),
                authorizations.get(order_id, ()),
                captures.get(order_id, ()),
            ),
            authorizations=authorizations.get(order_id, ()),
            former=former.get(order_id, ()),
            captures=captures.get(order_id, ()),
            refunds=refunds.get(order_id, ()),
        )
        for row in locked
        for order_id in (row["order_id"],)
    }


async def write_accounts(tx: Transaction[Policy], accounts: Sequence[Account]) -> None:
    """Write what changed, one statement a table."""
    for statement, written in (
        (WRITE_ACCOUNTS, [rows.account_row(a) for a in accounts if a.is_changed]),
        (WRITE_METHODS, [rows.method_row(a, one) for a in accounts for one in a.methods.put()]),
        (WRITE_TARGETS, [rows.target_row(a, one) for a in accounts for one in a.targets.put()]),
        (
            WRITE_AUTHORIZATIONS,
            [rows.authorization_row(a, one) for a in accounts for one in a.authorizations.put()],
        ),
        (WRITE_FORMER, [rows.former_row(a, one) for a in accounts for one in a.former.put()]),
        (WRITE_CAPTURES, [rows.capture_row(a, one) for a in accounts for one in a.captures.put()]),
        (WRITE_REFUNDS, [rows.refund_row(a, one) for a in accounts for one in a.refunds.put()]),
        (BOOK, [row for a in accounts for entry in a.entries for row in rows.posting_rows(entry)]),
    ):
        if written:
            await tx.execute(statement, *(list(column) for column in zip(*written, strict=True)))


def by_order(found: Iterable[Row], read: Callable[[Row], T]) -> dict[str, list[T]]:
    """Rows of each order, as the rules see them."""
    read_rows: dict[str, list[Any]] = {}
    for row in found:
        read_rows.setdefault(row["order_id"], []).append(read(row))
    return read_rows
