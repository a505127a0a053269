"""What an operator may change about shipping."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """From the environment, ``CROSSDOCK_SHIPPING_…``."""

    model_config = SettingsConfigDict(env_prefix="CROSSDOCK_SHIPPING_", frozen=True, extra="ignore")

    cut_off_times: str = Field(
        "14:00",
        max_length=4_000,
        description="when a warehouse closes the day's parcels: HH:MM for all, "
        "WAREHOUSE=HH:MM@Zone for one, several with commas; UTC without a zone",
    )
