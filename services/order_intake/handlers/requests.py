"""What shops ask of orders that they sent: cancels, and other payment methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from schemas.order_intake import MethodPassedOn
from schemas.shops import OrderCancelRequested, OrderPaymentMethodGiven
from schemas.values import PaymentMethod
from services.chassis.handling import hears
from services.chassis.transaction import Refusal, Transaction
from services.order_intake import telling
from services.order_intake.domain import reasons
from services.order_intake.domain.cancels import Cancel, faults
from services.order_intake.domain.judging import foreign
from services.order_intake.domain.lines import nothing_left
from services.order_intake.domain.policy import Policy
from services.order_intake.domain.reasons import Reason
from services.order_intake.steps import ORDER_AWAITED, cancel, settle
from services.order_intake.store import cancels, lines, orders

ShopRequest = OrderCancelRequested | OrderPaymentMethodGiven
R = TypeVar("R", OrderCancelRequested, OrderPaymentMethodGiven)


@hears(OrderPaymentMethodGiven)
async def pass_on_methods(
    given: Sequence[OrderPaymentMethodGiven], tx: Transaction[Policy]
) -> None:
    """Pass methods on to payments; an order that waits for its products goes on with the new one."""
    states = await orders.lock_known_orders(tx, {one.order_id for one in given})
    found = await lines.read_lines_of(tx, list(states))
    for one in admitted(given, states, tx):
        if states[one.order_id] == "refused" or nothing_left(found[one.order_id]):
            refuse(tx, one, [reasons.order_closed(one.order_id)])
        elif states[one.order_id] == "pending":
            await orders.give_method(tx, one.order_id, one.method_id, one.token)
        else:
            tx.say(passed_on(one))


@hears(OrderCancelRequested)
async def take_cancels(wanted: Sequence[OrderCancelRequested], tx: Transaction[Policy]) -> None:
    """Ask for the units that are not wanted any more, as soon as their order is taken."""
    states = await orders.lock_known_orders(tx, {one.order_id for one in wanted})
    found = await lines.read_lines_of(tx, list(states))
    taken: list[Cancel] = []
    for one in admitted(wanted, states, tx):
        if wrong := list(faults(cancel_of(one), found[one.order_id])):
            refuse(tx, one, wrong)
        else:
            taken.append(cancel_of(one))
    kept = [one for one in taken if states[one.order_id] == "pending"]
    if kept:
        await cancels.take_cancels(tx, kept, "kept")
    asked = [one for one in taken if states[one.order_id] != "pending"]
    refused = frozenset(one for one, state in states.items() if state == "refused")
    await cancel(tx, asked, found, refused)
    await settle(tx, sorted({one.order_id for one in asked}))


def admitted(wanted: Sequence[R], states: Mapping[str, str], tx: Transaction[Policy]) -> list[R]:
    """What is asked by whom it may be, of orders that came in; the rest is refused, or waits."""
    found: list[R] = []
    for one in wanted:
        if stranger := list(foreign(one.order_id, one.envelope.source, tx.policy)):
            refuse(tx, one, stranger)
            tx.forget(one)
        elif one.order_id not in states:
            await_order(tx, one)
        else:
            found.append(one)
    return found


def await_order(tx: Transaction[Policy], event: ShopRequest) -> None:
    """Wait for an order that has not come in: a cancel may overtake it."""
    request, request_id = named(event)
    tx.await_premise(
        event,
        kind=ORDER_AWAITED,
        premise=event.order_id,
        until=tx.now + tx.policy.premise_wait,
        request={"request": request, "request_id": request_id},
    )


def refuse(tx: Transaction[Policy], event: ShopRequest, found: Sequence[Reason]) -> None:
    """Tell the shop every reason, and keep what it sent."""
    request, request_id = named(event)
    tx.refuse(event, Refusal(found[0].code, "; ".join(reason.text for reason in found)))
    tx.say(telling.request_refused(event.order_id, request, request_id, found))


def named(event: ShopRequest) -> tuple[telling.Request, str]:
    """What is asked, and the shop's id of it."""
    if isinstance(event, OrderCancelRequested):
        return "cancel", event.cancel_id
    return "payment_method", event.method_id


def cancel_of(event: OrderCancelRequested) -> Cancel:
    """A cancel as the rules see it."""
    units = {f"{event.order_id}:{line.line}": line.quantity for line in event.lines}
    return Cancel(event.order_id, event.cancel_id, units=units)


def passed_on(event: OrderPaymentMethodGiven) -> MethodPassedOn:
    """For payments: another method."""
    return MethodPassedOn(
        order_id=event.order_id,
        payment_method=PaymentMethod(method_id=event.method_id, token=event.token),
        given_at=event.given_at,
    )
