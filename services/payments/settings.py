"""What an operator may change about payments."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import ServiceSettings

HttpUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+")]


class Settings(ServiceSettings):
    """From the environment, ``CROSSDOCK_PAYMENTS_…``."""

    model_config = SettingsConfigDict(env_prefix="CROSSDOCK_PAYMENTS_", frozen=True, extra="ignore")

    provider_url: HttpUrl = Field(description="where the payment provider answers")
    provider_name: str = Field(
        "standin", min_length=1, max_length=64, description="how events name the provider"
    )
    provider_key: SecretStr = Field(SecretStr(""), description="sent as bearer token; never logged")
    provider_connections: int = Field(8, ge=1, le=256, description="calls made at once")
    provider_timeout_seconds: float = Field(10, gt=0, le=60, description="longest single call")

    first_retry_seconds: float = Field(1, gt=0, le=60)
    longest_retry_seconds: float = Field(60, gt=0, le=300)
    attempts: int = Field(
        500, ge=1, le=5_000,
        description="calls before a person must look; with the pauses, a day without provider",
    )  # fmt: skip
    questions: int = Field(
        500, ge=1, le=5_000, description="questions about one unknown outcome before that"
    )

    payment_deadline_hours: float = Field(
        72, gt=0, le=24 * 90, description="how long the customer has to give a working method"
    )
    verify_within_hours: float = Field(
        24, gt=0, le=24 * 30, description="a method not verified by then is payment trouble"
    )
    soft_retry_hours: float = Field(
        24, gt=0, le=24 * 30,
        description="until a method declined for the moment is tried again, before the deadline",
    )  # fmt: skip
    capture_notice_hours: float = Field(
        0, ge=0, le=24 * 7, description="from telling the customer to taking the money"
    )
    capture_margin_hours: float = Field(
        1, ge=0, le=48, description="a notice ends this long before the authorization lapses"
    )
    renew_margin_hours: float = Field(
        24, gt=0, le=24 * 30,
        description="an authorization is renewed this long before it lapses; at most half its life",
    )  # fmt: skip
