"""The provider's HTTP side: keys, latency, lost answers, and the routes."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import orjson
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from services.chassis.clock import Clock
from services.standins.provider import requests
from services.standins.provider.bank import Answer, Bank, Used, public, refusal
from services.standins.provider.behavior import Behavior
from services.standins.provider.book import PAGE_LIMIT, Book
from services.standins.provider.plan import Plan
from services.standins.provider.requests import Request
from services.standins.provider.settings import Settings
from services.standins.provider.tokens import Fault, Operation

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

KEY_LIMIT = 255
BODY_LIMIT_BYTES = 16 * 1024
LOST = refusal(500, "api_error", "internal_error", "Something went wrong on our side.")
IN_FLIGHT = refusal(409, "idempotency_error", "key_in_use", "The first request is still running.")
MISUSED = refusal(
    422, "idempotency_error", "key_reused", "This key was used for another request: take a new key."
)


@dataclass
class Desk:
    """Takes requests that change something, each key once."""

    bank: Bank
    settings: Settings
    in_flight: set[str] = field(default_factory=set[str])
    gone_wrong: set[str] = field(default_factory=set[str])

    async def take(
        self, key: str, operation: Operation, body: bytes, request: Request, found: str | None
    ) -> Answer:
        """Answer a request; the same key and body again get the same answer."""
        fingerprint = hashlib.sha256(f"{operation}|{found}|".encode() + body).hexdigest()
        if used := self.bank.keys.get(key):
            return self._again(used, fingerprint)
        if key in self.in_flight:
            return IN_FLIGHT
        self.in_flight.add(key)
        try:
            if latency := self.settings.latency_milliseconds:
                await asyncio.sleep(latency / 1000)
            fault = self._fault(key, operation, request, found)
            if fault and not fault.acts:
                return LOST
            answer = self.bank.conclude(key, fingerprint, operation, request, found)
        finally:
            self.in_flight.discard(key)
        if fault and not fault.answers:
            await asyncio.sleep(self.settings.silent_seconds)
        return LOST if fault else answer

    def _again(self, used: Used, fingerprint: str) -> Answer:
        return self.bank.answer_of(used) if used.fingerprint == fingerprint else MISUSED

    def _fault(
        self, key: str, operation: Operation, request: Request, found: str | None
    ) -> Fault | None:
        """What goes wrong with this answer: only the first one of a key does."""
        fault = self.bank.behavior.fault(self.bank.asked(operation, request, found))
        if fault is None or key in self.gone_wrong:
            return None
        self.gone_wrong.add(key)
        return fault


def answered(answer: Answer) -> Response:
    """An answer as HTTP."""
    return Response(orjson.dumps(answer.body), answer.http_status, media_type="application/json")


def not_found(what: str) -> Response:
    """The thing asked for is not here."""
    return answered(refusal(404, "invalid_request_error", "no_such_thing", f"No such {what}."))


def bad(message: str) -> Response:
    """The request cannot be understood."""
    return answered(refusal(400, "invalid_request_error", "bad_request", message))


def told_of(error: ValidationError) -> str:
    """What is wrong with a request, field by field."""
    return "; ".join(f"{one['loc']}: {one['msg']}" for one in error.errors())


class Api:
    """The routes."""

    def __init__(self, bank: Bank, desk: Desk) -> None:
        self.bank = bank
        self.desk = desk

    async def verify(self, http: HttpRequest) -> Response:
        """POST /v1/methods/verify."""
        return await self._take(http, "verify", requests.Verify)

    async def authorize(self, http: HttpRequest) -> Response:
        """POST /v1/authorizations."""
        return await self._take(http, "authorize", requests.Authorize)

    async def capture(self, http: HttpRequest) -> Response:
        """POST /v1/authorizations/{id}/capture."""
        return await self._take(http, "capture", requests.Capture)

    async def void(self, http: HttpRequest) -> Response:
        """POST /v1/authorizations/{id}/void."""
        return await self._take(http, "void", requests.Void)

    async def refund(self, http: HttpRequest) -> Response:
        """POST /v1/authorizations/{id}/refund."""
        return await self._take(http, "refund", requests.Refund)

    async def _take(self, http: HttpRequest, operation: Operation, form: type[Request]) -> Response:
        key = http.headers.get("idempotency-key", "")
        if not 1 <= len(key) <= KEY_LIMIT:
            return bad(f"An Idempotency-Key of 1 to {KEY_LIMIT} characters is needed.")
        body = await http.body()
        if len(body) > BODY_LIMIT_BYTES:
            return bad(f"The body is over {BODY_LIMIT_BYTES} bytes.")
        try:
            request = form.model_validate_json(body)
        except ValidationError as error:
            return bad(told_of(error))
        found: str | None = http.path_params.get("id")
        if found is not None and found not in self.bank.authorizations:
            return not_found("authorization")
        return answered(await self.desk.take(key, operation, body, request, found))

    async def operation(self, http: HttpRequest) -> Response:
        """GET /v1/operations/{key}: what became of the request made under a key."""
        key = http.path_params["key"]
        if used := self.bank.keys.get(key):
            answer = self.bank.answer_of(used)
            body = {"status": "done", "http_status": answer.http_status, "answer": answer.body}
            return answered(Answer(200, body))
        if key in self.desk.in_flight:
            return answered(Answer(200, {"status": "in_flight"}))
        return not_found("operation")

    async def authorization(self, http: HttpRequest) -> Response:
        """GET /v1/authorizations/{id}."""
        found = self.bank.authorizations.get(http.path_params["id"])
        if found is None:
            return not_found("authorization")
        return answered(Answer(200, public(found.at(self.bank.now()))))

    async def authorizations(self, http: HttpRequest) -> Response:
        """GET /v1/authorizations?reference=R: those of the caller's own name; mostly one."""
        reference = http.query_params.get("reference")
        if reference is None:
            return bad("Say which: ?reference=…")
        name = self.bank.by_reference.get(reference)
        found = [] if name is None else [public(self.bank.authorizations[name].at(self.bank.now()))]
        return answered(Answer(200, {"data": found}))

    async def refunds(self, http: HttpRequest) -> Response:
        """GET /v1/refunds?reference=R: what was answered when it was made."""
        reference = http.query_params.get("reference")
        if reference is None:
            return bad("Say which: ?reference=…")
        used = self.bank.refunds.get(reference)
        found = [] if used is None else [self.bank.answer_of(used).body]
        return answered(Answer(200, {"data": found}))

    async def plan(self, http: HttpRequest) -> Response:
        """GET or PUT /v1/plan: what is planned for single orders, as a whole."""
        plan = self.bank.behavior.plan
        if http.method == "PUT":
            try:
                plan.put(await http.body())
            except ValidationError as error:
                return bad(told_of(error))
        rules = [rule.model_dump(mode="json") for rule in plan.rules]
        return answered(Answer(200, {"data": rules}))

    async def book(self, http: HttpRequest) -> Response:
        """GET /v1/book?after=N&limit=M: the lines behind a number, and the last number there is."""
        try:
            after = int(http.query_params.get("after", "0"))
            limit = int(http.query_params.get("limit", str(PAGE_LIMIT)))
        except ValueError:
            return bad("after and limit are whole numbers.")
        lines = self.bank.book.page(after, limit)
        return answered(Answer(200, {"data": lines, "last": self.bank.book.last}))

    def routes(self) -> list[Route]:
        """Where each is found."""
        one = "/v1/authorizations/{id}"
        return [
            Route("/v1/methods/verify", self.verify, methods=["POST"]),
            Route("/v1/authorizations", self.authorize, methods=["POST"]),
            Route("/v1/authorizations", self.authorizations, methods=["GET"]),
            Route(f"{one}/capture", self.capture, methods=["POST"]),
            Route(f"{one}/void", self.void, methods=["POST"]),
            Route(f"{one}/refund", self.refund, methods=["POST"]),
            Route(one, self.authorization, methods=["GET"]),
            Route("/v1/operations/{key:path}", self.operation, methods=["GET"]),
            Route("/v1/refunds", self.refunds, methods=["GET"]),
            Route("/v1/plan", self.plan, methods=["GET", "PUT"]),
            Route("/v1/book", self.book, methods=["GET"]),
        ]


def build(settings: Settings) -> Starlette:
    """The provider, with all that its book says it has done."""
    clock = Clock(settings.home)
    book = Book(settings.home / "provider" / "book.jsonl")

    def now() -> datetime:
        clock.look()  # each request, so that it never answers with an hour that is over
        return clock.now()

    plan = Plan(settings.home / "provider" / "plan.json")
    bank = Bank(book, now, Behavior(settings, plan))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncGenerator[None]:
        yield
        book.close()

    return Starlette(routes=Api(bank, Desk(bank, settings)).routes(), lifespan=lifespan)
