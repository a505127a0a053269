"""Composition of the payments worker."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from services.chassis.effects import Limits
from services.chassis.worker import Worker
from services.payments import effects
from services.payments.domain.policy import Policy
from services.payments.gateway import HttpGateway, open_client
from services.payments.handlers import HANDLERS
from services.payments.settings import Settings


def build(settings: Settings) -> Worker:
    """The worker, ready to run."""
    client = open_client(
        settings.provider_url,
        settings.provider_key.get_secret_value(),
        connections=settings.provider_connections,
        timeout_seconds=settings.provider_timeout_seconds,
    )
    gateway = HttpGateway(client, settings.provider_name)
    return Worker(
        name="payments",
        settings=settings,
        policy=policy_of(settings),
        handlers=HANDLERS,
        effects=effects.build(gateway, limits_of(settings)),
        migrations=Path(__file__).parent / "migrations",
        closing=[client.aclose],
    )


def policy_of(settings: Settings) -> Policy:
    """The rules, with their numbers."""
    return Policy(
        payment_deadline=timedelta(hours=settings.payment_deadline_hours),
        verify_within=timedelta(hours=settings.verify_within_hours),
        soft_retry=timedelta(hours=settings.soft_retry_hours),
        capture_notice=timedelta(hours=settings.capture_notice_hours),
        capture_margin=timedelta(hours=settings.capture_margin_hours),
        renew_margin=timedelta(hours=settings.renew_margin_hours),
    )


def limits_of(settings: Settings) -> Limits:
    """Bounds of the calls to the provider."""
    return Limits(
        timeout_seconds=settings.provider_timeout_seconds,
        attempts=settings.attempts,
        first_retry_seconds=settings.first_retry_seconds,
        longest_retry_seconds=settings.longest_retry_seconds,
        questions=settings.questions,
        concurrent=settings.provider_connections,
    )
