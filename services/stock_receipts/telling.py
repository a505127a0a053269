"""What stock receipts says, and why it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from schemas.stock_receipts import (
    DeliveryExpected,
    DeliveryLine,
    DeliveryShort,
    StockAdjustmentTaken,
    StockCorrected,
    StockCountTaken,
    StockReceived,
)
from schemas.warehouses import ReceiptCorrected, ReceiptScanned, StockAdjusted, StockCounted
from services.chassis.transaction import Refusal
from services.stock_receipts.domain.delivery import Deliveries, Delivery
from services.stock_receipts.domain.lines import Line, LineKey
from services.stock_receipts.domain.scans import Says, Scan

HOUR = timedelta(hours=1)


def expected(deliveries: Deliveries) -> Iterator[DeliveryExpected]:
    """What is still to come on announced lines, where it is something else than before."""
    for key, line in deliveries.changed_expectations():
        if notice := line.notice:
            yield DeliveryExpected(
                **key._asdict(),
                quantity=notice.quantity,
                remaining=line.remaining,
                expected_on=notice.expected_on,
                stage=notice.stage,
                announced_at=notice.announced_at,
            )


def newly_short(deliveries: Deliveries) -> Iterator[DeliveryShort]:
    """Lines that owed units until now, and of which nobody waits for the rest any more."""
    for key, line in deliveries.changed_expectations():
        if line.short and line.end:
            yield DeliveryShort(
                **key._asdict(), short=line.short, cause=line.end.cause, at=line.end.at
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


def corrected(
    correction: ReceiptCorrected, before: Says, scan: Scan, owing: dict[LineKey, Line]
) -> StockCorrected:
    """What a scan says now, and the announced lines that owe something else for it."""
    now = scan.says
    return StockCorrected(
        sku=scan.sku,
        warehouse=correction.warehouse,
        scan_id=correction.scan_id,
        dock=scan.dock,
        good=now.good,
        damaged=now.damaged,
        good_change=now.good - before.good,
        damaged_change=now.damaged - before.damaged,
        delivery=now.delivery or None,
        expected=tuple(
            DeliveryLine(supplier=key.supplier, delivery=key.delivery, remaining=line.remaining)
            for key, line in sorted(owing.items())
        ),
        corrected_at=correction.corrected_at,
    )


def counted(count: StockCounted) -> StockCountTaken:
    """A count as it was taken."""
    return StockCountTaken.model_validate(count, from_attributes=True)


def adjusted(adjustment: StockAdjusted) -> StockAdjustmentTaken:
    """An adjustment as it was taken."""
    return StockAdjustmentTaken.model_validate(adjustment, from_attributes=True)


def opened_before(event: StockCounted, first: str) -> Refusal:
    """The refusal of a second opening balance."""
    return Refusal(
        "opened_before",
        f"the balance of {event.sku} in {event.warehouse} was opened by count {first}: send what "
        "is on the shelf now as a count without `opening`, or a difference as stock.adjusted",
    )


def another_sku(event: ReceiptCorrected, scanned: str) -> Refusal:
    """The refusal of a correction that names another SKU than its scan."""
    return Refusal(
        "another_sku",
        f"scan {event.scan_id} in {event.warehouse} is of {scanned}, not of {event.sku}: send the "
        f"correction with {scanned}; if the goods are {event.sku}, correct the scan to 0 and scan "
        "them anew",
    )


def no_such_scan(scan: str, waited: timedelta) -> Refusal:
    """The refusal of a correction whose scan never came."""
    return Refusal(
        "no_such_scan",
        f"scan {scan} did not come within {waited / HOUR:g} hours: send the scan, then take this "
        "letter up again; if the scan's id or warehouse is wrong, send the right correction and "
        "drop this one",
    )
