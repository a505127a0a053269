"""An order's payment troubles and refunds, told to the shop; one not mended in time is cancelled."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.payments import (
    PaymentDeadlinePassed,
    PaymentMethodVerified,
    PaymentNeedsCustomer,
    PaymentRefunded,
    PaymentResolved,
)
from schemas.shop_answers import (
    AnswerPaymentNeeded,
    AnswerPaymentResolved,
    AnswerRefunded,
    AnswerSuspended,
)
from services.chassis.effects import NewEffect
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.order_intake.domain.policy import Policy
from services.order_intake.domain.troubles import key_of
from services.order_intake.steps import SUSPENDED, tell
from services.order_intake.store import orders, troubles


@hears(PaymentNeedsCustomer)
async def pass_on_payment_trouble(
    asked: Sequence[PaymentNeedsCustomer], tx: Transaction[Policy]
) -> None:
    """Tell the shop that its customer must act, unless that is over."""
    states = await orders.lock_orders(tx, {one.order_id for one in asked})
    before = await troubles.read_troubles(tx, states)
    now = dict(before)
    found: list[AnswerPaymentNeeded] = []
    for one in asked:
        now[one.order_id] = now[one.order_id].asking(one.episode)
        if one.episode > now[one.order_id].over:
            found.append(payment_answer(one))
    await troubles.write_troubles(tx, before, now)
    await tell(tx, states, found)


@hears(PaymentDeadlinePassed)
async def suspend_orders(passed: Sequence[PaymentDeadlinePassed], tx: Transaction[Policy]) -> None:
    """Tell the shop what will be cancelled when, and have that done, unless it is over."""
    states = await orders.lock_orders(tx, {one.order_id for one in passed})
    before = await troubles.read_troubles(tx, states)
    now = dict(before)
    found: list[AnswerSuspended] = []
    for one in passed:
        now[one.order_id] = now[one.order_id].suspending(one.episode)
        if one.episode <= now[one.order_id].over:
            continue
        until = one.passed_at + tx.policy.suspended_for
        key = key_of(one.order_id, one.episode)
        request = {"episode": one.episode}
        tx.schedule(NewEffect(SUSPENDED, key, one.order_id, due_at=until, request=request))
        found.append(AnswerSuspended(order_id=one.order_id, until=until))
    await troubles.write_troubles(tx, before, now)
    await tell(tx, states, found)


@hears(PaymentMethodVerified)
async def take_new_methods(
    verified: Sequence[PaymentMethodVerified], tx: Transaction[Policy]
) -> None:
    """A method works: the troubles before it are over."""
    await mend(tx, [(one.order_id, one.episode) for one in verified if one.episode])


@hears(PaymentResolved)
async def take_mended(resolved: Sequence[PaymentResolved], tx: Transaction[Policy]) -> None:
    """The method worked after all."""
    await mend(tx, [(one.order_id, one.episode) for one in resolved])


async def mend(tx: Transaction[Policy], mended: Sequence[tuple[str, int]]) -> None:
    """Tell the shop where nothing is needed any more; what is suspended will not be cancelled."""
    if not mended:
        return
    states = await orders.lock_orders(tx, {order_id for order_id, _ in mended})
    before = await troubles.read_troubles(tx, states)
    now = dict(before)
    found: list[AnswerPaymentResolved] = []
    for order_id, episode in mended:
        was, now[order_id] = now[order_id], now[order_id].mended(episode)
        if was.suspends and not now[order_id].suspends:
            tx.supersede(SUSPENDED, [key_of(order_id, was.suspended)])
        if was.open and not now[order_id].open:
            found.append(AnswerPaymentResolved(order_id=order_id))
    await troubles.write_troubles(tx, before, now)
    await tell(tx, states, found)


@hears(PaymentRefunded)
async def pass_on_refunds(refunded: Sequence[PaymentRefunded], tx: Transaction[Policy]) -> None:
    """Tell the shop of money that went back."""
    states = await orders.lock_orders(tx, {one.order_id for one in refunded})
    await tell(tx, states, [refunded_answer(one) for one in refunded])


def payment_answer(event: PaymentNeedsCustomer) -> AnswerPaymentNeeded:
    """For the shop: the customer must give another payment method."""
    return AnswerPaymentNeeded(
        order_id=event.order_id,
        shipment_id=event.shipment_id,
        cause=event.cause,
        deadline=event.deadline,
    )


def refunded_answer(event: PaymentRefunded) -> AnswerRefunded:
    """For the shop: money of a shipment went back."""
    return AnswerRefunded(
        order_id=event.order_id,
        shipment_id=event.shipment_id,
        amount_minor=event.amount_minor,
        refunded_total_minor=event.refunded_total_minor,
        currency=event.currency,
        refunded_at=event.refunded_at,
    )
