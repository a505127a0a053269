"""What an operator may change about notifications."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """From the environment, ``CROSSDOCK_NOTIFICATIONS_…``."""

    model_config = SettingsConfigDict(
        env_prefix="CROSSDOCK_NOTIFICATIONS_", frozen=True, extra="ignore"
    )

    smtp_host: str = Field("127.0.0.1", min_length=1, description="the mail server that takes mail")
    smtp_port: int = Field(25, ge=1, le=65_535)
    smtp_tls: Literal["if_offered", "starttls", "tls"] = Field(
        "if_offered", description="STARTTLS where offered, STARTTLS or nothing, TLS from the start"
    )
    smtp_user: str = Field("", description="none: no authentication")
    smtp_password: SecretStr = SecretStr("")
    smtp_timeout_seconds: float = Field(
        10, ge=0.05, le=120, description="for all up to DATA, and again for DATA"
    )
    connections: int = Field(16, ge=1, le=50, description="kept to the mail server, side by side")
    attempts: int = Field(
        60, ge=1, le=500, description="of a mail that the server did not take yet: about 12 hours"
    )
    longest_retry_seconds: float = Field(900, ge=0.01, le=86_400)

    sender: str = Field("orders@shop.example", pattern=r"^[^@\s]+@[^@\s]+$")
    reply_to: str = Field(
        "service@shop.example",
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="where the shop's people read what customers answer",
    )
    payment_page: str = Field(
        "",
        pattern=r"^(https?://\S+)?$",
        description="where a customer gives another payment method; {order} stands for the order's "
        "number in the shop; none: the mail tells it in words",
    )
    shop_name: str = Field("Crossdock Shop", min_length=1, max_length=100)
    gather_for_hours: float = Field(
        1, ge=0, le=72, description="how long news of an order gathers (business time)"
    )
