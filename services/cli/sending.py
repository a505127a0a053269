"""Sends one fact as an outsider would, and tells what became of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import orjson
from pydantic import ValidationError

from schemas import shops, suppliers, warehouses
from schemas.envelope import InboundEvent
from services.audit.owners import Owners
from services.chassis.clock import Clock
from services.chassis.decoding import problems
from services.chassis.settings import Deployment
from services.cli.answers import WATCHES, RoutedWatch, Watch, answered, topics_of
from services.cli.entrance import became, good_units_added, written
from services.cli.overhearing import Overhearing
from services.standins.publishing import Publisher

KINDS: dict[str, tuple[type[InboundEvent], ...]] = {
    "order": (shops.OrderPlaced,),
    "cancel": (shops.OrderCancelRequested,),
    "payment-method": (shops.OrderPaymentMethodGiven,),
    "product": (shops.ProductListed,),
    "delivery": (suppliers.DeliveryAnnounced,),
    "delivery-completed": (warehouses.DeliveryCompleted,),
    "delivery-cancelled": (suppliers.DeliveryCancelled,),
    "receipt": (warehouses.ReceiptScanned,),
    "correction": (warehouses.ReceiptCorrected,),
    "count": (warehouses.StockCounted,),
    "adjustment": (warehouses.StockAdjusted,),
    "parcel": (
        warehouses.ParcelPacked,
        warehouses.ParcelDispatched,
        warehouses.ParcelDamaged,
    ),
}
"""What may be sent, and the facts of each kind; of several, `type` in the file tells which."""
SOURCE = "/crossdock/cli"
FACTS_AT_MOST = 10_000


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
        return [fact_in(kind, fact) for fact in facts]
    except ValidationError as error:
        raise NotSent(f"{file} is not a {kind}: {problems(error)}") from error
    except ValueError as error:
        raise NotSent(f"{file} is not a {kind}: {error}") from error


def fact_in(kind: str, told: Any) -> InboundEvent:
    """The fact that a JSON value tells; it may name its ``type``. Raises ``ValueError``."""
    if not isinstance(told, dict):
        raise ValueError("send one JSON object, or a list of them")
    types = {event.TYPE: event for event in KINDS[kind]}
    fields = dict(cast("dict[str, Any]", told))
    first = next(iter(types)) if len(types) == 1 else None
    name = fields.pop("type", first)
    if not isinstance(name, str) or name not in types:
        raise ValueError(f"`type`: put it beside the data, one of: {', '.join(types)}")
    return types[name].model_validate_json(orjson.dumps(fields))


class Sender:
    """Publishes facts, then looks what the service at that entrance made of them."""

    def __init__(self, home: Path, deployment: Deployment, owners: Owners) -> None:
        self.clock = Clock(home)
        self.deployment = deployment
        self.owners = owners

    async def send(self, facts: Sequence[InboundEvent]) -> list[str]:
        """Publish facts; a line for each with what became of it, then what is said of them."""
        publisher = Publisher(self.deployment.kafka, self.deployment.namespace)
        async with Overhearing(self.deployment, topics_of(facts)) as hearing, publisher:
            places = await publisher.publish(facts, SOURCE, self.clock.now())
            told = [await became(self.owners, f, p) for f, p in zip(facts, places, strict=True)]
            taken = [fact for fact, one in zip(facts, told, strict=True) if one.taken]
            found = [line for fact in taken for line in await written(self.owners, fact)]
            watches = [watch for fact in taken if (watch := await self._watch(fact))]
            return [*(one.text for one in told), *found, *await answered(hearing, watches)]

    async def _watch(self, fact: InboundEvent) -> Watch | None:
        """Listen for what is said of a fact, where something will be."""
        match fact:
            case warehouses.ReceiptScanned():
                units = fact.good
            case warehouses.ReceiptCorrected():
                units = await good_units_added(self.owners, fact)
            case _:
                return WATCHES[type(fact)](fact) if type(fact) in WATCHES else None
        return RoutedWatch(fact, units_left=units) if units else None


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
