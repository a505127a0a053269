"""Allocation decides who gets which unit, and tells who waits why and until when.

Hears: demand (line.requested), stock (stock.received, counted, adjusted, delivery.expected),
products (product.listed).
Says: allocations (line.allocated, backordered, refused, promise_changed), dock.moves
(units.routed).
Owns: supply per SKU and warehouse, the waiting queue, decisions with their reasons, promises.
"""
