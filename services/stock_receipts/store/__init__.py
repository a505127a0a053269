"""Every SQL statement of stock receipts: items, deliveries, receipts, counts and adjustments."""
