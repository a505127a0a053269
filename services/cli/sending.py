"""Sends one fact as an outsider would, and tells what became of it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, cast
from uuid import uuid4

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic import ValidationError

from schemas import order_intake, shop_answers, shops, suppliers, warehouses
from schemas.allocation import UnitsRouted
from schemas.catalog import events_on
from schemas.envelope import Event, InboundEvent
from schemas.topics import DOCK_MOVES, SHOP_ANSWERS
from services.audit.owners import Owners
from services.chassis.clock import Clock
from services.chassis.decoding import problems
from services.chassis.settings import Deployment
from services.cli.homes import HomeError
from services.standins.publishing import Place, Publisher

KINDS: dict[str, type[InboundEvent]] = {
    "order": shops.OrderPlaced,
    "product": shops.ProductListed,
    "delivery": suppliers.DeliveryAnnounced,
    "receipt": warehouses.ReceiptScanned,
    "count": warehouses.StockCounted,
    "adjustment": warehouses.StockAdjusted,
}
SOURCE = "/crossdock/cli"
TAKEN_WITHIN_SECONDS = 20.0
ANSWERED_WITHIN_SECONDS = 5.0
LOOK_SECONDS = 0.05
FACTS_AT_MOST = 10_000

LETTER = (
    'SELECT code, reason FROM dead_letters WHERE topic = $1 AND partition = $2 AND "offset" = $3'
)
POSITION = "SELECT next_offset FROM positions WHERE topic = $1 AND partition = $2"


class NotSent(Exception):
    """A fact was not sent because it is not one; the text says what to mend."""


def read_facts(kind: str, file: Path) -> list[InboundEvent]:
    """The facts in a file of JSON (one object, or a list), or on standard input for ``-``.

    Raises ``NotSent`` with what to mend.
    """
    if kind not in KINDS:
        raise NotSent(f"there is no {kind!r} to send; send one of: {', '.join(KINDS)}")
    try:
        raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        found = orjson.loads(raw)
    except OSError as error:
        raise NotSent(f"cannot read {file}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise NotSent(f"{file} is not JSON: {error}") from error
    facts: list[Any] = cast("list[Any]", found) if isinstance(found, list) else [found]
    if len(facts) > FACTS_AT_MOST:
        raise NotSent(f"{file} holds {len(facts)} facts, at most {FACTS_AT_MOST} are sent at once")
    try:
        return [KINDS[kind].model_validate_json(orjson.dumps(fact)) for fact in facts]
    except ValidationError as error:
        raise NotSent(f"{file} is not a {kind}: {problems(error)}") from error


class Sender:
    """Publishes facts, then looks what the service at that entrance made of them."""

    def __init__(self, home: Path, deployment: Deployment, owners: Owners) -> None:
        self.clock = Clock(home)
        self.deployment = deployment
        self.owners = owners

    async def send(self, facts: Sequence[InboundEvent]) -> list[str]:
        """Publish facts; a line for each with what became of it."""
        answers = await self._answers_from_now()
        publisher = Publisher(self.deployment.kafka, self.deployment.namespace)
        await publisher.start()
        try:
            places = await publisher.publish(facts, SOURCE, self.clock.now())
            told = [await self._became(f, p) for f, p in zip(facts, places, strict=True)]
            taken = [fact for fact, text in zip(facts, told, strict=True) if text == "taken"]
            return [*told, *await answered(answers, taken)]
        finally:
            await publisher.stop()
            await answers.stop()

    async def _answers_from_now(self) -> AIOKafkaConsumer[bytes, bytes]:
        """A reader of what the pipeline says to the outside, from here on."""
        consumer: AIOKafkaConsumer[bytes, bytes] = AIOKafkaConsumer(
            bootstrap_servers=self.deployment.kafka, enable_auto_commit=False
        )
        await consumer.start()
        places = [
            TopicPartition(f"{self.deployment.namespace}{topic.name}", partition)
            for topic in (SHOP_ANSWERS, DOCK_MOVES)
            for partition in range(topic.partitions)
        ]
        consumer.assign(places)
        await consumer.seek_to_end(*places)
        for place in places:
            await consumer.position(place)
        return consumer

    async def _became(self, fact: InboundEvent, place: Place) -> str:
        """Wait until the service has read the record; what it made of it."""
        [service] = fact.TOPIC.readers
        at = (place.topic, place.partition)
        end = monotonic() + TAKEN_WITHIN_SECONDS
        while True:
            position = await self.owners.fetch(service, POSITION, *at)
            if position and position[0]["next_offset"] > place.offset:
                break
            if monotonic() > end:
                raise HomeError(
                    f"{fact.TYPE} {fact.aggregate} was published but {service} has not read it "
                    f"within {TAKEN_WITHIN_SECONDS:.0f} s: see `crossdock status`"
                )
            await asyncio.sleep(LOOK_SECONDS)
        letters = await self.owners.fetch(service, LETTER, *at, place.offset)
        if letters:
            return f"refused ({letters[0]['code']}): {letters[0]['reason']}"
        return "taken"


async def answered(
    consumer: AIOKafkaConsumer[bytes, bytes], facts: Sequence[InboundEvent]
) -> list[str]:
    """What the pipeline answers about facts, until every order is decided or the wait is over."""
    orders = {fact.order_id for fact in facts if isinstance(fact, shops.OrderPlaced)}
    scans = {fact.scan_id for fact in facts if isinstance(fact, warehouses.ReceiptScanned)}
    if not orders and not scans:
        return []
    lines: list[str] = []
    end = monotonic() + ANSWERED_WITHIN_SECONDS
    while (orders or scans) and monotonic() < end:
        found = await consumer.getmany(timeout_ms=int(LOOK_SECONDS * 1000))
        for records in found.values():
            for record in records:
                event = public_event(dict(record.headers), record.value)
                if event is not None and (line := described(event, orders, scans)):
                    lines.append(line)
    return lines


def public_event(headers: dict[str, bytes], value: bytes | None) -> Event | None:
    """The event that was said to the outside, where its type is known."""
    known = {**events_on(SHOP_ANSWERS), **events_on(DOCK_MOVES)}
    kind = known.get(headers.get("ce_type", b"").decode())
    return kind.model_validate_json(value) if kind and value else None


def described(event: Event, orders: set[str], scans: set[str]) -> str | None:
    """A line about an answer to one of these facts; a decided order is no longer awaited."""
    if isinstance(event, UnitsRouted) and event.scan_id in scans:
        place = f"→ {event.order_id}" if event.order_id else "→ shelf"
        return f"{event.move.replace('_', ' ')}: {event.quantity} × {event.sku} {place}"
    order = getattr(event, "order_id", None)
    if order not in orders:
        return None
    match event:
        case shop_answers.AnswerRefused(reasons=reasons):
            orders.discard(order)
            return f"{order} refused: {'; '.join(reason.text for reason in reasons)}"
        case shop_answers.AnswerConfirmed(lines=lines):
            orders.discard(order)
            return "\n".join([f"{order} confirmed", *(answer_of(line) for line in lines)])
        case shop_answers.AnswerAccepted():
            return f"{order} accepted"
        case _:
            return None


def answer_of(line: order_intake.LineAnswer) -> str:
    """How a line stands, in words."""
    parts = [f"{line.allocated} there now"] if line.allocated else []
    if line.waiting:
        until = f"until {line.promised_on}" if line.promised_on else "without a date yet"
        parts.append(f"{line.waiting} wait {until}")
    if line.refused:
        parts.append(f"{line.refused} refused" + (f" ({line.reason.text})" if line.reason else ""))
    return f"  {line.quantity} × {line.sku}: {', '.join(parts)}"


def a_scan(delivery: str, sku: str, good: int, damaged: int, at: datetime) -> InboundEvent:
    """A scan as the dock makes it by hand. Raises ``NotSent``."""
    try:
        return warehouses.ReceiptScanned(
            warehouse="MAIN",
            scan_id=uuid4().hex[:16],
            dock="DOCK-1",
            delivery=delivery,
            sku=sku,
            good=good,
            damaged=damaged,
            scanned_at=at.astimezone(UTC),
        )
    except ValidationError as error:
        raise NotSent(f"this is no scan: {problems(error)}") from error
