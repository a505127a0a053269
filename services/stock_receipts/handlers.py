"""What stock receipts does with each fact it hears."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.stock_receipts import (
    DeliveryExpected,
    DeliveryLine,
    StockAdjustmentTaken,
    StockCountTaken,
    StockReceived,
)
from schemas.suppliers import DeliveryAnnounced
from schemas.warehouses import ReceiptScanned, StockAdjusted, StockCounted
from services.chassis.handling import hears
from services.chassis.transaction import Refusal, Transaction
from services.stock_receipts import store
from services.stock_receipts.domain import (
    NOT_NAMED,
    Delivery,
    DeliveryKey,
    Item,
    Line,
    Notice,
)


@hears(DeliveryAnnounced)
async def expect_deliveries(notices: Sequence[DeliveryAnnounced], tx: Transaction[None]) -> None:
    """Expect what suppliers announce, or moved; units scanned before count against it."""
    await store.lock_items(tx, (item_of(one) for one in notices))
    before = await store.read_deliveries(tx, {delivery_of(one) for one in notices})
    after = dict(before)
    for one in notices:
        key = delivery_of(one)
        after[key] = after[key].announced(one.supplier, notice_of(one))
    await store.add_notices(tx, notices)
    await store.keep_deliveries(tx, before, after)
    tx.say(
        *(
            expected(key, supplier, line)
            for key, delivery in after.items()
            for supplier, line in delivery.changed_expectations(before[key]).items()
        )
    )


@hears(StockCounted)
async def take_counts(counts: Sequence[StockCounted], tx: Transaction[None]) -> None:
    """Take counts; a balance is opened once per SKU and warehouse."""
    opened = await store.lock_items(tx, (item_of(one) for one in counts))
    new: dict[Item, str] = {}
    taken: list[StockCounted] = []
    for one in counts:
        first = new.get(item_of(one)) or opened[item_of(one)]
        if one.opening and first:
            tx.refuse(one, opened_before(one, first))
            continue
        taken.append(one)
        if one.opening:
            new[item_of(one)] = one.count_id
    await store.open_items(tx, new)
    await store.add_counts(tx, taken)
    tx.say(*(counted(one) for one in taken))


@hears(StockAdjusted)
async def take_adjustments(adjustments: Sequence[StockAdjusted], tx: Transaction[None]) -> None:
    """Take what others added or took."""
    await store.lock_items(tx, (item_of(one) for one in adjustments))
    await store.add_adjustments(tx, adjustments)
    tx.say(*(adjusted(one) for one in adjustments))


@hears(ReceiptScanned)
async def take_receipts(scans: Sequence[ReceiptScanned], tx: Transaction[None]) -> None:
    """Take what came in, announced or not, and count it against the delivery line it fills."""
    await store.lock_items(tx, (item_of(one) for one in scans))
    before = await store.read_deliveries(tx, {delivery_of(one) for one in scans})
    after = dict(before)
    for one in scans:
        key = delivery_of(one)
        after[key] = after[key].scanned(one.supplier, one.good, one.damaged)
        tx.say(received(one, after[key]))
    await store.add_receipts(tx, scans)
    await store.keep_deliveries(tx, before, after)


HANDLERS = (expect_deliveries, take_counts, take_adjustments, take_receipts)


def item_of(event: DeliveryAnnounced | ReceiptScanned | StockCounted | StockAdjusted) -> Item:
    """What a fact is about."""
    return Item(event.sku, event.warehouse)


def delivery_of(event: DeliveryAnnounced | ReceiptScanned) -> DeliveryKey:
    """The delivery that a notice or a scan names."""
    return DeliveryKey(event.sku, event.warehouse, event.delivery or NOT_NAMED)


def notice_of(event: DeliveryAnnounced) -> Notice:
    """What a supplier says of its delivery line."""
    return Notice(event.quantity, event.expected_on, event.stage, event.announced_at)


def opened_before(event: StockCounted, first: str) -> Refusal:
    """The refusal of a second opening balance."""
    return Refusal(
        "opened_before",
        f"the balance of {event.sku} in {event.warehouse} was opened by count {first}: send what "
        "is on the shelf now as a count without `opening`, or a difference as stock.adjusted",
    )


def expected(key: DeliveryKey, supplier: str, line: Line) -> DeliveryExpected:
    """What is still to come on an announced line."""
    notice = line.notice
    assert notice is not None, "only announced lines are expected"  # noqa: S101  # for the type
    return DeliveryExpected(
        sku=key.sku,
        warehouse=key.warehouse,
        supplier=supplier,
        delivery=key.delivery,
        quantity=notice.quantity,
        remaining=line.remaining,
        expected_on=notice.expected_on,
        stage=notice.stage,
        announced_at=notice.announced_at,
    )


def received(scan: ReceiptScanned, delivery: Delivery) -> StockReceived:
    """Units that came in, and what their delivery line owes after them."""
    return StockReceived(
        sku=scan.sku,
        warehouse=scan.warehouse,
        scan_id=scan.scan_id,
        dock=scan.dock,
        good=scan.good,
        damaged=scan.damaged,
        delivery=scan.delivery,
        expected=filled_line(scan, delivery),
        scanned_at=scan.scanned_at,
    )


def filled_line(scan: ReceiptScanned, delivery: Delivery) -> DeliveryLine | None:
    """The one announced line that a scan fills."""
    supplier = delivery.filled_by(scan.supplier)
    if supplier is None or scan.delivery is None:
        return None
    remaining = delivery.judged()[supplier].remaining
    return DeliveryLine(supplier=supplier, delivery=scan.delivery, remaining=remaining)


def counted(count: StockCounted) -> StockCountTaken:
    """A count as it was taken."""
    return StockCountTaken(
        sku=count.sku,
        warehouse=count.warehouse,
        count_id=count.count_id,
        quantity=count.quantity,
        opening=count.opening,
        counted_at=count.counted_at,
    )


def adjusted(adjustment: StockAdjusted) -> StockAdjustmentTaken:
    """An adjustment as it was taken."""
    return StockAdjustmentTaken(
        sku=adjustment.sku,
        warehouse=adjustment.warehouse,
        adjustment_id=adjustment.adjustment_id,
        quantity=adjustment.quantity,
        reason=adjustment.reason,
        adjusted_at=adjustment.adjusted_at,
    )
