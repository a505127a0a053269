"""What payments asks of the provider, and what it does by itself when a time has come.

Each call is started in its account, committed, and only then made; its outcome goes into the
account together with the event that tells it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog

from services.chassis.effects import Call, Done, Due, Limits, Outcome, Refused, Settled, Timer
from services.chassis.transaction import Transaction
from services.payments import store
from services.payments.domain import answers, passing, starting
from services.payments.domain.account import Account
from services.payments.domain.operations import (
    Authorize,
    Capture,
    Operation,
    Refund,
    Verify,
    Void,
    idempotency_key,
)
from services.payments.domain.policy import Policy
from services.payments.domain.state import Held, Proof, Why
from services.payments.gateway import Gateway
from services.payments.steps import conclude

Requests = Mapping[str, Mapping[str, Any] | None]
Result = Mapping[str, Any]

FIRST = 1
"""The number of whatever the release before scheduled, which knew no other."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Kind:
    """How one kind of operation begins and ends in its account: about what, and which of them."""

    operation: type[Operation]
    start: Callable[[Account, str, int], Operation | None]
    done: Callable[[Account, str, int, Result], None]
    refused: Callable[[Account, str, Why], None] | None = None
    """None: it cannot be refused; what could not be done is for a person."""


def verified(account: Account, method_id: str, _: int, __: Result) -> None:
    """The method works."""
    answers.verified(account, method_id)


def authorized(account: Account, shipment_id: str, _: int, result: Result) -> None:
    """The amount is reserved; the times are the provider's."""
    held = Held(
        result["provider"],
        result["reference"],
        datetime.fromisoformat(result["authorized_at"]),
        datetime.fromisoformat(result["valid_until"]),
    )
    answers.authorized(account, shipment_id, held)


def captured(account: Account, shipment_id: str, _: int, result: Result) -> None:
    """The money was taken."""
    answers.captured(account, shipment_id, proof_of(result, "captured_at"))


def voided(account: Account, shipment_id: str, epoch: int, result: Result) -> None:
    """What was reserved is free again."""
    at = datetime.fromisoformat(result["voided_at"])
    answers.voided(account, shipment_id, epoch, at)


def refunded(account: Account, shipment_id: str, number: int, result: Result) -> None:
    """Money went back."""
    answers.refunded(account, shipment_id, number, proof_of(result, "refunded_at"))


def proof_of(result: Result, moment: str) -> Proof:
    """That money moved; the time is the provider's."""
    at = datetime.fromisoformat(result[moment])
    return Proof(result["provider"], result["reference"], at)


KINDS = (
    Kind(Verify, starting.start_verify, verified, answers.method_refused),
    Kind(Authorize, starting.start_authorize, authorized, answers.declined),
    Kind(Capture, starting.start_capture, captured, answers.capture_refused),
    Kind(Void, starting.start_void, voided),
    Kind(Refund, starting.start_refund, refunded),
)
TIMERS: dict[str, Callable[[Account, str, int], None]] = {
    "verify_within": passing.verify_within,
    "retry_verification": passing.retry_verification,
    "retry_authorization": passing.retry_authorization,
    "renew_authorization": passing.renew_authorization,
    "payment_deadline": passing.payment_deadline,
}


def build(gateway: Gateway, limits: Limits) -> tuple[Call | Timer, ...]:
    """The timers, and the calls made through a gateway."""

    async def call(due: Due) -> Outcome:
        return await gateway.make(operation_of(due), due.request["key"])

    async def ask(due: Due) -> Outcome:
        return await gateway.ask(operation_of(due), due.request["key"])

    calls = [
        Call(
            kind=kind.operation.KIND,
            prepare=preparing(kind),
            call=call,
            record=recording(kind),
            ask=ask,
            limits=limits,
            given_up_blocks=kind.operation is not Verify,  # another method may be asked about
        )
        for kind in KINDS
    ]
    return *(Timer(kind=name, fire=firing(happen)) for name, happen in TIMERS.items()), *calls


def firing(
    happen: Callable[[Account, str, int], None],
) -> Callable[[Sequence[Due], Transaction[Any]], Awaitable[None]]:
    """Let what time brings happen to its account."""

    async def fire(due: Sequence[Due], tx: Transaction[Policy]) -> None:
        accounts = await store.lock_accounts(tx, (one.request["order_id"] for one in due))
        for one in due:
            happen(accounts[one.request["order_id"]], one.request["about"], number_of(one))
        await conclude(tx, accounts)

    return fire


def preparing(
    kind: Kind,
) -> Callable[[Sequence[Due], Transaction[Any]], Awaitable[Requests]]:
    """Start operations in their accounts; one that has become pointless has no request."""

    async def prepare(due: Sequence[Due], tx: Transaction[Policy]) -> Requests:
        accounts = await store.lock_accounts(tx, (one.request["order_id"] for one in due))
        requests: dict[str, dict[str, Any] | None] = {}
        for one in due:
            order_id, about, number = one.request["order_id"], one.request["about"], number_of(one)
            operation = kind.start(accounts[order_id], about, number)
            requests[one.key] = operation and {
                "order_id": order_id,
                "about": about,
                "number": number,
                "key": idempotency_key(one.kind, one.key),
                "operation": asdict(operation),
            }
        await conclude(tx, accounts)
        return requests

    return prepare


def recording(
    kind: Kind,
) -> Callable[[Sequence[Settled], Transaction[Any]], Awaitable[None]]:
    """Take outcomes into their accounts; what was given up stays as it is, for a person."""

    async def record(settled: Sequence[Settled], tx: Transaction[Policy]) -> None:
        accounts = await store.lock_accounts(tx, (one.due.request["order_id"] for one in settled))
        for one in settled:
            account, about = accounts[one.due.request["order_id"]], one.due.request["about"]
            match one.outcome:
                case Done(result):
                    kind.done(account, about, number_of(one.due), result)
                case Refused(result) if kind.refused:
                    why = Why(result["code"], result["text"], result.get("soft", False))
                    kind.refused(account, about, why)
                case outcome:
                    log.error("payment_not_settled", key=one.due.request["key"], why=str(outcome))
        await conclude(tx, accounts)

    return record


def number_of(due: Due) -> int:
    """Which epoch, refund or episode an effect is of."""
    return due.request.get("number", FIRST)


def operation_of(due: Due) -> Operation:
    """The operation as it was started: the same in every attempt and question."""
    operation = next(kind.operation for kind in KINDS if due.kind == kind.operation.KIND)
    return operation(**due.request["operation"])
