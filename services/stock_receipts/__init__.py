"""Stock receipts records what came in, what was counted, and what should still come.

Hears: warehouse.receipts (receipt.scanned, corrected, stock.counted, stock.adjusted,
delivery.completed), suppliers.notices (delivery.announced, cancelled).
Says: stock (stock.received, corrected, counted, adjusted; delivery.expected, short).
Owns: receipts, corrections, counts, adjustments, expected delivery lines, discrepancies.
"""
