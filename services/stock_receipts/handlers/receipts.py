"""Scans, and corrections of scans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schemas.warehouses import ReceiptCorrected, ReceiptScanned
from services.chassis.handling import hears
from services.chassis.transaction import Transaction
from services.stock_receipts import telling
from services.stock_receipts.domain.delivery import Deliveries
from services.stock_receipts.domain.lines import NOT_NAMED, Arrivals, DeliveryKey, Item
from services.stock_receipts.domain.policy import Policy
from services.stock_receipts.domain.scans import Correction, Scan, ScanKey
from services.stock_receipts.steps import SCAN_AWAITED, conclude, open_deliveries
from services.stock_receipts.store import receipts as store
from services.stock_receipts.store.deliveries import read_deliveries
from services.stock_receipts.store.items import lock_items


@hears(ReceiptScanned)
async def take_receipts(scans: Sequence[ReceiptScanned], tx: Transaction[Policy]) -> None:
    """Take what came in, announced or not, and count it against the delivery line it fills."""
    deliveries = await open_deliveries(tx, (delivery_of(one) for one in scans))
    for one in scans:
        at = min(one.scanned_at, tx.now)
        arrivals = Arrivals(one.good, one.damaged, at, at)
        delivery = deliveries[delivery_of(one)].scanned(one.supplier, arrivals)
        deliveries[delivery_of(one)] = delivery
        tx.say(telling.received(one, delivery))
    await store.add_receipts(tx, scans)
    await conclude(tx, deliveries)
    tx.premise_came(str(scan_of(one)) for one in scans)


@hears(ReceiptCorrected)
async def take_corrections(
    corrections: Sequence[ReceiptCorrected], tx: Transaction[Policy]
) -> None:
    """Let scans say what they should have said; units move, or turn out not to be there."""
    await lock_items(tx, (item_of(one) for one in corrections))
    scans = await store.read_scans(tx, (scan_of(one) for one in corrections))
    taken = [one for one in corrections if may_be_taken(one, scans, tx)]
    if taken:
        deliveries = await read_deliveries(tx, deliveries_touched(taken, scans))
        await correct(tx, taken, scans, deliveries)
        await conclude(tx, deliveries)


async def correct(
    tx: Transaction[Policy],
    taken: Sequence[ReceiptCorrected],
    scans: dict[ScanKey, Scan],
    deliveries: Deliveries,
) -> None:
    """Keep corrections, and say those that no later one has overtaken."""
    changes: list[tuple[ReceiptCorrected, int, int]] = []
    for one in taken:
        before = scans[scan_of(one)].says
        scan = scans[scan_of(one)] = scans[scan_of(one)].corrected(correction_of(one))
        owing = deliveries.correct(item_of(one), before, scan.says)
        changes.append((one, scan.says.good - before.good, scan.says.damaged - before.damaged))
        if scan.says != before:
            tx.say(telling.corrected(one, before, scan, owing))
    await store.add_corrections(tx, changes)
    await store.keep_scans(tx, {scan_of(one): scans[scan_of(one)] for one in taken})
    for key, first_at, last_at in await store.read_spans(tx, deliveries.named_lines()):
        delivery = deliveries[key.whole]
        deliveries[key.whole] = delivery.scanned_within(key.supplier, first_at, last_at)


def may_be_taken(
    one: ReceiptCorrected, scans: Mapping[ScanKey, Scan], tx: Transaction[Policy]
) -> bool:
    """Whether a correction fits its scan; else it waits for it, or is refused."""
    scan = scans.get(scan_of(one))
    if scan is None:
        until = tx.now + tx.policy.premise_wait
        tx.await_premise(one, kind=SCAN_AWAITED, premise=str(scan_of(one)), until=until)
    elif scan.sku != one.sku:
        tx.refuse(one, telling.another_sku(one, scan.sku))
    return scan is not None and scan.sku == one.sku


def deliveries_touched(
    corrections: Sequence[ReceiptCorrected], scans: Mapping[ScanKey, Scan]
) -> set[DeliveryKey]:
    """The deliveries that scans belong to, before their corrections and after them."""
    return {
        DeliveryKey(*item_of(one), delivery)
        for one in corrections
        for delivery in (scans[scan_of(one)].says.delivery, one.delivery)
        if delivery is not None
    }


def item_of(event: ReceiptScanned | ReceiptCorrected) -> Item:
    """What came in, and where."""
    return Item(event.sku, event.warehouse)


def delivery_of(event: ReceiptScanned) -> DeliveryKey:
    """The delivery that a scan names."""
    return DeliveryKey(event.sku, event.warehouse, event.delivery or NOT_NAMED)


def scan_of(event: ReceiptScanned | ReceiptCorrected) -> ScanKey:
    """The scan that a fact is, or is about."""
    return ScanKey(event.warehouse, event.scan_id)


def correction_of(event: ReceiptCorrected) -> Correction:
    """What a scan should have said."""
    return Correction(event.corrected_at, event.good, event.damaged, event.delivery, event.supplier)
