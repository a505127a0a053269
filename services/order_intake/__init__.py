"""Order intake takes a shop's orders, or refuses them, and answers for them until they have left.

Hears: shop.orders (order.placed, cancel_requested, payment_method_given), shop.products
(product.listed), allocations (line.allocated, backordered, refused, promise_changed,
cancel_answered), shipments (shipment.dispatched, line.withdrawal_answered), payments
(payment.needs_customer, deadline_passed, resolved, refunded, payment_method.verified).
Says: orders (order.accepted, confirmed, refused, payment_method_given, cancel_settled), contacts
(contact.given, erased), demand (line.requested, cancel_requested), products (product.listed),
shop.answers (all of them).
Owns: orders and their lines as the customer knows them, cancels, products.
"""
