"""What the provider knows and decides: authorizations, and the keys that were used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any, Literal

from services.standins.provider import requests
from services.standins.provider.behavior import Asked, Behavior
from services.standins.provider.book import Book
from services.standins.provider.requests import Request
from services.standins.provider.tokens import Decline, Operation

Status = Literal["authorized", "captured", "voided", "lapsed"]


@dataclass(frozen=True, slots=True)
class Authorization:
    """An amount reserved for one shipment, and what became of it."""

    id: str
    status: Status
    token: str
    reference: str
    order_id: str
    shipment_id: str
    amount_minor: int
    currency: str
    authorized_at: str
    valid_until: str
    captured_minor: int = 0
    captured_at: str | None = None
    refunded_minor: int = 0
    voided_at: str | None = None

    def at(self, now: datetime) -> Authorization:
        """As it stands now: one whose time is over has lapsed."""
        if self.status == "authorized" and now >= datetime.fromisoformat(self.valid_until):
            return replace(self, status="lapsed")
        return self

    def allows(self, operation: Operation) -> bool:
        """Whether it is in the state that an operation needs: else no issuer is asked."""
        return self.status == ("captured" if operation == "refund" else "authorized")


@dataclass(frozen=True)
class Answer:
    """What is answered; a change of an authorization goes with it into the book."""

    http_status: int
    body: dict[str, Any]
    changed: Authorization | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """A key that was used: for which request, and in which line its answer stands."""

    fingerprint: str
    line: int


def refusal(http_status: int, kind: str, code: str, message: str) -> Answer:
    """An error in the form that the provider gives all of them."""
    return Answer(http_status, {"error": {"type": kind, "code": code, "message": message}})


def declined(decline: Decline) -> Answer:
    """The card is refused, with the advice that issuers give."""
    answer = refusal(402, "card_error", decline.code, decline.message)
    answer.body["error"]["advice_code"] = decline.advice
    return answer


def wrong_state(code: str, message: str) -> Answer:
    """The authorization does not allow what was asked."""
    return refusal(400, "invalid_request_error", code, message)


class Bank:
    """State rebuilt from the book; every operation ends as a line of it."""

    def __init__(self, book: Book, now: Callable[[], datetime], behavior: Behavior) -> None:
        self.book = book
        self.now = now
        self.behavior = behavior
        self.keys: dict[str, Used] = {}
        self.authorizations: dict[str, Authorization] = {}
        self.by_reference: dict[str, str] = {}
        self.refunds: dict[str, Used] = {}
        self.attempts: Counter[tuple[str, ...]] = Counter()
        for number in range(1, book.last + 1):
            self._take(number, book.read(number))

    def _take(self, number: int, line: dict[str, Any]) -> None:
        """Know what a line of the book says."""
        used = Used(line["fingerprint"], number)
        self.keys[line["key"]] = used
        self.attempts[subject_of(line)] += 1
        if line["authorization"] is not None:
            self._keep(Authorization(**line["authorization"]))
            if line["operation"] == "refund":
                self.refunds[line["reference"]] = used

    def _keep(self, authorization: Authorization) -> None:
        self.authorizations[authorization.id] = authorization
        self.by_reference[authorization.reference] = authorization.id

    def asked(self, operation: Operation, request: Request, found: str | None) -> Asked:
        """An operation, with the card that it concerns and the attempts before it."""
        if isinstance(request, requests.Verify | requests.Authorize):
            token = request.token
        else:
            token = self.authorizations[found or ""].token
        subject = subject_of({"operation": operation, **request.model_dump()})
        return Asked(operation, token, request.order_id, self.attempts[subject] + 1)

    def answer_of(self, used: Used) -> Answer:
        """The answer that was given under a key."""
        line = self.book.read(used.line)
        return Answer(line["http_status"], line["answer"])

    def conclude(
        self, key: str, fingerprint: str, operation: Operation, request: Request, found: str | None
    ) -> Answer:
        """Act on a request, write it into the book, return the answer."""
        now = self.now()
        answer = self._decide(operation, request, found, now)
        line = {
            "at": now.isoformat(),
            "operation": operation,
            "outcome": "done" if answer.http_status < 400 else "refused",
            "key": key,
            "fingerprint": fingerprint,
            **request.model_dump(),
            "http_status": answer.http_status,
            "answer": answer.body,
            "authorization": None if answer.changed is None else asdict(answer.changed),
        }
        self._take(self.book.append(line), line)
        return answer

    def _decide(
        self, operation: Operation, request: Request, found: str | None, now: datetime
    ) -> Answer:
        decline = self.behavior.decline(self.asked(operation, request, found))
        if decline and (found is None or self.authorizations[found].at(now).allows(operation)):
            return declined(decline)
        if isinstance(request, requests.Verify):
            return Answer(200, {"status": "verified", "verified_at": now.isoformat()})
        if isinstance(request, requests.Authorize):
            return told(self._authorize(request, now))
        if found is None:
            raise ValueError(f"{operation} needs an authorization")
        authorization = self.authorizations[found].at(now)
        if isinstance(request, requests.Capture):
            return capture(authorization, request, now)
        if isinstance(request, requests.Refund):
            return refund(authorization, request, f"re_{self.book.last + 1}", now)
        return void(authorization, now)

    def _authorize(self, request: requests.Authorize, now: datetime) -> Authorization:
        return Authorization(
            id=f"auth_{self.book.last + 1}",
            status="authorized",
            token=request.token,
            reference=request.reference,
            order_id=request.order_id,
            shipment_id=request.shipment_id,
            amount_minor=request.amount_minor,
            currency=request.currency,
            authorized_at=now.isoformat(),
            valid_until=(now + self.behavior.validity(request.token)).isoformat(),
        )


def told(changed: Authorization) -> Answer:
    """An authorization as the answer that it has become so."""
    return Answer(200, public(changed), changed)


def public(authorization: Authorization) -> dict[str, Any]:
    """An authorization as it is answered: without its token."""
    return {name: value for name, value in asdict(authorization).items() if name != "token"}


def capture(authorization: Authorization, request: requests.Capture, now: datetime) -> Answer:
    """Take the money, once, while the authorization holds, and never more than it."""
    if authorization.status != "authorized":
        return wrong_state(
            f"authorization_{authorization.status}",
            f"{authorization.id} is {authorization.status}: it cannot be captured.",
        )
    if request.currency != authorization.currency:
        return wrong_state("currency_differs", f"It is in {authorization.currency}.")
    if request.amount_minor > authorization.amount_minor:
        return wrong_state("amount_too_large", f"Only {authorization.amount_minor} are authorized.")
    return told(
        replace(
            authorization,
            status="captured",
            captured_minor=request.amount_minor,
            captured_at=now.isoformat(),
        )
    )


def void(authorization: Authorization, now: datetime) -> Answer:
    """Set the reserved amount free; one that is free already stays so."""
    if authorization.status == "captured":
        return wrong_state(
            "authorization_captured", f"{authorization.id} is captured: refund it instead."
        )
    voided_at = authorization.voided_at or now.isoformat()
    return told(replace(authorization, status="voided", voided_at=voided_at))


def refund(
    authorization: Authorization, request: requests.Refund, name: str, now: datetime
) -> Answer:
    """Give money back, never more than was taken and not yet given back."""
    left = authorization.captured_minor - authorization.refunded_minor
    if request.currency != authorization.currency:
        return wrong_state("currency_differs", f"It is in {authorization.currency}.")
    if request.amount_minor > left:
        return wrong_state("amount_too_large", f"Only {left} can be refunded.")
    refunded = authorization.refunded_minor + request.amount_minor
    changed = replace(authorization, refunded_minor=refunded)
    made = {"id": name, "amount_minor": request.amount_minor, "refunded_at": now.isoformat()}
    return Answer(200, {**public(changed), "refund": made}, changed)


def subject_of(line: dict[str, Any]) -> tuple[str, ...]:
    """What attempts are counted by: a shipment's operation, or an order's card."""
    return line["operation"], line["order_id"], line.get("shipment_id") or line["token"]
