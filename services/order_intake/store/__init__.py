"""Every SQL statement of order intake: products, orders, lines, answers not told yet."""
