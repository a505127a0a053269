"""What an operator may change about order intake."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import ServiceSettings

Bindings = Annotated[
    str, StringConstraints(pattern=r"^([a-z0-9-]{1,32}=[^=,\s]+(,[a-z0-9-]{1,32}=[^=,\s]+)*)?$")
]


class Settings(ServiceSettings):
    """From the environment, ``CROSSDOCK_ORDER_INTAKE_…``."""

    model_config = SettingsConfigDict(
        env_prefix="CROSSDOCK_ORDER_INTAKE_", frozen=True, extra="ignore"
    )

    unknown_sku_grace_seconds: float = Field(
        300, ge=1, le=3_600,
        description="how long an order waits for the product of a SKU never heard of, machine time",
    )  # fmt: skip
    premise_wait_hours: float = Field(
        24, gt=0, le=24 * 14,
        description="how long a cancel or a payment method waits for its order",
    )  # fmt: skip
    suspended_for_days: float = Field(
        14, gt=0, le=365,
        description="how long what is unsent keeps its place after the payment deadline; then it "
        "is cancelled",
    )  # fmt: skip
    shops: Bindings = Field(
        "",
        description="shops that may send orders and the `ce_source` of each, "
        "`slug=source,slug=source`; empty: any shop",
    )

    def sources(self) -> dict[str, str]:
        """The ``ce_source`` of each shop."""
        bindings = [binding.partition("=") for binding in self.shops.split(",") if binding]
        return {slug: source for slug, _, source in bindings}
