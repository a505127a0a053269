"""The provider in this process, asked over its HTTP interface as a client would."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from httpx import ASGITransport, AsyncClient, Response

from services.standins.provider.server import build
from services.standins.provider.settings import Settings


class Asking:
    """The provider in this process, asked over its HTTP interface."""

    def __init__(self, home: Path, **settings: Any) -> None:
        self.home = home
        known = Settings(home=home, **settings)
        self.client = AsyncClient(
            transport=ASGITransport(build(known)), base_url="http://provider.example"
        )

    async def post(self, path: str, key: str, **body: object) -> Response:
        found = {"reference": key, "order_id": "shop:1", **body}
        return await self.client.post(path, json=found, headers={"Idempotency-Key": key})

    async def authorize(
        self, key: str = "a1", token: str = "tok_ok", amount: int = 500, order_id: str = "shop:1"
    ) -> Response:
        return await self.post(
            "/v1/authorizations", key, token=token, order_id=order_id,
            shipment_id=f"{order_id}/1", amount_minor=amount, currency="GBP",
        )  # fmt: skip

    async def capture(self, name: str, key: str = "c1", amount: int = 500) -> Response:
        return await self.post(
            f"/v1/authorizations/{name}/capture", key, shipment_id="shop:1/1", amount_minor=amount,
            currency="GBP",
        )  # fmt: skip

    async def book(self, **query: int) -> dict[str, Any]:
        return (await self.client.get("/v1/book", params=query)).json()

    async def refund(self, name: str, key: str = "r1", amount: int = 300) -> Response:
        return await self.post(
            f"/v1/authorizations/{name}/refund", key, shipment_id="shop:1/1", amount_minor=amount,
            currency="GBP",
        )  # fmt: skip


def code_of(response: Response) -> str:
    return response.json()["error"]["code"]
