"""Shipping makes parcels of granted units, and lets none leave before it is paid.

Hears: orders (order.accepted, confirmed, refused), allocations (line.allocated, line.refused),
payments (payment_method.verified, payment_method.refused, payment.authorized, payment.captured),
warehouse.parcels (parcel.packed, parcel.dispatched).
Says: shipments (shipment.planned, packed, released, dispatched), dock.parcels
(parcel.pack_requested, pack_refused, released).
Owns: shipments and their lines, from the first unit granted to the scan at the dock's door.
"""
