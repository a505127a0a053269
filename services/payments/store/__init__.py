"""Every statement over an order's money: opened and locked, then written, as a whole."""

from services.payments.store.accounts import lock_accounts, write_accounts

__all__ = ["lock_accounts", "write_accounts"]
