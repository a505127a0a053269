"""Every SQL statement of order intake: products, orders, lines, cancels, answers not told yet."""
