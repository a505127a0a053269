"""What an operator may change about stock receipts."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """From the environment, ``CROSSDOCK_STOCK_RECEIPTS_…``."""

    model_config = SettingsConfigDict(
        env_prefix="CROSSDOCK_STOCK_RECEIPTS_", frozen=True, extra="ignore"
    )

    close_after_days: int = Field(
        2, ge=0, le=60,
        description="working days (Monday to Friday) after its first scan: then nobody counts on "
        "the rest of a delivery line",
    )  # fmt: skip
    overdue_after_days: int = Field(
        5, ge=0, le=60,
        description="working days past its date: then nobody counts on a delivery line of which "
        "nothing was scanned",
    )  # fmt: skip
    premise_wait_hours: float = Field(
        24, gt=0, le=24 * 30,
        description="how long a correction waits for its scan, business time",
    )  # fmt: skip
