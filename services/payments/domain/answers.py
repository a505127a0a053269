"""What the provider answered, and what follows from it. Said again, it changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from services.payments.domain import ledger, troubles
from services.payments.domain.account import Account
from services.payments.domain.going_on import former, give_up, go_on, lapse, void
from services.payments.domain.news import (
    Authorized,
    Captured,
    MethodRefused,
    MethodVerified,
    Refunded,
    Voided,
    cause_of,
)
from services.payments.domain.operations import numbered, verification
from services.payments.domain.state import NO_PROVIDER, Authorization, Former, Held, Proof, Why

LAPSED = {"authorization_lapsed", "authorization_voided"}
"""Codes of a capture that came too late: the method was not asked, and is tried anew."""


def verified(account: Account, method_id: str) -> None:
    """The method works: a payment trouble is over, and what waited for it goes on."""
    one = account.methods[method_id]
    if one.state != "verifying":
        return
    account.methods[method_id] = replace(one, state="verified")
    name = verification(account.order_id, method_id, one.epoch)
    account.drop("verify_within", name)
    account.news.append(MethodVerified(method_id, account.trouble.episode))
    troubles.close(account)
    for authorization in list(account.authorizations.values()):
        if authorization.state == "declined":
            try_again(account, authorization)
    for shipment_id in sorted(account.targets):
        go_on(account, shipment_id)


def method_refused(account: Account, method_id: str, why: Why) -> None:
    """The method does not work: where none does, the customer is asked for another one."""
    one = account.methods[method_id]
    if one.state != "verifying":
        return
    account.methods[method_id] = replace(one, state="refused", why=why)
    name = verification(account.order_id, method_id, one.epoch)
    account.drop("verify_within", name)
    account.news.append(MethodRefused(method_id, why))
    if account.working_method() is None or account.trouble.is_standing:
        troubles.ask_customer(account, None, "method_refused", why)
        if why.is_soft and troubles.retries_in_time(account):
            due_at = account.now + account.policy.soft_retry
            account.want("retry_verification", method_id, one.epoch, name, due_at)


def authorized(account: Account, shipment_id: str, held: Held) -> None:
    """The amount is reserved: what was packed meanwhile can be taken, what was renewed set free."""
    one = account.authorizations[shipment_id]
    if one.state not in ("due", "started"):
        return
    one = replace(one, state="authorized", held=held, why=None)
    account.authorizations[shipment_id] = one
    name = f"authorize:{shipment_id}:{one.epoch}"
    account.book(name, shipment_id, held.authorized_at, ledger.reserve(one.amount_minor))
    target = account.targets[shipment_id]
    if target.is_withdrawn:
        give_up(account, target)
        return
    if kept := account.kept(shipment_id):
        void(account, kept)
    account.news.append(Authorized(one, held))
    want_renewal(account, one, held)
    troubles.mend(account)
    go_on(account, shipment_id)


def want_renewal(account: Account, one: Authorization, held: Held) -> None:
    """Look at an authorization again before it lapses, but not in the first half of its life."""
    half = held.authorized_at + (held.valid_until - held.authorized_at) / 2
    due_at = max(half, held.valid_until - account.policy.renew_margin)
    name = numbered(one.shipment_id, one.epoch)
    account.want("renew_authorization", one.shipment_id, one.epoch, name, due_at)


def declined(account: Account, shipment_id: str, why: Why) -> None:
    """Nothing is reserved, and the same attempt again would not help."""
    one = account.authorizations[shipment_id]
    if one.state not in ("due", "started"):
        return
    if kept := account.kept(shipment_id):
        restore(account, one, kept)
    else:
        fail(account, one, why)


def restore(account: Account, one: Authorization, kept: Former) -> None:
    """A renewal was declined: what is reserved stays so until it lapses; then it is tried anew."""
    account.former[kept.shipment_id, kept.epoch] = replace(kept, state="restored")
    one = replace(one, state="authorized", held=kept.held, amount_minor=kept.amount_minor)
    account.authorizations[one.shipment_id] = one
    name = numbered(one.shipment_id, one.epoch)
    due_at = kept.held.valid_until
    account.want("renew_authorization", one.shipment_id, one.epoch, name, due_at)
    troubles.mend(account)
    go_on(account, one.shipment_id)


def fail(account: Account, one: Authorization, why: Why) -> None:
    """Nothing is reserved for a parcel: ask the customer, unless that is pointless by now."""
    one = replace(one, state="declined", why=why)
    account.authorizations[one.shipment_id] = one
    target = account.targets[one.shipment_id]
    newest = account.working_method()
    if target.is_withdrawn or target.amount_minor == 0:
        go_on(account, one.shipment_id)
    elif newest and newest.method_id != one.method_id:  # verified since this one was tried
        try_again(account, one)
        go_on(account, one.shipment_id)
    else:
        troubles.ask_customer(account, one.shipment_id, cause_of(why), why)
        if why.is_soft and troubles.retries_in_time(account):
            due_at = account.now + account.policy.soft_retry
            name = numbered(one.shipment_id, one.epoch)
            account.want("retry_authorization", one.shipment_id, one.epoch, name, due_at)


def try_again(account: Account, one: Authorization) -> None:
    """A declined authorization waits to be asked for anew; ``go_on`` does."""
    account.drop("retry_authorization", numbered(one.shipment_id, one.epoch))
    again = replace(one, state="waiting", epoch=one.epoch + 1, why=None)
    account.authorizations[one.shipment_id] = again


def captured(account: Account, shipment_id: str, taken: Proof) -> None:
    """The packed amount was taken; what left the parcel meanwhile is refunded."""
    capture, one = account.captures[shipment_id], account.authorizations[shipment_id]
    if capture.state not in ("due", "started"):
        return
    capture = replace(capture, state="captured", taken=taken)
    account.captures[shipment_id] = capture
    if taken.provider != NO_PROVIDER:
        postings = ledger.take(one.amount_minor, capture.amount_minor)
        account.book(f"capture:{shipment_id}", shipment_id, taken.at, postings)
    account.drop("renew_authorization", numbered(shipment_id, one.epoch))
    account.news.append(Captured(capture, one.currency, taken))
    go_on(account, shipment_id)


def capture_refused(account: Account, shipment_id: str, why: Why) -> None:
    """Nothing was taken. What lapsed is authorized anew; else it is like a declined method."""
    capture, one = account.captures[shipment_id], account.authorizations[shipment_id]
    if capture.state not in ("due", "started"):
        return
    account.captures[shipment_id] = replace(capture, state="waiting", epoch=capture.epoch + 1)
    if why.code in LAPSED:
        account.authorizations[shipment_id] = lapse(account, one)
        go_on(account, shipment_id)
        return
    account.drop("renew_authorization", numbered(shipment_id, one.epoch))
    if one.held is not None:
        is_replaced = not account.targets[shipment_id].is_withdrawn
        void(account, former(one, one.held, is_replaced=is_replaced))
    fail(account, replace(one, held=None), why)


def voided(account: Account, shipment_id: str, epoch: int, at: datetime) -> None:
    """What was reserved is free again."""
    one = account.former[shipment_id, epoch]
    if one.state not in ("due", "started"):
        return
    account.former[shipment_id, epoch] = replace(one, state="voided")
    name = f"void:{shipment_id}:{epoch}"
    account.book(name, shipment_id, at, ledger.unreserve(one.amount_minor))
    if not one.is_replaced:
        account.news.append(Voided(one, at))


def refunded(account: Account, shipment_id: str, number: int, given: Proof) -> None:
    """Money went back to the customer."""
    one = account.refunds[shipment_id, number]
    if one.state == "refunded":
        return
    one = replace(one, state="refunded", given=given)
    account.refunds[shipment_id, number] = one
    name = f"refund:{shipment_id}:{number}"
    account.book(name, shipment_id, given.at, ledger.give_back(one.amount_minor))
    done = [r for r in account.refunds.values() if r.shipment_id == shipment_id]
    total_minor = sum(r.amount_minor for r in done if r.state == "refunded")
    currency = account.authorizations[shipment_id].currency
    account.news.append(Refunded(shipment_id, one.amount_minor, total_minor, currency, given))
