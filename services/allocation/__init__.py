"""Allocation decides who gets which unit, and tells who waits why and until when.

Hears: demand (line.requested, cancel_requested), stock (stock.received, corrected, counted,
adjusted, delivery.expected, short), products (product.listed), givebacks (units.given_back,
line.suspended, resumed, cancel_forwarded).
Says: allocations (line.allocated, backordered, refused, promise_changed, cancel_answered),
dock.moves (units.routed).
Owns: supply per SKU and warehouse, the waiting queue, decisions with their reasons, promises.
"""
