"""A payment provider over HTTP, stateful, with a book of its own that the audit can read.

What a card does is planned for its order (``plan``), said by its token (``tokens`` has the list), or
drawn from a seed and the order (``behavior``). Idempotency keys are honoured for ever,
authorizations lapse on business time, and the book rebuilds everything after a restart.

Start it with ``python -m services.standins.provider``; ``settings`` has what can be set.
"""
