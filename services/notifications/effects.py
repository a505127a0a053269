"""Sending a mail: say what it will say, send it once, record what became of it and was told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog

from schemas.notifications import MessageFailed, MessageSent, MessageSuppressed
from schemas.values import Reason
from services.chassis.effects import (
    Call,
    Done,
    Due,
    GaveUp,
    Limits,
    Outcome,
    Refused,
    Retry,
    Settled,
    Unknown,
)
from services.chassis.transaction import Transaction
from services.notifications import store
from services.notifications.domain.facts import CONTACT_ERASED, Facts, Suppressed
from services.notifications.domain.learned import held_back, lines_after, parcels_after
from services.notifications.domain.messages import MAIL, MAIL_TO_ANSWER, Message
from services.notifications.domain.orders import Order, Policy
from services.notifications.domain.parcels import Parcel
from services.notifications.domain.standing import Standing
from services.notifications.domain.telling import compose
from services.notifications.gateway import MailServer
from services.notifications.letters import NotAnAddress, Stationery

log = structlog.get_logger()

WITHOUT_LINES = ("refused", "refunded")
"""Kinds whose content does not depend on how the order's lines stand."""
TOLD_STATES = ("sent", "unknown")
"""An unknown outcome counts as told: news goes at most once."""


def build(
    server: MailServer,
    stationery: Stationery,
    outgoing: Callable[[str], Awaitable[store.Outgoing | None]],
    limits: Limits,
) -> tuple[Call, ...]:
    """Mails that are news, and mails that need an answer.

    Nobody can be asked what became of a mail. So news is not sent again when that is unknown; what
    needs an answer is, with its one Message-ID, by which mail readers know the copy.
    """

    async def send(due: Due) -> Outcome:
        found = await outgoing(due.key)
        if found is None:
            return Refused({"code": CONTACT_ERASED.code})
        try:
            letter = stationery.mail(found)
        except NotAnAddress as error:
            return Refused({"said": str(error)})
        return await server.send(letter.sender, letter.recipient, letter.content)

    async def send_again(_due: Due) -> Outcome:
        return Retry("nobody knows whether it arrived")

    return (
        Call(MAIL, prepare=compose_mails, call=send, record=record_mails, limits=limits),
        Call(
            MAIL_TO_ANSWER,
            prepare=compose_mails,
            call=send,
            record=record_mails,
            ask=send_again,
            limits=limits,
        ),
    )


async def compose_mails(
    due: Sequence[Due], tx: Transaction[Policy]
) -> Mapping[str, dict[str, Any] | None]:
    """Write down what each mail says now; say which of them are overtaken."""
    orders = await store.lock_orders(tx, {one.subject for one in due})
    messages = await store.messages(tx, [one.key for one in due])
    standings = await store.standings(
        tx,
        orders,
        with_lines=[one.order_id for one in messages if one.kind not in WITHOUT_LINES],
        with_cancels=[one.order_id for one in messages if one.kind == "cancelled"],
    )
    composed = {one.message_id: compose(one, standings[one.order_id], tx.now) for one in messages}
    facts = {key: one for key, one in composed.items() if isinstance(one, Facts)}
    await store.start_messages(tx, facts)
    await _suppress(tx, messages, composed)
    await _hold_back(tx, messages, composed, standings)
    return {one.key: one.request if one.key in facts else None for one in due}


async def _suppress(
    tx: Transaction[Policy],
    messages: Sequence[Message],
    composed: Mapping[str, Facts | Suppressed],
) -> None:
    """Record and say the messages that are not sent, with their reasons."""
    endings: list[store.Ending] = []
    for one in messages:
        why = composed[one.message_id]
        if isinstance(why, Suppressed):
            endings.append(store.Ending(one.message_id, "suppressed", why.code))
            reason = Reason(code=why.code, text=why.text)
            tx.say(
                MessageSuppressed(
                    order_id=one.order_id, message_id=one.message_id, kind=one.kind, reason=reason
                )
            )
            log.info("message_suppressed", message_id=one.message_id, reason=why.code)
    await store.end_messages(tx, endings)


