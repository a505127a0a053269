"""What is there and what should come: receipts, corrections, counts, adjustments, deliveries."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from schemas.stock_receipts import (
    DeliveryExpected,
    DeliveryLine,
    DeliveryShort,
    StockAdjustmentTaken,
    StockCorrected,
    StockCountTaken,
    StockReceived,
)
from services.allocation import store
from services.allocation.domain.expected import Counted, Expected
from services.allocation.domain.policy import Policy
from services.allocation.domain.supply import Arrival, Count
from services.allocation.steps import conclude, open_with_queue
from services.chassis.handling import hears
from services.chassis.transaction import Transaction

log = structlog.get_logger()


@hears(StockReceived)
async def serve_from_receipts(receipts: Sequence[StockReceived], tx: Transaction[Policy]) -> None:
    """Give the units that came in to who waited longest; send the rest to the shelf."""
    arrivals = [(one.sku, receipt_arrival(one), counted_of(one)) for one in receipts]
    named = [(sku, counted.key) for sku, _, counted in arrivals if counted]
    desks = await open_with_queue(tx, [(sku, arrival) for sku, arrival, _ in arrivals], named)
    for sku, arrival, counted in arrivals:
        desks[sku].receive(arrival, counted)
    await conclude(tx, desks)


@hears(StockCountTaken)
async def take_counts(counts: Sequence[StockCountTaken], tx: Transaction[Policy]) -> None:
    """Set the shelf to what was counted; units that come up serve the queue."""
    found = [(one.sku, count_of(one), count_arrival(one)) for one in counts]
    desks = await open_with_queue(tx, [(sku, arrival) for sku, _, arrival in found])
    for sku, count, arrival in found:
        desks[sku].take_count(count, arrival)
    await conclude(tx, desks)


@hears(StockAdjustmentTaken)
async def take_adjustments(
    adjustments: Sequence[StockAdjustmentTaken], tx: Transaction[Policy]
) -> None:
    """Take what others added or took; what the shelf does not hold is shortfall."""
    added = [(one.sku, one.quantity, adjustment_arrival(one)) for one in adjustments]
    desks = await open_with_queue(tx, [(sku, arrival) for sku, _, arrival in added])
    for sku, difference, arrival in added:
        desks[sku].adjust(difference, arrival)
    await conclude(tx, desks)


@hears(DeliveryExpected)
async def expect_deliveries(notices: Sequence[DeliveryExpected], tx: Transaction[Policy]) -> None:
    """Take deliveries that should come, or have moved; who waits is promised again."""
    deliveries = [(one.sku, expected_of(one)) for one in notices]
    named = [(sku, delivery.key) for sku, delivery in deliveries]
    desks = await store.open_desks(tx, {sku for sku, _ in deliveries}, named)
    for sku, delivery in deliveries:
        desks[sku].expect(delivery)
    await conclude(tx, desks)


@hears(DeliveryShort)
async def expect_no_more(shorts: Sequence[DeliveryShort], tx: Transaction[Policy]) -> None:
    """Delivery lines leave expected supply with what they still owe; who waits is promised again."""
    rests = [(one.sku, (one.warehouse, one.supplier, one.delivery), one) for one in shorts]
    named = [(sku, key) for sku, key, _ in rests]
    desks = await store.open_desks(tx, {sku for sku, _ in named}, named)
    for sku, key, one in rests:
        desks[sku].expect_no_more(key, one.short, one.cause)
        log.info("delivery_fell_short", sku=sku, warehouse=one.warehouse, supplier=one.supplier,
                 delivery=one.delivery, units=one.short, cause=one.cause)  # fmt: skip
    await conclude(tx, desks)


@hears(StockCorrected)
async def take_corrections(corrections: Sequence[StockCorrected], tx: Transaction[Policy]) -> None:
    """Take what a scan should have said: more units serve the queue, fewer leave the shelf."""
    found = [(one.sku, one, correction_arrival(one), owing_of(one)) for one in corrections]
    named = [(sku, counted.key) for sku, _, _, owing in found for counted in owing]
    desks = await open_with_queue(tx, [(sku, arrival) for sku, _, arrival, _ in found], named)
    for sku, one, arrival, owing in found:
        desks[sku].correct(one.good_change, arrival, owing)
        log.info("receipt_corrected", sku=sku, warehouse=one.warehouse, scan_id=one.scan_id,
                 good_change=one.good_change, good=one.good)  # fmt: skip
    await conclude(tx, desks)


def receipt_arrival(event: StockReceived) -> Arrival:
    """The good units of a scan."""
    came = f"came in delivery {event.delivery}" if event.delivery else f"came in {event.scan_id}"
    named = (("delivery", event.delivery),) if event.delivery else ()
    return Arrival(
        event.warehouse, event.good, "dock", "received", came,
        (*named, ("scan_id", event.scan_id)), event.dock, event.scan_id, event.delivery,
    )  # fmt: skip


def correction_arrival(event: StockCorrected) -> Arrival:
    """Good units that a scan should have said besides; none when it said too many."""
    return Arrival(
        event.warehouse, max(0, event.good_change), "dock", "corrected",
        f"came up by the correction of scan {event.scan_id}", (("scan_id", event.scan_id),),
        event.dock, event.scan_id, event.delivery,
    )  # fmt: skip


def counted_of(event: StockReceived) -> Counted | None:
    """The delivery line that a scan counted against."""
    return event.expected and owed(event.warehouse, event.expected)


def owing_of(event: StockCorrected) -> list[Counted]:
    """The delivery lines that owe another number of units now."""
    return [owed(event.warehouse, line) for line in event.expected]


def owed(warehouse: str, line: DeliveryLine) -> Counted:
    """What a delivery line owes now."""
    return Counted((warehouse, line.supplier, line.delivery), line.remaining)


def count_of(event: StockCountTaken) -> Count:
    """A count of free units on the shelf."""
    return Count(event.count_id, event.warehouse, event.quantity, event.opening)


def count_arrival(event: StockCountTaken) -> Arrival:
    """Units that a count may bring up: at most those counted."""
    by, came = ("opening", "were there at the start") if event.opening else (
        "counted", f"were found by count {event.count_id}"
    )  # fmt: skip
    return Arrival(
        event.warehouse, event.quantity, "shelf", by, came, (("count_id", event.count_id),)
    )


def adjustment_arrival(event: StockAdjustmentTaken) -> Arrival:
    """Units that others added; none when they took some."""
    return Arrival(
        event.warehouse, max(0, event.quantity), "shelf", "adjusted",
        f"were added by adjustment {event.adjustment_id}",
        (("adjustment_id", event.adjustment_id),),
    )  # fmt: skip


def expected_of(event: DeliveryExpected) -> Expected:
    """A delivery line that should come."""
    return Expected(
        event.warehouse, event.supplier, event.delivery, event.quantity, event.remaining,
        event.expected_on, event.stage, event.announced_at,
    )  # fmt: skip
