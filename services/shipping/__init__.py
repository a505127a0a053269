"""Shipping makes parcels of granted units, and lets none leave before it is paid.

Hears: orders (order.accepted, confirmed, refused), allocations (line.allocated, line.refused,
line.cancel_answered), payments (payment_method.verified, payment_method.refused,
payment.authorized, captured, deadline_passed, resolved), warehouse.parcels (parcel.packed, damaged,
dispatched).
Says: shipments (shipment.planned, changed, packed, released, dispatched, withdrawn;
line.withdrawal_answered), dock.parcels (parcel.pack_requested, pack_refused, released, withdrawn),
givebacks (units.given_back, line.suspended, line.resumed, line.cancel_forwarded).
Owns: shipments and their lines, from the first unit granted to the scan at the dock's door.
"""
