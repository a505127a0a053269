"""Stock receipts records what came in, what was counted, and what should still come.

Hears: warehouse.receipts (receipt.scanned, stock.counted, stock.adjusted), suppliers.notices
(delivery.announced).
Says: stock (stock.received, counted, adjusted; delivery.expected).
Owns: receipts, counts, adjustments, expected delivery lines, discrepancies.
"""
