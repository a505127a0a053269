"""What intake does about each event, in the order of an order's life."""

from services.order_intake.handlers import lines, orders, parcels, products

HANDLERS = (
    products.take_products,
    orders.take_orders,
    lines.take_grants,
    lines.take_waits,
    lines.take_refusals,
    lines.take_promises,
    parcels.pass_on_payment_trouble,
    parcels.take_dispatches,
)
