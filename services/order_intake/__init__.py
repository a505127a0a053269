"""Order intake takes a shop's orders, or refuses them, and answers for them until they have left.

Hears: shop.orders (order.placed), shop.products (product.listed), allocations (line.allocated,
backordered, refused, promise_changed), shipments (shipment.dispatched), payments
(payment.needs_customer).
Says: orders (order.accepted, confirmed, refused), contacts (contact.given), demand
(line.requested), products (product.listed), shop.answers (all of them).
Owns: orders and their lines as the customer knows them, products.
"""
