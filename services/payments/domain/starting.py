"""What the provider is to be asked, at the moment of asking; None: no longer.

Asked a second time, an operation has certainly not happened: it is asked for as it was, under the
same key, or, when it is not wanted like that any more, given up or wanted anew under another key.
"""

from __future__ import annotations

from dataclasses import replace

from services.payments.domain import operations
from services.payments.domain.account import Account
from services.payments.domain.going_on import go_on, is_current


def start_verify(account: Account, method_id: str, epoch: int) -> operations.Verify | None:
    """The verification of a method that is still to be known."""
    one = account.methods[method_id]
    if (one.state, one.epoch) != ("verifying", epoch):
        return None
    return operations.Verify(account.order_id, one.token)


def start_authorize(account: Account, shipment_id: str, epoch: int) -> operations.Authorize | None:
    """The reservation of what a shipment costs now, by the method given last."""
    one, target = account.authorizations[shipment_id], account.targets[shipment_id]
    if one.epoch != epoch:
        return None
    if one.state == "due" and (method := account.working_method()):
        one = replace(
            one,
            state="started",
            method_id=method.method_id,
            version=target.version,
            amount_minor=target.amount_minor,
        )
        account.authorizations[shipment_id] = one
    elif one.state == "started" and (
        target.is_withdrawn or target.amount_minor != one.amount_minor
    ):
        account.authorizations[shipment_id] = replace(one, state="waiting", epoch=epoch + 1)
        go_on(account, shipment_id)
        return None
    if one.state != "started" or one.method_id is None:
        return None
    token = account.methods[one.method_id].token
    return operations.Authorize(
        account.order_id, shipment_id, token, one.amount_minor, one.currency
    )


def start_capture(account: Account, shipment_id: str, epoch: int) -> operations.Capture | None:
    """The capture of what was packed last."""
    one, authorization = account.captures[shipment_id], account.authorizations[shipment_id]
    held, target = authorization.held, account.targets[shipment_id]
    if one.epoch != epoch or one.state not in ("due", "started"):
        return None
    if held is None or held.reference is None:
        return None
    if target.is_withdrawn or not is_current(one, target):
        account.captures[shipment_id] = replace(one, state="waiting", epoch=epoch + 1)
        go_on(account, shipment_id)
        return None
    account.captures[shipment_id] = replace(one, state="started")
    return operations.Capture(
        account.order_id, shipment_id, held.reference, one.amount_minor, authorization.currency
    )


def start_void(account: Account, shipment_id: str, epoch: int) -> operations.Void | None:
    """The void of an authorization that is set aside."""
    one = account.former[shipment_id, epoch]
    if one.state not in ("due", "started") or one.held.reference is None:
        return None
    account.former[shipment_id, epoch] = replace(one, state="started")
    return operations.Void(account.order_id, shipment_id, one.held.reference)


def start_refund(account: Account, shipment_id: str, number: int) -> operations.Refund | None:
    """The refund of what a captured parcel does not cost any more."""
    one, taken = account.refunds[shipment_id, number], account.captures[shipment_id].taken
    if one.state not in ("due", "started") or taken is None or taken.reference is None:
        return None
    account.refunds[shipment_id, number] = replace(one, state="started")
    currency = account.authorizations[shipment_id].currency
    return operations.Refund(
        account.order_id, shipment_id, taken.reference, one.amount_minor, currency
    )
