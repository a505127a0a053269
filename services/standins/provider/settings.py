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
