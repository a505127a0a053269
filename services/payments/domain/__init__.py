"""The rules of payments.

``account`` is an order's money, opened; ``facts``, ``answers``, ``starting`` and ``passing`` say what
follows from what others tell, from the provider, from asking it, and from time; they meet in
``going_on``, and in ``troubles`` where only the customer can help. ``state`` is what is known,
``operations`` what the provider is asked, ``news`` what others are told, ``ledger`` what is booked.
"""
