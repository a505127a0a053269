"""What allocation does with each fact it hears, by where the fact comes from."""

from services.allocation.handlers.demand import answer_requests, take_cancels, take_products
from services.allocation.handlers.givebacks import (
    resume_lines,
    suspend_lines,
    take_back_units,
    take_forwarded_cancels,
)
from services.allocation.handlers.stock import (
    expect_deliveries,
    expect_no_more,
    serve_from_receipts,
    take_adjustments,
    take_corrections,
    take_counts,
)

HANDLERS = (
    take_products,
    expect_deliveries,
    answer_requests,
    take_counts,
    take_adjustments,
    serve_from_receipts,
    take_corrections,
    expect_no_more,
    take_back_units,
    suspend_lines,
    resume_lines,
    take_cancels,
    take_forwarded_cancels,
)
