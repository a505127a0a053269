"""The end of every handler and effect: record what was decided, say it, ask for what is due."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.envelope import Event
from schemas.payments import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentMethodRefused,
    PaymentMethodVerified,
    PaymentNeedsCustomer,
)
from schemas.values import Reason
from services.chassis.effects import NewEffect
from services.chassis.transaction import Transaction
from services.payments import store
from services.payments.domain import news
from services.payments.domain.account import Account
from services.payments.domain.operations import Wanted
from services.payments.domain.policy import Policy
from services.payments.domain.state import Why


async def conclude(tx: Transaction[Policy], accounts: Mapping[str, Account]) -> None:
    """Close accounts: write, say, schedule."""
    closed = list(accounts.values())
    await store.write_accounts(tx, closed)
    tx.say(*(told(account.order_id, one) for account in closed for one in account.news))
    tx.supersede("verify", [name for account in closed for name in account.pointless])
    tx.schedule(*(effect_of(wanted) for account in closed for wanted in account.wanted))


def effect_of(wanted: Wanted) -> NewEffect:
    """An operation as an effect; what it asks for is read when it is started."""
    request = {"order_id": wanted.order_id, "about": wanted.about}
    return NewEffect(wanted.kind, wanted.name, wanted.subject, wanted.due_at, request)


def told(order_id: str, one: news.News) -> Event:
    """News as the event that tells it."""
    match one:
        case news.MethodVerified(method_id):
            return PaymentMethodVerified(order_id=order_id, method_id=method_id)
        case news.MethodRefused(method_id, why):
            return PaymentMethodRefused(
                order_id=order_id, method_id=method_id, reason=reason_of(why)
            )
        case news.Authorized(authorization, held):
            return PaymentAuthorized(
                order_id=order_id,
                shipment_id=authorization.shipment_id,
                amount_minor=authorization.amount_minor,
                currency=authorization.currency,
                authorized_at=held.authorized_at,
                valid_until=held.valid_until,
            )
        case news.Captured(capture, currency, taken):
            return PaymentCaptured(
                order_id=order_id,
                shipment_id=capture.shipment_id,
                version=capture.version,
                amount_minor=capture.amount_minor,
                currency=currency,
                captured_at=taken.captured_at,
                provider=taken.provider,
                provider_ref=taken.reference,
            )
        case news.NeedsCustomer(shipment_id, cause, why, episode, deadline):
            return PaymentNeedsCustomer(
                order_id=order_id,
                shipment_id=shipment_id,
                cause=cause,
                reason=reason_of(why),
                episode=episode,
                deadline=deadline,
            )


def reason_of(why: Why) -> Reason:
    """A refusal as it is told."""
    return Reason(code=why.code, text=why.text)
