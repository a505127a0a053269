"""Stand-ins for the world outside: provider, mailbox, dock and shop, each a process of its own.

They speak the real protocols. Demo, replay and tests run them; no service imports them.
"""
