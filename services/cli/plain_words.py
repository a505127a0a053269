"""How an order stands, in the words in which one answers its customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

from services.audit.explain import Coming, LineNow, MessageNow, ParcelNow, Story
from services.audit.story import Words

STATES = {
    "not known": "No such order was ever taken.",
    "awaited": "The order itself has not come from the shop yet; others have told of it.",
    "pending": "The order has come and waits for its products to be listed.",
    "accepted": "The order is taken; whether its goods are there is not answered for every line.",
    "refused": "The order was refused: nothing will be sent, and nothing stays charged.",
}
PARCELS = {
    "collecting": "being collected",
    "planned": "planned; waits until its money is reserved",
    "authorized": "its money is reserved; the dock is asked to pack it",
    "packed": "packed; its money is being taken",
    "released": "paid; may leave the dock",
    "dispatched": "has left",
    "withdrawn": "dissolved: nothing is in it any more",
}
MAILS = {
    "confirmed": "order confirmed",
    "refused": "order refused",
    "backordered": "has to wait again",
    "date_changed": "another date",
    "about_to_ship": "about to ship and be charged",
    "payment_needed": "payment needs you",
    "shipped": "shipped",
    "cancelled": "cancelled",
    "refunded": "money returned",
}
MAIL_STATES = {
    "due": "to be mailed",
    "started": "is being mailed",
    "sent": "mailed",
    "suppressed": "not mailed, since newer news had overtaken it",
    "failed": "NOT DELIVERED, the mail server refused it",
    "unknown": "mailed, nobody knows whether it arrived",
}
COMING = {
    "payment_deadline": "the last moment for another payment method: after it the goods go to the "
    "next in line",
    "suspended_for": "what is left is cancelled, unless a payment method works by then",
    "verify_within": "the payment method counts as failed, unless the provider has answered",
    "retry_verification": "the payment method is tried again",
    "retry_authorization": "the same payment method is tried again",
    "renew_authorization": "the reservation of money is renewed, so that it does not lapse",
    "cut_off": "the warehouse's cut-off: what is there by then is packed together",
    "unknown_sku_grace": "products that nobody has listed by then are refused",
    "product_came": "the order is looked at again, with the product that came",
    "order_awaited": "a request that came before its order is given up",
    "verify": "the provider is asked about the payment method",
    "authorize": "the provider is asked to reserve the money",
    "capture": "the provider is asked to take the money",
    "void": "the provider is asked to set the reserved money free",
    "refund": "the provider is asked to return money",
}
BY_HAND = {
    "given_up": "WAITS FOR US: tried in vain, a person must look: ",
    "unknown": "nobody knows the outcome yet, it is being asked for: ",
    "started": "under way: ",
}


def a_day(day: date, now: datetime) -> str:
    """A day, with its year where that is another."""
    return f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if day.year != now.year else "")


def a_moment(moment: datetime, now: datetime) -> str:
    """A day and a time of day."""
    return f"{a_day(moment, now)}, {moment:%H:%M}"


def units(number: int) -> str:
    """A number of units, as the subject of a sentence."""
    return "1 unit" if number == 1 else f"{number} units"


def listed(parts: Iterable[str]) -> str:
    """Parts of a sentence, the last joined by a word."""
    *most, last = [*parts] or [""]
    return f"{', '.join(most)} and {last}" if most else last


# ---- the head ------------------------------------------------------------------------------------


def headline(story: Story) -> str:
    """How it stands, in one sentence."""
    if story.state in STATES:
        return STATES[story.state]
    ordered = sum(line.ordered for line in story.lines)
    left = sum(line.dispatched for line in story.lines)
    dropped = [
        f"{number} {'was' if number == 1 else 'were'} {what}"
        for number, what in (
            (sum(line.cancelled for line in story.lines), "cancelled"),
            (sum(line.refused for line in story.lines), "refused"),
        )
        if number
    ]
    to_come = ordered - left - sum(line.cancelled + line.refused for line in story.lines)
    gone = f"{left} of {ordered} units {'has' if left == 1 else 'have'} left" if left else ""
    if not to_come:
        rest = "; ".join([gone or "Nothing is to come", *dropped])
        return f"Complete: {rest}." if left else f"{rest}."
    coming = f"{units(to_come)} {'is' if to_come == 1 else 'are'} to come"
    return "; ".join([gone or "Nothing has left yet", coming, *dropped]) + "."


class Detail(NamedTuple):
    """A sentence of the head; ``is_urgent``: somebody must act."""

    text: str
    is_urgent: bool = False


def details(story: Story, now: datetime) -> Iterator[Detail]:
    """What its customer would ask next: what is wrong, when it comes, what was charged."""
    yield from (Detail(told, is_urgent=True) for told in _payment_trouble(story, now))
    yield from map(Detail, _cancels(story))
    if when := promises(story.lines, now):
        yield Detail(when)
    if story.ship_preference == "complete" and not any(line.dispatched for line in story.lines):
        yield Detail("It goes in one parcel: nothing leaves before all of it is there.")
    yield Detail(money(story))
    if told := sorted(
        (one for one in story.messages if one.state == "sent"), key=lambda one: one.at
    ):
        about = MAILS.get(told[-1].kind, told[-1].kind)
        times = "once," if len(told) == 1 else f"{len(told)} times, last"
        yield Detail(f"The customer was mailed {times} on {a_moment(told[-1].at, now)}: {about}.")
    if story.letters:
        facts = (
            f"{len(story.letters)} facts that name" if story.letters[1:] else "A fact that names"
        )
        yield Detail(f"{facts} it could not be taken: see below.", is_urgent=True)


def promises(lines: Sequence[LineNow], now: datetime) -> str:
    """What waits for goods and until when; empty: nothing does."""
    waiting: Counter[date | None] = Counter()
    for line in lines:
        if not line.is_suspended:
            waiting[line.promised_on] += line.waiting
    days = sorted(day for day in waiting if day and waiting[day])
    parts = [f"{waiting[day]} promised for {a_day(day, now)}" for day in days]
    if waiting[None]:
        parts.append(f"{waiting[None]} without a date, since no supply is known")
    if not parts:
        return ""
    total = waiting.total()
    return f"{units(total)} {'waits' if total == 1 else 'wait'} for goods: {', '.join(parts)}."


def _payment_trouble(story: Story, now: datetime) -> Iterator[str]:
    """That the customer must do something, why, and until when."""
    deadlines = {one.kind: one.due_at for one in story.coming if one.state == "scheduled"}
    reasons = [step.why for step in story.steps if step.service == "payments" and step.why]
    why = f" ({reasons[-1].rstrip('.')})" if reasons else ""
    if until := deadlines.get("payment_deadline"):
        yield (
            f"WAITS FOR THE CUSTOMER: the payment failed{why}. Another payment method is needed by "
            f"{a_moment(until, now)}; until then the goods are kept."
        )
    elif any(line.is_suspended for line in story.lines):
        end = deadlines.get("suspended_for")
        then = f"; without one, what is left is cancelled on {a_moment(end, now)}" if end else ""
        yield (
            f"ON HOLD: the payment failed{why}, and no other method came in time. Its lines keep "
            f"their place in the queue and go on with a new payment method{then}."
        )


def _cancels(story: Story) -> Iterator[str]:
    """Cancels that are not answered yet."""
    about = {step.about for step in story.steps if step.about.startswith("cancel ")}
    answered = {step.about for step in story.steps if step.what.startswith("settled")}
    for name in sorted(about - answered):
        yield f"A {name} is under way and not settled yet."


def money(story: Story) -> str:
    """What its customer has paid."""
    words = Words({}, story.currency)
    taken = sum(parcel.captured_minor for parcel in story.parcels)
    returned = sum(parcel.refunded_minor for parcel in story.parcels)
    reserved = sum(
        parcel.amount_minor
        for parcel in story.parcels
        if parcel.payment == "authorized" and not parcel.captured_minor
    )
    held = f" {words.money(reserved)} is reserved, not taken." if reserved else ""
    if not taken:
        return f"Nothing has been charged.{held}"
    if not returned:
        return f"Paid: {words.money(taken)}.{held}"
    return (
        f"Paid: {words.money(taken - returned)} ({words.money(taken)} was taken, "
        f"{words.money(returned)} returned).{held}"
    )


# ---- lines, parcels, mails, what is to come ----------------------------------------------------


def line_now(line: LineNow, parcels: Sequence[ParcelNow], now: datetime) -> str:
    """Where the units of a line are."""
    on_the_way = line.allocated - line.dispatched
    known = line.allocated + line.waiting + line.cancelled + line.refused
    date_told = (
        f"promised for {a_day(line.promised_on, now)}" if line.promised_on else "no date yet"
    )
    waits = "on hold until it is paid for" if line.is_suspended else f"waits, {date_told}"
    parts = (
        (line.dispatched, "left"),
        (on_the_way, in_parcels(line, parcels)),
        (line.waiting, waits),
        (line.cancelled, "cancelled"),
        (line.refused, "refused"),
        (line.ordered - known, "not answered yet"),
    )
    return " · ".join(f"{number} {what}" for number, what in parts if number > 0)


def in_parcels(line: LineNow, parcels: Sequence[ParcelNow]) -> str:
    """The parcels that its units are in and that have not left."""
    numbers = [
        parcel.shipment_id.rpartition("/")[2]
        for parcel in parcels
        if parcel.state != "dispatched" and line.line_id in parcel.units
    ]
    if not numbers:
        return "set aside"
    return f"in parcel{'s' if len(numbers) > 1 else ''} {listed(numbers)}"


def parcel_now(parcel: ParcelNow) -> str:
    """How a parcel stands."""
    told = PARCELS.get(parcel.state, parcel.state)
    if parcel.state == "dispatched" and (carried := f"{parcel.carrier} {parcel.tracking}".strip()):
        told += f" with {carried}"
    if parcel.state == "planned" and parcel.payment.startswith("declined"):
        told = f"cannot be paid: {parcel.payment.removeprefix('declined').lstrip(': ')}"
    return told


def parcel_money(parcel: ParcelNow, words: Words) -> str:
    """What it costs, and what was taken for it."""
    if parcel.refunded_minor:
        return f"{words.money(parcel.captured_minor)} taken, {words.money(parcel.refunded_minor)} returned"
    if parcel.captured_minor:
        return f"{words.money(parcel.captured_minor)} taken"
    if parcel.state in ("withdrawn", "collecting"):
        return "nothing taken"
    price = words.money(parcel.amount_minor)
    return f"{price} reserved" if parcel.payment == "authorized" else f"{price}, not taken"


def mail_in_words(message: MessageNow, subject: str) -> str:
    """What became of a message, with its subject where the mail is at hand."""
    told = (
        f"{MAIL_STATES.get(message.state, message.state)}: {MAILS.get(message.kind, message.kind)}"
    )
    told += f" “{subject}”" if subject else ""
    is_told = message.state in ("suppressed", "failed")
    return told + (f" ({message.reason.replace('_', ' ')})" if is_told and message.reason else "")


def coming_in_words(one: Coming) -> str:
    """What is to happen by itself, or what a person must look at."""
    told = COMING.get(one.kind, "a mail" if is_mail(one) else one.kind.replace("_", " "))
    return f"{BY_HAND.get(one.state, '')}{told}" + (f" ({one.told})" if one.told else "")


def is_mail(one: Coming) -> bool:
    """Whether it sends a message, which is listed with its own state."""
    return one.kind.startswith("mail")
