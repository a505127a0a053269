"""Sending a mail: say what it will say, send it once, record what became of it and was told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
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
from services.notifications.domain.orders import MAIL, Message, Policy
from services.notifications.domain.telling import (
    Facts,
    Suppressed,
    compose,
    lines_after,
    parcel_after,
)
from services.notifications.gateway import MailServer
from services.notifications.letters import NotAnAddress, Stationery

log = structlog.get_logger()

WITHOUT_LINES = ("refused", "about_to_ship")
"""Kinds whose content does not depend on how the order's lines stand."""
TOLD_STATES = ("sent", "unknown")
"""An unknown outcome counts as told: news goes at most once."""


def build(
    server: MailServer,
    stationery: Stationery,
    outgoing: Callable[[str], Awaitable[store.Outgoing | None]],
    limits: Limits,
) -> tuple[Call, ...]:
    """The one effect of this service. Nobody can be asked what became of a mail."""

    async def send(due: Due) -> Outcome:
        found = await outgoing(due.key)
        if found is None:
            return Refused({"said": "its customer is no longer known"})
        try:
            letter = stationery.mail(found)
        except NotAnAddress as error:
            return Refused({"said": str(error)})
        return await server.send(letter.sender, letter.recipient, letter.content)

    return (Call(MAIL, prepare=compose_mails, call=send, record=record_mails, limits=limits),)


async def compose_mails(
    due: Sequence[Due], tx: Transaction[Policy]
) -> Mapping[str, dict[str, Any] | None]:
    """Write down what each mail says now; say which of them are overtaken."""
    orders = await store.lock_orders(tx, {one.subject for one in due})
    messages = await store.messages(tx, [one.key for one in due])
    with_lines = [one.order_id for one in messages if one.kind not in WITHOUT_LINES]
    standings = await store.standings(tx, orders, with_lines)
    composed = {one.message_id: compose(one, standings[one.order_id], tx.now) for one in messages}
    facts = {key: one for key, one in composed.items() if isinstance(one, Facts)}
    await store.start_messages(tx, facts)
    await _suppress(tx, messages, composed)
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
    shipment_ids = [message.shipment_id for message, _ in told if message.shipment_id]
    parcels = await store.parcels(tx, shipment_ids) if shipment_ids else {}
    for message, facts in told:
        parcel = parcels.get(message.shipment_id or "")
        concerned = [row.line_id for row in (*facts.rows, *facts.to_come)]
        known = {key: lines[key] for key in concerned if key in lines}
        lines.update({line.line_id: line for line in lines_after(facts, known, parcel)})
        if parcel is not None:
            parcels[parcel.shipment_id] = parcel_after(facts, parcel)
    await store.record_lines(tx, list(lines.values()))
    await store.record_parcels(tx, list(parcels.values()))


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
