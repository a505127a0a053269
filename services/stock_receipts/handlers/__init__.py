"""What stock receipts does about each event, in the order of a delivery's life."""

from services.stock_receipts.handlers import deliveries, receipts, stock

HANDLERS = (
    deliveries.expect_deliveries,
    stock.take_counts,
    stock.take_adjustments,
    receipts.take_receipts,
    receipts.take_corrections,
    deliveries.complete_deliveries,
    deliveries.cancel_deliveries,
)
