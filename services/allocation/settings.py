"""What an operator may change about allocation."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from schemas.values import Warehouse
from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """From the environment, ``CROSSDOCK_ALLOCATION_…``."""

    model_config = SettingsConfigDict(
        env_prefix="CROSSDOCK_ALLOCATION_", frozen=True, extra="ignore"
    )

    default_warehouses: Annotated[tuple[Warehouse, ...], Field(min_length=1, max_length=16)] = (
        Field(
            ("MAIN",),
            description="where lines are served from whose order names no warehouse, in order of "
            "preference; a JSON list",
        )
    )
    handling_days: int = Field(
        1, ge=0, le=30,
        description="working days (Monday to Friday) from a delivery's arrival to the promised day",
    )  # fmt: skip
