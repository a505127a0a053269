"""The one place where the facts about a shipment's money meet, in whatever order they came."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from services.payments.domain import ledger, troubles
from services.payments.domain.account import Account
from services.payments.domain.news import Authorized, Captured
from services.payments.domain.operations import numbered
from services.payments.domain.policy import Policy
from services.payments.domain.state import (
    NO_PROVIDER,
    Authorization,
    Capture,
    Former,
    Held,
    Proof,
    Refund,
    Target,
)

FREE_FOR = timedelta(days=3_650)
"""How long a shipment that costs nothing stays authorized: nothing is reserved that could lapse."""


def go_on(account: Account, shipment_id: str) -> None:
    """Take the next step of a shipment's money, if all that it needs has come.

    With a capture under way nothing is done: its outcome leads here again.
    """
    target, capture = account.targets[shipment_id], account.captures.get(shipment_id)
    if capture is not None and capture.state == "started":
        return
    if capture is not None and capture.state == "captured":
        give_back_the_rest(account, capture, target)
    elif target.is_withdrawn:
        give_up(account, target)
    elif target.currency is not None:
        hold_back(account, target)
        authorize(account, target, target.currency)
        take(account, target)


def hold_back(account: Account, target: Target) -> None:
    """Take back a capture of what the parcel does not hold any more."""
    capture = account.captures.get(target.shipment_id)
    if capture is not None and capture.state == "due" and not is_current(capture, target):
        account.drop("capture", numbered(capture.shipment_id, capture.epoch))
        again = replace(capture, state="waiting", epoch=capture.epoch + 1)
        account.captures[target.shipment_id] = again


def is_current(capture: Capture, target: Target) -> bool:
    """Whether a capture is of what was packed last."""
    now = (target.version, target.amount_minor)
    return target.packed_at is not None and (capture.version, capture.amount_minor) == now


def authorize(account: Account, target: Target, currency: str) -> None:
    """Have a shipment's amount reserved by a working method; nothing asks for no provider."""
    one = account.authorizations.get(target.shipment_id)
    if one is None:
        one = Authorization(
            target.shipment_id, target.version, target.amount_minor, currency, target.told_at
        )
        account.authorizations[one.shipment_id] = one
    if target.amount_minor == 0:
        cost_nothing(account, one)
    elif one.state == "waiting" and (method := account.working_method()):
        account.authorizations[one.shipment_id] = replace(
            one,
            state="due",
            method_id=method.method_id,
            version=target.version,
            amount_minor=target.amount_minor,
        )
        name = numbered(one.shipment_id, one.epoch)
        account.want("authorize", one.shipment_id, one.epoch, name, account.now)


def cost_nothing(account: Account, one: Authorization) -> None:
    """Nothing is to be paid (any more). What is under way is waited for."""
    if one.state == "started" or (one.held and not one.held.is_real):
        return
    was_told = one.state == "authorized" or account.kept(one.shipment_id) is not None
    stop(account, one, is_replaced=False)
    nothing = Held(NO_PROVIDER, None, account.now, account.now + FREE_FOR)
    one = replace(one, state="authorized", amount_minor=0, held=nothing, why=None)
    account.authorizations[one.shipment_id] = one
    if not was_told:
        account.news.append(Authorized(one, nothing))
    troubles.mend(account)


def take(account: Account, target: Target) -> None:
    """Have exactly what was packed taken, once, out of its authorization."""
    held = account.authorizations[target.shipment_id].held
    if target.packed_at is None or held is None:
        return
    known = account.captures.get(target.shipment_id)
    if known is not None and known.state == "due":
        return
    epoch = known.epoch if known else 1
    one = Capture(
        target.shipment_id, target.version, target.amount_minor, target.packed_at, epoch=epoch
    )
    if one.amount_minor == 0:
        taken = Proof(NO_PROVIDER, None, account.now)
        one = replace(one, state="captured", taken=taken)
        account.news.append(Captured(one, target.currency or "", taken))
    else:
        one = replace(one, state="due")
        due_at = capture_due(one, held, account.policy)
        account.want(
            "capture", one.shipment_id, one.epoch, numbered(one.shipment_id, one.epoch), due_at
        )
    account.captures[one.shipment_id] = one


def capture_due(capture: Capture, held: Held, policy: Policy) -> datetime:
    """Once it is packed and the customer has had notice, but before the authorization lapses."""
    noticed = held.authorized_at + policy.capture_notice
    return max(capture.packed_at, min(noticed, held.valid_until - policy.capture_margin))


def give_up(account: Account, target: Target) -> None:
    """A parcel will not leave and nothing was taken for it: nothing stays reserved."""
    capture = account.captures.get(target.shipment_id)
    if capture is not None and capture.state != "withdrawn":
        account.drop("capture", numbered(capture.shipment_id, capture.epoch))
        account.captures[capture.shipment_id] = replace(capture, state="withdrawn")
    one = account.authorizations.get(target.shipment_id)
    if one is None or one.state in ("started", "withdrawn"):
        return
    stop(account, one, is_replaced=False)
    account.authorizations[one.shipment_id] = replace(one, state="withdrawn", held=None, why=None)
    if account.trouble.deadline is not None:
        troubles.mend(account)


def stop(account: Account, one: Authorization, *, is_replaced: bool) -> None:
    """Want nothing more of an authorization; what is reserved is to be set free."""
    name = numbered(one.shipment_id, one.epoch)
    for kind in ("authorize", "retry_authorization", "renew_authorization"):
        account.drop(kind, name)
    if kept := account.kept(one.shipment_id):
        void(account, replace(kept, is_replaced=is_replaced))
    if one.held is not None and one.held.is_real:
        void(account, former(one, one.held, is_replaced=is_replaced))


def former(one: Authorization, held: Held, *, is_replaced: bool) -> Former:
    """An authorization that is set aside."""
    return Former(
        one.shipment_id, one.epoch, one.amount_minor, one.currency, held, "kept", is_replaced
    )


def void(account: Account, one: Former) -> None:
    """Have what a former authorization reserves set free."""
    account.former[one.shipment_id, one.epoch] = replace(one, state="due")
    name = numbered(one.shipment_id, one.epoch)
    account.want("void", one.shipment_id, one.epoch, name, account.now)


def lapse(account: Account, one: Authorization) -> Authorization:
    """What was reserved is free again by itself."""
    name = f"lapse:{one.shipment_id}:{one.epoch}"
    account.book(name, one.shipment_id, account.now, ledger.unreserve(one.amount_minor))
    account.drop("renew_authorization", numbered(one.shipment_id, one.epoch))
    return replace(one, state="waiting", epoch=one.epoch + 1, held=None)


def give_back_the_rest(account: Account, capture: Capture, target: Target) -> None:
    """Of what was captured, refund what the parcel does not cost any more."""
    known = [one for one in account.refunds.values() if one.shipment_id == target.shipment_id]
    rest = capture.amount_minor - sum(one.amount_minor for one in known) - target.amount_minor
    if rest > 0:
        one = Refund(target.shipment_id, len(known) + 1, rest)
        account.refunds[one.shipment_id, one.number] = one
        name = numbered(one.shipment_id, one.number)
        account.want("refund", one.shipment_id, one.number, name, account.now)
