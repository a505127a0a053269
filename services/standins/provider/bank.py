"""What the provider knows and decides: authorizations, and the keys that were used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from services.standins.provider import requests
from services.standins.provider.book import Book
from services.standins.provider.requests import Request
from services.standins.provider.tokens import Operation, decline_of

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

    def at(self, now: datetime) -> Authorization:
        """As it stands now: one whose time is over has lapsed."""
        if self.status == "authorized" and now >= datetime.fromisoformat(self.valid_until):
            return replace(self, status="lapsed")
        return self


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


def wrong_state(code: str, message: str) -> Answer:
    """The authorization does not allow what was asked."""
    return refusal(400, "invalid_request_error", code, message)


class Bank:
    """State rebuilt from the book; every operation ends as a line of it."""

    def __init__(self, book: Book, now: Callable[[], datetime], validity: timedelta) -> None:
        self.book = book
        self.now = now
        self.validity = validity
        self.keys: dict[str, Used] = {}
        self.authorizations: dict[str, Authorization] = {}
        self.by_reference: dict[str, str] = {}
        for number in range(1, book.last + 1):
            self._take(number, book.read(number))

    def _take(self, number: int, line: dict[str, Any]) -> None:
        """Know what a line of the book says."""
        self.keys[line["key"]] = Used(line["fingerprint"], number)
        if line["authorization"] is not None:
            self._keep(Authorization(**line["authorization"]))

    def _keep(self, authorization: Authorization) -> None:
        self.authorizations[authorization.id] = authorization
        self.by_reference[authorization.reference] = authorization.id

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
        number = self.book.append(line)
        self.keys[key] = Used(fingerprint, number)
        if answer.changed is not None:
            self._keep(answer.changed)
        return answer

    def _decide(
        self, operation: Operation, request: Request, found: str | None, now: datetime
    ) -> Answer:
        if isinstance(request, requests.Verify | requests.Authorize) and (
            decline := decline_of(request.token, operation)
        ):
            return refusal(402, "card_error", decline.code, decline.message)
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
            return refund(authorization, request)
        return void(authorization)

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
            valid_until=(now + self.validity).isoformat(),
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


def void(authorization: Authorization) -> Answer:
    """Set the reserved amount free; one that is free already stays so."""
    if authorization.status == "captured":
        return wrong_state(
            "authorization_captured", f"{authorization.id} is captured: refund it instead."
        )
    return told(replace(authorization, status="voided"))


def refund(authorization: Authorization, request: requests.Refund) -> Answer:
    """Give money back, never more than was taken and not yet given back."""
    left = authorization.captured_minor - authorization.refunded_minor
    if request.currency != authorization.currency:
        return wrong_state("currency_differs", f"It is in {authorization.currency}.")
    if request.amount_minor > left:
        return wrong_state("amount_too_large", f"Only {left} can be refunded.")
    refunded = authorization.refunded_minor + request.amount_minor
    return told(replace(authorization, refunded_minor=refunded))
