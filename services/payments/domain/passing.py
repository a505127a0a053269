"""What follows from time that passes. What has become pointless meanwhile changes nothing."""

from __future__ import annotations

from dataclasses import replace

from services.payments.domain import troubles
from services.payments.domain.account import Account
from services.payments.domain.answers import try_again
from services.payments.domain.going_on import former, go_on, lapse
from services.payments.domain.operations import Wanted, numbered, verification
from services.payments.domain.state import Why

UNVERIFIED = Why("unverified", "The payment provider has not confirmed the method in time.")


def verify_within(account: Account, method_id: str, epoch: int) -> None:
    """A method that is still not verified is payment trouble, exactly like a decline."""
    one = account.methods[method_id]
    if (one.state, one.epoch) == ("verifying", epoch) and account.working_method() is None:
        troubles.ask_customer(account, None, "unverified", UNVERIFIED)


def retry_verification(account: Account, method_id: str, epoch: int) -> None:
    """Ask again about a method that was refused for the moment."""
    one = account.methods[method_id]
    if (one.state, one.epoch) == ("refused", epoch):
        one = replace(one, state="verifying", epoch=epoch + 1, why=None)
        account.methods[method_id] = one
        name = verification(account.order_id, method_id, one.epoch)
        wanted = Wanted("verify", method_id, one.epoch, name, account.order_id, account.now)
        account.wanted.append(wanted)


def retry_authorization(account: Account, shipment_id: str, epoch: int) -> None:
    """Ask again for what was declined for the moment."""
    one = account.authorizations[shipment_id]
    if (one.state, one.epoch) == ("declined", epoch):
        try_again(account, one)
        go_on(account, shipment_id)


def renew_authorization(account: Account, shipment_id: str, epoch: int) -> None:
    """Renew what lapses soon, or ask anew for what has lapsed, while the parcel is still here.

    What is about to be captured is left alone: the capture finds out whether it came in time.
    """
    one, capture = account.authorizations[shipment_id], account.captures.get(shipment_id)
    if (one.state, one.epoch) != ("authorized", epoch) or one.held is None:
        return
    has_lapsed = account.now >= one.held.valid_until
    if capture is not None and capture.state != "waiting":
        if capture.state == "due" and not has_lapsed:
            name = numbered(shipment_id, epoch)
            account.want("renew_authorization", shipment_id, epoch, name, one.held.valid_until)
        return
    if has_lapsed:
        account.authorizations[shipment_id] = lapse(account, one)
    else:
        account.former[shipment_id, epoch] = former(one, one.held, is_replaced=True)
        again = replace(one, state="waiting", epoch=epoch + 1, held=None)
        account.authorizations[shipment_id] = again
    go_on(account, shipment_id)


def payment_deadline(account: Account, order_id: str, episode: int) -> None:
    """The customer did not mend the trouble in time."""
    del order_id  # the account's own
    troubles.pass_deadline(account, episode)
