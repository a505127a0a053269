"""The payment provider, as payments sees it, and its HTTP client.

Whatever may come back becomes one of five right here::

    Outcome
    ├── Done      it happened
    ├── Refused   the card, or the lapsed authorization, does not allow it
    ├── Retry     it certainly did not happen: not connected, too many requests, not let in
    ├── Unknown   it may have happened: no answer, a broken one, HTTP 5xx, a key in use
    └── GaveUp    the provider calls the request wrong, or will not give money back: repeating it
                  cannot help, a person must look
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Protocol, cast
from urllib.parse import quote

import httpx
import orjson

from services.chassis.effects import Done, GaveUp, Outcome, Refused, Retry, Unknown
from services.payments.domain.operations import (
    Authorize,
    Capture,
    Operation,
    Refund,
    Verify,
    Void,
)

KEY_LIMIT = 255
"""The longest idempotency key that providers take."""
LONGEST_PAUSE_SECONDS = 300.0
"""A provider may ask for a longer one, and is asked again after this."""
ANSWER_SHARE = 0.8
"""Part of the whole time-out that a single request may take."""
KEEP_ALIVE_SECONDS = 30

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NOT_NOW = {401: "not let in: check the provider key", 403: "not allowed: check the provider key",
           429: "too many requests"}  # fmt: skip
NO_LONGER = {"authorization_lapsed", "authorization_voided"}
CAPTURED_BEFORE = "authorization_captured"
SOFT = "try_again_later"
"""The provider's advice with a decline that holds for the moment alone."""
ENDS = {Capture: {"captured"}, Void: {"voided", "lapsed"}}
"""What an authorization has become when the operation on it has happened."""


class Gateway(Protocol):
    """A payment provider. ``key`` makes an operation happen once, however often it is made."""

    async def make(self, operation: Operation, key: str) -> Outcome:
        """Do it."""
        ...

    async def ask(self, operation: Operation, key: str) -> Outcome:
        """Find out what became of it. ``Retry``: it never happened. It is never done here."""
        ...


class HttpGateway:
    """The provider over HTTP. A repeated operation is sent under its first key.

    The provider may forget a key after a day. So what has become unknown is also looked for by
    reference, without age limit, before it is sent again.
    """

    def __init__(self, client: httpx.AsyncClient, provider: str) -> None:
        self.client = client
        self.provider = provider

    async def make(self, operation: Operation, key: str) -> Outcome:
        """Do it."""
        path, body = request_of(operation, key)
        headers = {"Idempotency-Key": wire_key(key)}
        try:
            response = await self.client.post(path, json=body, headers=headers)
        except NEVER_SENT as error:
            return Retry(f"not connected: {type(error).__name__}")
        except httpx.HTTPError as error:
            return Unknown(f"no answer: {type(error).__name__}")
        if (reason := NOT_NOW.get(response.status_code)) is not None:
            return Retry(reason, pause_of(response))
        return await self._judge(operation, response.status_code, json_of(response))

    async def ask(self, operation: Operation, key: str) -> Outcome:
        """Find out what became of it, by its key, else by what it should have left behind."""
        try:
            response = await self.client.get(f"/v1/operations/{quote(wire_key(key), safe='')}")
            if response.status_code == HTTPStatus.NOT_FOUND:
                return await self.look_for(operation, key)
            found = json_of(response)
            if response.status_code != HTTPStatus.OK or found.get("status") != "done":
                return Unknown(f"not known yet: HTTP {response.status_code}")
            return await self._judge(operation, int(found["http_status"]), found["answer"])
        except (httpx.HTTPError, LookupError, TypeError, ValueError) as error:
            return Unknown(f"could not ask: {type(error).__name__}")

    async def _judge(self, operation: Operation, status: int, answer: dict[str, Any]) -> Outcome:
        """What an answer to an operation means."""
        if status == HTTPStatus.OK:
            return self._done(operation, answer)
        error: dict[str, Any] = answer.get("error") or {}
        code, message = str(error.get("code", ""))[:100], str(error.get("message", ""))[:400]
        if status == HTTPStatus.CONFLICT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Unknown(f"HTTP {status} {code}")
        match operation:
            case Capture() if code == CAPTURED_BEFORE:
                return await self._look_at(operation)
            case Void() if code in NO_LONGER:
                return await self._look_at(operation)
            case Verify() | Authorize() | Capture():
                if status == HTTPStatus.PAYMENT_REQUIRED or code in NO_LONGER:
                    soft = error.get("advice_code") == SOFT
                    return Refused({"code": code or "declined", "text": message, "soft": soft})
            case Void() | Refund():
                pass
        return GaveUp(f"HTTP {status} {code}: {message}")

    def _done(self, operation: Operation, answer: dict[str, Any]) -> Outcome:
        """The proof in an answer; a broken one proves nothing."""
        try:
            return Done({"provider": self.provider, **proof_of(operation, answer)})
        except LookupError as error:
            return Unknown(f"an answer without {error}")
        except ValueError as error:
            return GaveUp(str(error))

    async def look_for(self, operation: Operation, key: str) -> Outcome:
        """The provider does not know the key: never had it, or has forgotten it."""
        match operation:
            case Capture() | Void():
                return await self._look_at(operation)
            case Authorize():
                return await self._look_by_reference("/v1/authorizations", operation, key)
            case Refund():
                return await self._look_by_reference("/v1/refunds", operation, key)
            case Verify():
                return Retry("the provider has never seen it")

    async def _look_by_reference(self, path: str, operation: Operation, key: str) -> Outcome:
        """Whether anything was made under our own name for it. Raises what ``ask`` catches."""
        response = await self.client.get(path, params={"reference": key})
        response.raise_for_status()
        if found := json_of(response)["data"]:
            return self._done(operation, found[0])
        return Retry("the provider has never seen it")

    async def _look_at(self, operation: Capture | Void) -> Outcome:
        """Whether an authorization is captured, or set free, whoever asked for it."""
        path = f"/v1/authorizations/{quote(operation.authorization, safe='')}"
        try:
            response = await self.client.get(path)
            response.raise_for_status()
        except httpx.HTTPError as error:
            return Unknown(f"could not look: {type(error).__name__}")
        answer = json_of(response)
        if answer.get("status") in ENDS[type(operation)]:
            return self._done(operation, answer)
        return Retry(f"the provider says that it is {answer.get('status')}")


