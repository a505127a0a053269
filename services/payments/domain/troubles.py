"""Payment trouble: an episode per order, opened by what only the customer can mend."""

from __future__ import annotations

from dataclasses import replace

from services.payments.domain.account import Account
from services.payments.domain.news import Cause, DeadlinePassed, NeedsCustomer, Resolved
from services.payments.domain.operations import numbered, verification
from services.payments.domain.state import Authorization, Trouble, Why


def ask_customer(account: Account, shipment_id: str | None, cause: Cause, why: Why) -> None:
    """Open an episode with its deadline, or add to the open one."""
    if account.is_closed:
        return
    deadline = account.trouble.deadline
    if deadline is None:
        episode = account.trouble.episode + 1
        deadline = account.now + account.policy.payment_deadline
        account.trouble = Trouble(episode, deadline)
        name = numbered(account.order_id, episode)
        account.want("payment_deadline", account.order_id, episode, name, deadline)
    account.news.append(NeedsCustomer(shipment_id, cause, why, account.trouble.episode, deadline))


def close(account: Account) -> None:
    """The trouble is over; others learn it from the news that comes with this."""
    if account.trouble.deadline is not None:
        name = numbered(account.order_id, account.trouble.episode)
        account.drop("payment_deadline", name)
    account.trouble = Trouble(account.trouble.episode)
    drop_verifications(account)


def mend(account: Account) -> None:
    """End a trouble that is over by itself: every parcel to come has its money."""
    if (
        account.trouble.is_standing
        and account.working_method()
        and not any(is_unpaid(one) for one in account.authorizations.values())
    ):
        account.news.append(Resolved(account.trouble.episode))
        close(account)


def pass_deadline(account: Account, episode: int) -> None:
    """The customer did not help in time: whose money could not be had gives its units back."""
    if account.trouble.deadline is None or account.trouble.episode != episode:
        return
    account.trouble = replace(account.trouble, deadline=None, is_passed=True)
    unpaid = [one for one in account.authorizations.values() if is_to_be_given_back(account, one)]
    found = sorted(one.shipment_id for one in unpaid)
    account.news.append(DeadlinePassed(episode, tuple(found), account.now))
    for one in unpaid:
        account.drop("retry_authorization", numbered(one.shipment_id, one.epoch))
    drop_verifications(account)


def drop_verifications(account: Account) -> None:
    """Ask no more about methods that were refused for the moment."""
    for method in account.methods.values():
        if method.state == "refused":
            name = verification(account.order_id, method.method_id, method.epoch)
            account.drop("retry_verification", name)


def is_unpaid(one: Authorization) -> bool:
    """Whether a parcel's money is not had yet, or no longer."""
    return one.state not in ("authorized", "withdrawn")


def is_to_be_given_back(account: Account, one: Authorization) -> bool:
    """Whether a deadline concerns this parcel: not one whose renewal alone is under way."""
    target = account.targets[one.shipment_id]
    return is_unpaid(one) and not target.is_withdrawn and account.kept(one.shipment_id) is None


def retries_in_time(account: Account) -> bool:
    """Whether trying again by ourselves comes before the customer's deadline."""
    deadline = account.trouble.deadline
    return deadline is not None and account.now + account.policy.soft_retry < deadline
