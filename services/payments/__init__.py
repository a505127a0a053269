"""Payments takes each parcel's money just before it leaves, exactly, once.

Hears: orders (order.accepted, refused), shipments (shipment.planned, packed).
Says: payments (payment_method.verified, refused; payment.authorized, captured, needs_customer).
Owns: payment methods as tokens, authorizations, captures, the ledger.
"""
