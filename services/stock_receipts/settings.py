"""What an operator may change about stock receipts."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """From the environment, ``CROSSDOCK_STOCK_RECEIPTS_…``: so far what every worker has."""

    model_config = SettingsConfigDict(
        env_prefix="CROSSDOCK_STOCK_RECEIPTS_", frozen=True, extra="ignore"
    )
