"""What intake does about each event, in the order of an order's life."""

from services.order_intake.handlers import (
    cancels,
    lines,
    orders,
    parcels,
    payments,
    products,
    requests,
)

HANDLERS = (
    products.take_products,
    orders.take_orders,
    requests.pass_on_methods,
    requests.take_cancels,
    lines.take_grants,
    lines.take_waits,
    lines.take_refusals,
    lines.take_promises,
    cancels.take_cancelled,
    cancels.take_withdrawn,
    payments.take_new_methods,
    payments.pass_on_payment_trouble,
    payments.suspend_orders,
    payments.take_mended,
    payments.pass_on_refunds,
    parcels.take_dispatches,
)
