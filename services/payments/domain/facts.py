"""What others tell of an order's money: its methods, and what its parcels hold and cost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.payments.domain import troubles
from services.payments.domain.account import Account
from services.payments.domain.answers import verified
from services.payments.domain.going_on import go_on
from services.payments.domain.operations import Wanted, verification
from services.payments.domain.state import Capture, Method, Target


def accept(
    account: Account, method_id: str, token: str, total_minor: int, given_at: datetime
) -> None:
    """An order came with its method: verify it, unless nothing will have to be paid."""
    if method_id in account.methods:
        return
    account.is_closed = False  # one that was refused before it was taken may come again
    account.methods[method_id] = Method(method_id, token, given_at)
    if total_minor == 0:
        verified(account, method_id)
    else:
        verify(account, account.methods[method_id])


def give(account: Account, method_id: str, token: str, given_at: datetime) -> None:
    """The customer gave another method: verify it. For an order that has ended there is no use."""
    if method_id not in account.methods and not account.is_closed:
        account.methods[method_id] = Method(method_id, token, given_at)
        verify(account, account.methods[method_id])


def verify(account: Account, one: Method) -> None:
    """Have a method verified; the customer is asked when that takes too long."""
    name = verification(account.order_id, one.method_id, one.epoch)
    account.wanted.append(
        Wanted("verify", one.method_id, one.epoch, name, account.order_id, account.now)
    )
    due_at = account.now + account.policy.verify_within
    account.wanted.append(
        Wanted("verify_within", one.method_id, one.epoch, name, account.order_id, due_at)
    )


def close(account: Account) -> None:
    """Nothing of the order is to come: nobody needs to know its methods any more."""
    account.is_closed = True
    for one in list(account.methods.values()):
        name = verification(account.order_id, one.method_id, one.epoch)
        if one.state == "verifying":
            account.methods[one.method_id] = replace(one, state="withdrawn")
            account.drop("verify", name)
            account.drop("verify_within", name)
    troubles.close(account)


def cost(account: Account, told: Target) -> None:
    """A parcel is fixed, changed or withdrawn: the highest version is what holds."""
    known = account.targets.get(told.shipment_id)
    if known is not None and known.version >= told.version:
        if known.currency is not None:
            return
        told = replace(known, currency=told.currency, told_at=told.told_at)
    account.targets[told.shipment_id] = told
    go_on(account, told.shipment_id)


def pack(
    account: Account, shipment_id: str, version: int, amount_minor: int, packed_at: datetime
) -> None:
    """A parcel is packed: for its version this is exact, for an older one it is too late."""
    known = account.targets.get(shipment_id)
    if known is None:
        known = Target(shipment_id, version, amount_minor, None, packed_at)
    is_known = known.version == version and known.packed_at is not None
    if known.is_withdrawn or known.version > version or is_known:
        return
    account.targets[shipment_id] = replace(
        known, version=version, amount_minor=amount_minor, packed_at=packed_at
    )
    note(account, Capture(shipment_id, version, amount_minor, packed_at))
    go_on(account, shipment_id)


def note(account: Account, one: Capture) -> None:
    """Show what is to be captured, also while it waits."""
    known = account.captures.get(one.shipment_id)
    if known is None:
        account.captures[one.shipment_id] = one
    elif known.state == "waiting":
        account.captures[one.shipment_id] = replace(one, epoch=known.epoch)
