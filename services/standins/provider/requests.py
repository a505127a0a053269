"""What may be asked of the provider. Unknown fields are refused: no card number gets in."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from schemas.values import Amount, Currency, Id

Money = Annotated[Amount, Field(gt=0)]


class Request(BaseModel):
    """Any request; ``reference`` is the caller's own name for the operation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference: Annotated[str, Field(min_length=1, max_length=500)]
    order_id: Id


class Verify(Request):
    """Would this method be used? Nothing is reserved."""

    token: Id


class Authorize(Request):
    """Reserve an amount."""

    token: Id
    shipment_id: Id
    amount_minor: Money
    currency: Currency


class Capture(Request):
    """Take all or a part of what is reserved; the rest is set free."""

    shipment_id: Id
    amount_minor: Money
    currency: Currency


class Void(Request):
    """Set free what is reserved."""

    shipment_id: Id


class Refund(Request):
    """Give back all or a part of what was taken."""

    shipment_id: Id
    amount_minor: Money
    currency: Currency