def open_client(
    url: str, secret: str, *, connections: int, timeout_seconds: float
) -> httpx.AsyncClient:
    """A client with a bounded pool, whose requests end before the effect's time-out does."""
    return httpx.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {secret}"} if secret else {},
        timeout=httpx.Timeout(timeout_seconds * ANSWER_SHARE),
        limits=httpx.Limits(
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
        ),
        follow_redirects=False,
        trust_env=False,  # a proxy between us and the money is set up on purpose, or not at all
    )


def request_of(operation: Operation, key: str) -> tuple[str, dict[str, Any]]:
    """Path and body. The key is sent as reference too, to be found by after it is forgotten."""
    body = {"reference": key, **asdict(operation)}
    match operation:
        case Verify():
            return "/v1/methods/verify", body
        case Authorize():
            return "/v1/authorizations", body
        case Capture() | Void() | Refund():
            name = quote(body.pop("authorization"), safe="")
            return f"/v1/authorizations/{name}/{operation.KIND}", body


def proof_of(operation: Operation, answer: Mapping[str, Any]) -> dict[str, Any]:
    """What we keep of an answer. Raises ``LookupError`` where it lacks what is needed.

    Raises ``ValueError`` when the provider took another amount than it was asked for.
    """
    match operation:
        case Verify():
            return {}
        case Authorize():
            agree(operation, answer["amount_minor"], answer["currency"])
            return {
                "reference": str(answer["id"]),
                "authorized_at": str(answer["authorized_at"]),
                "valid_until": str(answer["valid_until"]),
            }
        case Capture():
            agree(operation, answer["captured_minor"], answer["currency"])
            return {"reference": str(answer["id"]), "captured_at": str(answer["captured_at"])}
        case Void():
            return {"voided_at": str(answer.get("voided_at") or answer["valid_until"])}
        case Refund():
            refund = answer["refund"]
            agree(operation, refund["amount_minor"], answer["currency"])
            return {"reference": str(refund["id"]), "refunded_at": str(refund["refunded_at"])}


def agree(operation: Authorize | Capture | Refund, amount_minor: object, currency: object) -> None:
    """Refuse an answer about other money than was asked for. Raises ``ValueError``."""
    if (amount_minor, currency) != (operation.amount_minor, operation.currency):
        raise ValueError(
            f"asked for {operation.amount_minor} {operation.currency}, "
            f"the provider says {amount_minor} {currency}"
        )


def wire_key(key: str) -> str:
    """A key as a header may carry it: itself, or its SHA-256 where it is long or not plain."""
    if len(key) <= KEY_LIMIT and key.isascii() and key.isprintable() and " " not in key:
        return key
    return hashlib.sha256(key.encode()).hexdigest()


def json_of(response: httpx.Response) -> dict[str, Any]:
    """The object in an answer; an empty one where there is none."""
    try:
        found: Any = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def pause_of(response: httpx.Response) -> float | None:
    """How long the provider asks to wait, bounded; None: it does not say."""
    try:
        asked = float(response.headers["retry-after"])
    except (KeyError, ValueError):
        return None
    return min(LONGEST_PAUSE_SECONDS, max(0.0, asked))
