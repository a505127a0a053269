"""Notifications tells each customer the truth on the way, once, and never an older one after a newer.

Hears: orders (order.accepted, refused, confirmed, cancel_settled), contacts (contact.given, erased),
allocations (line.allocated, backordered, refused, promise_changed, cancel_answered), shipments
(shipment.planned, changed, withdrawn, dispatched; line.withdrawal_answered), payments
(payment_method.verified; payment.authorized, captured, needs_customer, deadline_passed, resolved,
refunded).
Says: notifications (message.sent, suppressed, failed).
Owns: contacts, what each customer was told, and the messages due and sent.
"""
