"""The rules of payments.

``account`` decides about the money of one order; ``state`` is what is known of it, ``operations``
what the provider is asked to do, ``news`` what others are told, ``ledger`` what is booked.
"""