async def _hold_back(
    tx: Transaction[Policy],
    messages: Sequence[Message],
    composed: Mapping[str, Facts | Suppressed],
    standings: Mapping[str, Standing],
) -> None:
    """Let what was suppressed for now become due again when newer facts come."""
    orders: dict[str, Order] = {}
    parcels: list[Parcel] = []
    for one in messages:
        why = composed[one.message_id]
        if isinstance(why, Suppressed) and why.again:
            standing = standings[one.order_id]
            order, parcel = held_back(standing.order, standing.parcel(one.shipment_id))
            orders[one.order_id] = order
            parcels.append(parcel)
    await store.record_parcels(tx, parcels)
    before = {order_id: standings[order_id].order for order_id in orders}
    await store.record_orders(tx, orders.values(), before)


async def record_mails(settled: Sequence[Settled], tx: Transaction[Policy]) -> None:
    """Record what became of mails and what their customers now know."""
    await store.lock_orders(tx, {one.due.subject for one in settled})
    found = await store.facts(tx, [one.due.key for one in settled])
    await store.end_messages(tx, [ending_of(one, tx) for one in settled])
    for one in settled:
        message, _ = found[one.due.key]
        tx.say(told_of(message, one, tx))
        log.info(
            "message_sent" if isinstance(one.outcome, Done) else "message_failed",
            message_id=message.message_id,
            outcome=type(one.outcome).__name__,
        )
    await _record_told(
        tx, [found[one.due.key] for one in settled if ending_of(one, tx).state in TOLD_STATES]
    )


async def _record_told(tx: Transaction[Policy], told: Sequence[tuple[Message, Facts]]) -> None:
    """Move the lines and parcels to what their customers were told; one mail an order at a time."""
    ids = [row.line_id for _, facts in told for row in (*facts.rows, *facts.to_come)]
    lines = await store.lines(tx, ids) if ids else {}
    shipment_ids = [name for message, facts in told for name in shipments_in(message, facts)]
    parcels = await store.parcels(tx, shipment_ids) if shipment_ids else {}
    for message, facts in told:
        concerned = [row.line_id for row in (*facts.rows, *facts.to_come)]
        known = {key: lines[key] for key in concerned if key in lines}
        parcel = parcels.get(message.shipment_id or "")
        lines.update({line.line_id: line for line in lines_after(facts, known, parcel)})
        after = parcels_after(facts, message.shipment_id, parcels)
        parcels.update({one.shipment_id: one for one in after})
    await store.record_lines(tx, list(lines.values()))
    await store.record_parcels(tx, list(parcels.values()))


def shipments_in(message: Message, facts: Facts) -> Iterable[str]:
    """The parcels that a message tells something of."""
    if message.shipment_id:
        yield message.shipment_id
    yield from (refund.shipment_id for refund in facts.refunds)


def ending_of(settled: Settled, tx: Transaction[Policy]) -> store.Ending:
    """The state that a message ends in."""
    key = settled.due.key
    if isinstance(settled.outcome, Done):
        return store.Ending(key, "sent", None, tx.now)
    reason = reason_of(settled.outcome)
    state = "unknown" if isinstance(settled.outcome, Unknown) else "failed"
    return store.Ending(key, state, f"{reason.code}: {reason.text}")


def told_of(
    message: Message, settled: Settled, tx: Transaction[Policy]
) -> MessageSent | MessageFailed:
    """The event that tells what became of a message."""
    if isinstance(settled.outcome, Done):
        return MessageSent(
            order_id=message.order_id,
            message_id=message.message_id,
            kind=message.kind,
            sent_at=tx.now,
        )
    return MessageFailed(
        order_id=message.order_id,
        message_id=message.message_id,
        kind=message.kind,
        reason=reason_of(settled.outcome),
    )


def reason_of(outcome: Outcome) -> Reason:
    """Why a message was not sent, for programs and for people."""
    match outcome:
        case Refused({"code": CONTACT_ERASED.code}):
            return Reason(code=CONTACT_ERASED.code, text=CONTACT_ERASED.text)
        case Refused(result):
            said = str(result.get("said", ""))
            return Reason(
                code="mail_refused",
                text=f"The mail was refused: {said}. Check the customer's address with the shop.",
            )
        case Unknown(why):
            return Reason(
                code="outcome_unknown",
                text=f"Nobody knows whether the mail arrived ({why}); it is not sent twice.",
            )
        case GaveUp(why):
            return Reason(
                code="gave_up", text=f"The mail server did not take it {why}. Look at the server."
            )
        case Done() | Retry():
            raise ValueError(f"{type(outcome).__name__} is no reason for a failure")
