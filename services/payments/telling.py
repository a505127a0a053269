"""News as the events that tell it."""

from __future__ import annotations

from schemas.envelope import Event
from schemas.payments import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentDeadlinePassed,
    PaymentMethodRefused,
    PaymentMethodVerified,
    PaymentNeedsCustomer,
    PaymentRefunded,
    PaymentResolved,
    PaymentVoided,
)
from schemas.values import Reason
from services.payments.domain import news
from services.payments.domain.state import Why


def told(order_id: str, one: news.News) -> Event:
    """News as the event that tells it."""
    match one:
        case news.MethodVerified(method_id, episode):
            return PaymentMethodVerified(order_id=order_id, method_id=method_id, episode=episode)
        case news.MethodRefused(method_id, why):
            return PaymentMethodRefused(
                order_id=order_id, method_id=method_id, reason=reason_of(why)
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
        case news.DeadlinePassed(episode, shipment_ids, at):
            return PaymentDeadlinePassed(
                order_id=order_id, episode=episode, shipment_ids=shipment_ids, passed_at=at
            )
        case news.Resolved(episode):
            return PaymentResolved(order_id=order_id, episode=episode)
        case _:
            return moved(order_id, one)


def moved(
    order_id: str, one: news.Authorized | news.Captured | news.Voided | news.Refunded
) -> Event:
    """News of money that was reserved, taken, set free or given back."""
    match one:
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
                captured_at=taken.at,
                provider=taken.provider,
                provider_ref=taken.reference,
            )
        case news.Voided(former, at):
            return PaymentVoided(
                order_id=order_id,
                shipment_id=former.shipment_id,
                amount_minor=former.amount_minor,
                currency=former.currency,
                voided_at=at,
            )
        case news.Refunded(shipment_id, amount_minor, total_minor, currency, given):
            return PaymentRefunded(
                order_id=order_id,
                shipment_id=shipment_id,
                amount_minor=amount_minor,
                refunded_total_minor=total_minor,
                currency=currency,
                refunded_at=given.at,
                provider=given.provider,
                provider_ref=given.reference,
            )


def reason_of(why: Why) -> Reason:
    """A refusal as it is told."""
    return Reason(code=why.code, text=why.text)
