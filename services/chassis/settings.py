"""Where a worker finds its servers, and the bounds that every worker shares."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import Field, StringConstraints, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Namespace = Annotated[str, StringConstraints(pattern=r"^([a-z0-9-]+\.)*$")]


class Deployment(BaseSettings):
    """What all processes of one deployment share, from the environment (``CROSSDOCK_…``)."""

    model_config = SettingsConfigDict(env_prefix="CROSSDOCK_", frozen=True, extra="ignore")

    kafka: str = Field(default="", description="Kafka's address, host:port, several with commas")
    postgres: str = Field(
        default="", description="PostgreSQL's address, postgresql://host:port/database"
    )
    passfile: Path | None = Field(
        default=None, description="a pgpass file with the roles' passwords"
    )
    namespace: Namespace = Field(
        default="crossdock.", description="prefix of every topic and group"
    )
    home: Path | None = Field(default=None, description="folder of the clock file; none: real time")
    http_address: str = Field(default="127.0.0.1", description="where a worker answers HTTP")
    http_port: int | None = Field(
        default=None, ge=0, le=65_535,
        description="/live, /ready and /metrics; 0: a free one, told in run/; none: no HTTP",
    )  # fmt: skip


def of_the_deployment(field: str) -> Callable[[], Any]:
    """A default that a service inherits from its deployment unless it is told otherwise."""
    return lambda: getattr(Deployment(), field)


class ServiceSettings(BaseSettings):
    """Base of each service's settings; a subclass sets ``env_prefix`` to its own."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    kafka: str = Field(default_factory=of_the_deployment("kafka"))
    postgres: str = Field(default_factory=of_the_deployment("postgres"))
    passfile: Path | None = Field(default_factory=of_the_deployment("passfile"))
    namespace: Namespace = Field(default_factory=of_the_deployment("namespace"))
    home: Path | None = Field(default_factory=of_the_deployment("home"))
    http_address: str = Field(default_factory=of_the_deployment("http_address"))
    http_port: int | None = Field(default_factory=of_the_deployment("http_port"))

    batch_records: int = Field(default=500, ge=1, le=5_000, description="records taken at once")
    idle_wait_seconds: float = Field(
        default=0.25, gt=0, le=5, description="longest wait for a record"
    )
    session_timeout_seconds: float = Field(default=10, ge=1, le=60)
    retry_for_seconds: float = Field(
        default=60, ge=1, le=240, description="a batch is retried this long"
    )
    drain_seconds: float = Field(default=5, ge=0.5, le=60, description="wait for the batch in hand")
    pool_size: int = Field(default=6, ge=3, le=50, description="database connections")

    @model_validator(mode="after")
    def addresses_are_known(self) -> Self:
        """A worker without servers can do nothing."""
        for name in ("kafka", "postgres"):
            if not getattr(self, name):
                raise ValueError(f"no address: set CROSSDOCK_{name.upper()}, or use `crossdock up`")
        return self

    @model_validator(mode="after")
    def driven_clock_only_at_home(self) -> Self:
        """A clock that is not real must never meet a shared broker or database."""
        if self.home is not None and (self.home / "clock.json").exists():
            for host in [*hosts(self.kafka), *hosts(self.postgres)]:
                if not is_loopback(host):
                    raise ValueError(
                        f"{self.home}/clock.json sets a clock that is not real, but {host} is not "
                        "this machine: remove the file or unset CROSSDOCK_HOME"
                    )
        return self


def hosts(address: str) -> list[str]:
    """The hosts of a Kafka address list or of a database URL."""
    if "://" in address:
        return [urlsplit(address).hostname or ""]
    return [part.rsplit(":", 1)[0] for part in address.split(",")]


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
