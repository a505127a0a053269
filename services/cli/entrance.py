"""What the service at an entrance made of a fact: taken, refused, or waiting for what must come first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from time import monotonic

from schemas.envelope import InboundEvent
from schemas.suppliers import DeliveryCancelled
from schemas.warehouses import DeliveryCompleted, ReceiptCorrected
from services.audit.owners import Owners
from services.cli.homes import HomeError
from services.standins.publishing import Place

TAKEN_WITHIN_SECONDS = 20.0
LOOK_SECONDS = 0.05

POSITION = "SELECT next_offset FROM positions WHERE topic = $1 AND partition = $2"
LETTER = (
    'SELECT code, reason FROM dead_letters WHERE topic = $1 AND partition = $2 AND "offset" = $3'
)
AWAITING = "SELECT premise, until FROM awaiting WHERE identity = $1"
CORRECTED = """
    SELECT r.good, r.damaged, c.good_change, c.damaged_change,
           EXISTS (SELECT FROM corrections AS later
                   WHERE later.warehouse = c.warehouse AND later.scan_id = c.scan_id
                     AND later.corrected_at > c.corrected_at) AS overtaken
    FROM corrections AS c JOIN receipts AS r USING (warehouse, scan_id)
    WHERE c.warehouse = $1 AND c.scan_id = $2 AND c.corrected_at = $3
"""
ENDED = """
    SELECT l.sku, l.ended_up_to >= l.announced_at AS ended, coalesce(d.units, 0) AS short
    FROM delivery_lines AS l LEFT JOIN discrepancies AS d
        ON d.sku = l.sku AND d.warehouse = l.warehouse AND d.delivery = l.delivery
        AND d.supplier = l.supplier AND d.kind = 'short'
    WHERE l.warehouse = $1 AND l.supplier = $2 AND l.delivery = $3 AND l.announced_at IS NOT NULL
    ORDER BY l.sku
"""


@dataclass(frozen=True)
class Became:
    """What a fact became, in words; ``taken``: the pipeline may say more about it."""

    text: str
    taken: bool = False


async def became(owners: Owners, fact: InboundEvent, place: Place) -> Became:
    """Wait until the service has read the record; what it made of it. Raises ``HomeError``."""
    [service] = fact.TOPIC.readers
    await read_up_to(owners, service, fact, place)
    letters = await owners.fetch(service, LETTER, place.topic, place.partition, place.offset)
    if letters:
        return Became(f"refused ({letters[0]['code']}): {letters[0]['reason']}")
    waiting = await owners.fetch(service, AWAITING, fact.identity())
    if waiting:
        premise, until = waiting[0]["premise"], waiting[0]["until"]
        return Became(
            f"waits: {premise} has not come; kept until {until:%Y-%m-%d %H:%M} UTC, then refused"
        )
    return Became("taken", taken=True)


async def read_up_to(owners: Owners, service: str, fact: InboundEvent, place: Place) -> None:
    """Wait until a service has read a record. Raises ``HomeError`` when it does not in time."""
    end = monotonic() + TAKEN_WITHIN_SECONDS
    while True:
        position = await owners.fetch(service, POSITION, place.topic, place.partition)
        if position and position[0]["next_offset"] > place.offset:
            return
        if monotonic() > end:
            raise HomeError(
                f"{fact.TYPE} {fact.aggregate} was published but {service} has not read it "
                f"within {TAKEN_WITHIN_SECONDS:.0f} s: see `crossdock status`"
            )
        await asyncio.sleep(LOOK_SECONDS)


async def good_units_added(owners: Owners, correction: ReceiptCorrected) -> int:
    """Good units that a correction brought up."""
    rows = await owners.fetch("stock_receipts", CORRECTED, *of_correction(correction))
    return max(0, rows[0]["good_change"]) if rows else 0


async def written(owners: Owners, fact: InboundEvent) -> list[str]:
    """What stock receipts wrote down about a fact whose consequences nobody answers."""
    match fact:
        case ReceiptCorrected():
            rows = await owners.fetch("stock_receipts", CORRECTED, *of_correction(fact))
            return [corrected(fact.scan_id, **row) for row in rows]
        case DeliveryCompleted() | DeliveryCancelled():
            of = fact.warehouse, fact.supplier, fact.delivery
            rows = await owners.fetch("stock_receipts", ENDED, *of)
            return [ended(**row) for row in rows] or [not_announced(fact.supplier, fact.delivery)]
        case _:
            return []


def of_correction(fact: ReceiptCorrected) -> tuple[object, ...]:
    """Which correction it is."""
    return fact.warehouse, fact.scan_id, fact.corrected_at


def corrected(
    scan_id: str, *, good: int, damaged: int, good_change: int, damaged_change: int, overtaken: bool
) -> str:
    """What a scan says now, in words."""
    told = f"{scan_id} says {good} good, {damaged} damaged"
    if overtaken:
        return f"{told}: a later correction holds"
    return f"{told} now (good {good_change:+d}, damaged {damaged_change:+d})"


def ended(*, sku: str, ended: bool, short: int) -> str:
    """How a delivery line stands after its end, in words."""
    if not ended:
        return f"  {sku}: announced later than this, so it is expected all the same"
    return f"  {sku}: {f'{short} will not come' if short else 'nothing is missing'}"


def not_announced(supplier: str, delivery: str) -> str:
    """What the end of a delivery means that nobody knows of yet."""
    return (
        f"nobody has announced {delivery} of {supplier} so far: what is announced as of earlier "
        "will not be expected"
    )
