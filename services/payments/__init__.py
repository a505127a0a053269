"""Payments takes each parcel's money just before it leaves, exactly, once, and gives back the rest.

Hears: orders (order.accepted, payment_method_given, cancel_settled, refused), shipments
(shipment.planned, changed, packed, withdrawn).
Says: payments (payment_method.verified, refused; payment.authorized, captured, needs_customer,
deadline_passed, resolved, voided, refunded).
Owns: payment methods as tokens, authorizations, captures, refunds, payment trouble, the ledger.
"""
