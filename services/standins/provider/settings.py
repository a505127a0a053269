"""What can be set on the provider stand-in, from the environment (``CROSSDOCK_PROVIDER_…``)."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where it listens, where its book lies, how it behaves."""

    model_config = SettingsConfigDict(
        env_prefix="CROSSDOCK_PROVIDER_", frozen=True, extra="ignore", populate_by_name=True
    )

    home: Path = Field(
        default=Path(".crossdock"),
        validation_alias="CROSSDOCK_HOME",
        description="holds provider/book.jsonl, run/provider.json and the clock",
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="the address it listens on")
    port: int = Field(
        default=0, ge=0, le=65_535, description="0: a free one, told in run/provider.json"
    )
    latency_milliseconds: int = Field(default=0, ge=0, le=60_000, description="before it acts")
    silent_seconds: float = Field(
        default=30, gt=0, le=600, description="how long a silent token keeps its caller waiting"
    )
    validity_hours: int = Field(
        default=7 * 24, ge=1, le=31 * 24, description="business time until an authorization lapses"
    )
    seed: int = Field(default=0, description="which orders the draws below meet")
    decline_percent: float = Field(
        default=0, ge=0, le=100, description="orders whose good card is declined when it is used"
    )
    expire_percent: float = Field(
        default=0, ge=0, le=100, description="further orders whose good card has expired by then"
    )
    lost_percent: float = Field(
        default=0,
        ge=0,
        le=100,
        description="orders of which an operation acts and answers HTTP 500",
    )
