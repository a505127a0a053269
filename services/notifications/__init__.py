"""Notifications tells each customer the truth on the way, once, and never an older one after a newer.

Hears: orders (order.accepted, refused, confirmed), contacts (contact.given), allocations
(line.allocated, backordered, refused, promise_changed), shipments (shipment.planned, dispatched),
payments (payment.authorized, captured).
Says: notifications (message.sent, suppressed, failed).
Owns: contacts, what each customer was told, and the messages due and sent.
"""
