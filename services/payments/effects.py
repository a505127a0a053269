"""What payments asks of the provider: verify, authorize, capture.

Each is started in its account, committed, and only then asked for; its outcome goes into the
account together with the event that tells it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog

from services.chassis.effects import Call, Done, Due, Limits, Outcome, Refused, Settled
from services.chassis.transaction import Transaction
from services.payments import store
from services.payments.domain.account import Account
from services.payments.domain.operations import (
    Authorize,
    Capture,
    Operation,
    Verify,
    idempotency_key,
)
from services.payments.domain.policy import Policy
from services.payments.domain.state import Held, Taken, Why
from services.payments.gateway import Gateway
from services.payments.steps import conclude

Requests = Mapping[str, Mapping[str, Any] | None]

log = structlog.get_logger()


@dataclass(frozen=True)
class Kind:
    """How one kind of operation begins and ends in its account."""

    operation: type[Operation]
    start: Callable[[Account, str], Operation | None]
    done: Callable[[Account, str, Mapping[str, Any]], None]
    refused: Callable[[Account, str, Why], None]


def verified(account: Account, method_id: str, _: Mapping[str, Any]) -> None:
    """The method works."""
    account.verified(method_id)


def authorized(account: Account, shipment_id: str, proof: Mapping[str, Any]) -> None:
    """The amount is reserved; the times are the provider's."""
    authorized_at = datetime.fromisoformat(proof["authorized_at"])
    valid_until = datetime.fromisoformat(proof["valid_until"])
    held = Held(proof["provider"], proof["reference"], authorized_at, valid_until)
    account.authorized(shipment_id, held)


def captured(account: Account, shipment_id: str, proof: Mapping[str, Any]) -> None:
    """The money was taken; the time is the provider's."""
    captured_at = datetime.fromisoformat(proof["captured_at"])
    account.captured(shipment_id, Taken(proof["provider"], proof["reference"], captured_at))


KINDS = (
    Kind(Verify, Account.start_verify, verified, Account.method_refused),
    Kind(Authorize, Account.start_authorize, authorized, Account.declined),
    Kind(Capture, Account.start_capture, captured, Account.capture_refused),
)


def build(gateway: Gateway, limits: Limits) -> tuple[Call, ...]:
    """The calls, made through a gateway."""

    async def call(due: Due) -> Outcome:
        return await gateway.make(operation_of(due), due.request["key"])

    async def ask(due: Due) -> Outcome:
        return await gateway.ask(operation_of(due), due.request["key"])

    return tuple(
        Call(
            kind=kind.operation.KIND,
            prepare=preparing(kind),
            call=call,
            record=recording(kind),
            ask=ask,
            limits=limits,
            given_up_blocks=True,
        )
        for kind in KINDS
    )


def preparing(
    kind: Kind,
) -> Callable[[Sequence[Due], Transaction[Any]], Any]:
    """Start operations in their accounts; one that has become pointless has no request."""

    async def prepare(due: Sequence[Due], tx: Transaction[Policy]) -> Requests:
        accounts = await store.lock_accounts(tx, (one.request["order_id"] for one in due))
        requests: dict[str, dict[str, Any] | None] = {}
        for one in due:
            order_id, about = one.request["order_id"], one.request["about"]
            operation = kind.start(accounts[order_id], about)
            requests[one.key] = operation and {
                "order_id": order_id,
                "about": about,
                "key": idempotency_key(one.kind, one.key),
                "operation": asdict(operation),
            }
        await conclude(tx, accounts)
        return requests

    return prepare


def recording(kind: Kind) -> Callable[[Sequence[Settled], Transaction[Any]], Any]:
    """Take outcomes into their accounts; what was given up stays as it is, for a person."""

    async def record(settled: Sequence[Settled], tx: Transaction[Policy]) -> None:
        accounts = await store.lock_accounts(tx, (one.due.request["order_id"] for one in settled))
        for one in settled:
            account, about = accounts[one.due.request["order_id"]], one.due.request["about"]
            match one.outcome:
                case Done(proof):
                    kind.done(account, about, proof)
                case Refused(result):
                    kind.refused(account, about, Why(result["code"], result["text"]))
                case given_up:
                    log.error("payment_given_up", key=one.due.request["key"], why=given_up.reason)
        await conclude(tx, accounts)

    return record


def operation_of(due: Due) -> Operation:
    """The operation as it was started: the same in every attempt and question."""
    operation = next(kind.operation for kind in KINDS if due.kind == kind.operation.KIND)
    return operation(**due.request["operation"])
